"""The way in: choose the language, run a verb, turn what went wrong into a text and an exit code."""

import os
import re
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from yaad.errors import UnknownName, YaadError
from yaad.faces.cli.language import CURRENT, chosen
from yaad.faces.cli.screen import complain, sentence

DONE, FAULT, MISTAKE, INTERRUPTED = 0, 1, 2, 130
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "1")
"""Systems of equations are small here: threads would only wait for each other. Jobs of the server inherit it."""


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        words: the words after ``yaad``; those of the process when absent.

    Returns:
        The exit code: 0, 2 for what the user can mend, 1 for a fault of ours, 130 when interrupted.
    """
    os.environ.setdefault(*ONE_THREAD)
    given = list(sys.argv[1:] if words is None else words) or ["--help"]
    lang = chosen(given)
    CURRENT.set(lang)
    _survive_odd_terminals()
    try:
        return _run(given, lang)
    except YaadError as error:
        complain(error.say(lang))
        return MISTAKE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our pipe has gone (`yaad funnel | head`)
        _say_no_more()
        return DONE
    except Exception as error:  # noqa: BLE001 – a library may say of a full disk whatever it likes
        return _full(error, lang) or _fault(error, lang)
    except BaseException as error:  # noqa: BLE001 – the last door: a panic of a Rust library is no Exception
        return _fault(error, lang)


def _run(words: list[str], lang: str) -> int:
    import typer

    from yaad.faces.cli.app import app
    from yaad.faces.cli.help import localize

    command = typer.main.get_command(app)
    localize(command, lang, with_help="--help" in words)
    try:
        done = command.main(args=words, prog_name="yaad", standalone_mode=False, obj=words)
    except typer.Abort:
        return INTERRUPTED
    except typer.TyperException as error:
        complain(_usage_text(error, words, lang))
        return MISTAKE
    sys.stdout.flush()
    return done if isinstance(done, int) else DONE


def _usage_text(error: Exception, words: Sequence[str], lang: str) -> str:
    """What is wrong with the words, in our words where the kind of mistake is known, and where to read more."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "yaad"
    return f"{_mistake(error, context, words, lang)}\n{sentence('cli.try_help', lang, {'command': f'{path} --help'})}"


def _mistake(error: Exception, context: object, words: Sequence[str], lang: str) -> str:
    kind = type(error).__name__
    param = getattr(error, "param", None)
    if kind == "NoSuchOption":
        return _no_option(getattr(error, "option_name", ""), context, words, lang)
    if kind == "MissingParameter" and param is not None:
        return sentence("cli.missing", lang, {"name": _shown(param)})
    commands = getattr(getattr(context, "command", None), "commands", None)
    if kind == "UsageError" and commands:
        path = str(getattr(context, "command_path", "")).split()
        asked = next((word for word in words if not word.startswith("-") and word not in path), "")
        return UnknownName("verb", asked, commands).say(lang)
    if kind == "UsageError" and (
        extra := re.search(r"unexpected extra argument(?:s|\(s\))? \((.+)\)", str(getattr(error, "message", "")))
    ):
        return sentence("cli.too_many", lang, {"words": extra[1]})
    if kind == "BadParameter" and param is not None:
        return _bad_value(_shown(param), str(getattr(error, "message", "")), lang)
    format_message = getattr(error, "format_message", lambda: str(error))
    return str(format_message())


def _no_option(name: str, context: object, words: Sequence[str], lang: str) -> str:
    """That there is no such option and what it may have meant; a number below 0 is none."""
    below = next((word for word in words if re.match(r"-[₪$€£]?[\d.]", word)), None)
    if below is not None:
        return sentence("cli.below_zero", lang, {"word": below})
    params = getattr(getattr(context, "command", None), "params", [])
    known = [one for option in params for one in option.opts if one.startswith("--")]
    return UnknownName("option", name, known).say(lang)


def _bad_value(name: str, why: str, lang: str) -> str:
    """Why a value does not fit: the choices, a number that is none, else as Typer says it."""
    if choices := re.search(r"is not one of (.+?)\.?$", why):
        return sentence("cli.bad_choice", lang, {"name": name, "known": choices[1].replace("'", "")})
    if re.search(r"valid (integer|number)", why):
        return sentence("cli.bad_number", lang, {"name": name})
    return sentence("cli.bad_value", lang, {"name": name, "why": why})


def _shown(param: object) -> str:
    opts = [name for name in getattr(param, "opts", []) if name.startswith("--")]
    return opts[0] if opts else str(getattr(param, "metavar", None) or getattr(param, "name", ""))


def _full(error: Exception, lang: str) -> int:
    """What is told of a disk without room for what is printed or for files that only pass; 0 when it is not that."""
    try:
        from yaad.book.disk import full_one, is_full
    except Exception:  # noqa: BLE001 – it may be the very fault that is to be told
        return 0
    if not is_full(error):
        return 0
    _say_no_more()
    complain(sentence("book.disk_full_file", lang, {"path": str(full_one(Path.cwd()))}))
    return MISTAKE


def _say_no_more() -> None:
    """Nothing is left to print, at the interpreter's end either."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fault(error: BaseException, lang: str) -> int:
    if isinstance(error, SystemExit):
        raise error
    if os.environ.get("YAAD_DEBUG"):
        traceback.print_exception(error)
    complain(sentence("cli.fault", lang, {"what": f"{type(error).__name__}: {error}".splitlines()[0]}))
    return FAULT


def _survive_odd_terminals() -> None:
    """A terminal that cannot write a letter shows its code instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
