"""Help in the chosen language: the catalogue's words are put into the verbs before one of them runs."""

from typing import Any

from typer.core import TyperCommand, TyperGroup, TyperOption

from yaad.faces.cli.language import CURRENT
from yaad.faces.cli.screen import sentence
from yaad.text import has_key

# Typer's commands and contexts are classes of a private module: `Any` stands for them here.


class Verb(TyperCommand):
    """One verb; its usage line and its own ``--help`` speak the chosen language."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 – classes of a private module
        """The usage line."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=_usage())

    def get_help_option(self, ctx: Any) -> TyperOption | None:  # noqa: ANN401 – a class of a private module
        """``--help``, in words of the catalogue."""
        return _worded(super().get_help_option(ctx))


class Verbs(TyperGroup):
    """All verbs."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 – classes of a private module
        """The usage line."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=_usage())

    def get_help_option(self, ctx: Any) -> TyperOption | None:  # noqa: ANN401 – a class of a private module
        """``--help``, in words of the catalogue."""
        return _worded(super().get_help_option(ctx))


def localize(group: Any, lang: str, *, with_help: bool) -> None:  # noqa: ANN401 – a class of a private module
    """Put the catalogue's words into all verbs and options.

    Args:
        group: the command line as a Typer command.
        lang: the language.
        with_help: a help text will be shown, so the fixed words of its frames are set as well.
    """
    group.help = sentence("cli.help", lang)
    for name, command in verbs(group).items():
        command.help = sentence(f"cli.help_{name}", lang)
        command.rich_help_panel = sentence("cli.panel_verbs", lang)
        for param in command.params:
            param.help = sentence(option_key(name, param.name), lang)
            is_option = isinstance(param, TyperOption)
            param.rich_help_panel = sentence("cli.panel_options" if is_option else "cli.panel_arguments", lang)
    for param in group.params:
        param.help = sentence(option_key("", param.name), lang)
        param.rich_help_panel = sentence("cli.panel_options", lang)
    if with_help:
        _frames(lang)


def verbs(group: Any, before: str = "") -> dict[str, Any]:  # noqa: ANN401 – a class of a private module
    """All verbs by name, those of a group under its name too: ``source``, ``source-add``."""
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        found[before + name] = command
        if isinstance(command, TyperGroup):
            found |= verbs(command, f"{before}{name}-")
    return found


def option_key(verb: str, option: str) -> str:
    """The key of an option's help: its own in this verb, or the one that all verbs share."""
    own = f"cli.option_{verb}_{option}"
    return own if verb and has_key(own, "en") else f"cli.option_{option}"


def _frames(lang: str) -> None:
    """The fixed words around options; Typer reads them from this module when it draws."""
    from typer import rich_utils

    rich_utils.DEFAULT_STRING = sentence("cli.default", lang, {"value": "{}"})
    rich_utils.ENVVAR_STRING = sentence("cli.envvar", lang, {"name": "{}"})
    rich_utils.REQUIRED_LONG_STRING = sentence("cli.required", lang)
    rich_utils.OPTIONS_PANEL_TITLE = sentence("cli.panel_options", lang)
    rich_utils.ARGUMENTS_PANEL_TITLE = sentence("cli.panel_arguments", lang)
    rich_utils.COMMANDS_PANEL_TITLE = sentence("cli.panel_verbs", lang)


def _usage() -> str:
    return sentence("cli.usage", CURRENT.get()) + " "


def _worded(option: TyperOption | None) -> TyperOption | None:
    if option is not None:
        option.help = sentence("cli.option_help", CURRENT.get())
        option.rich_help_panel = sentence("cli.panel_options", CURRENT.get())
    return option
