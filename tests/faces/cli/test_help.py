"""Help is complete in both languages."""

import re

import pytest
import typer

from yaad.faces.cli.app import app
from yaad.faces.cli.help import localize, option_key, verbs
from yaad.faces.cli.options import KindName
from yaad.text import LANGUAGES, Message, has_key, keys, render

HEBREW = re.compile(r"[\u0590-\u05FF]")
COMMAND = typer.main.get_command(app)
VERBS = verbs(COMMAND)
NAMED = {
    "import", "funnel", "dwell", "conversion", "measure", "measures", "explain", "chances", "plan", "whatif", "levers",
    "leaks", "forecast", "backtest", "moved", "judge", "digest", "my-day",
    "inquiry", "opt-out", "opt-outs", "deal", "new", "change", "did", "move", "win", "lose", "note", "undo", "doctor",
    "imports",
    "undo-import", "xray", "export",
    "kpi", "kpi-add", "kpi-check", "kpi-list", "kpi-remove", "rebuild", "mcp", "serve", "check", "backup", "restore",
    "reset-second-step", "demo", "workbook", "watch", "pull",
    "target", "target-set", "target-list", "target-split", "target-remove", "target-undo", "target-status",
    "target-propose", "customers", "customers-margin",
    "source", "source-add", "source-list", "source-show", "source-remove", "source-secret", "source-run",
    "person", "person-export", "person-erase", "person-go-on", "tidy",
}  # fmt: skip


def _words(verb):
    """The words of a verb; that of a group is two."""
    in_group = verb.startswith(("source-", "target-", "kpi-", "customers-", "person-"))
    return verb.split("-", 1) if in_group else [verb] if verb else []


def test_all_verbs_are_there():
    assert set(VERBS) == NAMED


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_verb_and_option_has_its_help(lang):
    for name, verb in VERBS.items():
        assert has_key(f"cli.help_{name}", lang), name
        for param in verb.params:
            assert has_key(option_key(name, param.name), lang), (name, param.name)


def test_no_help_is_left_over():
    used = {option_key(name, param.name) for name, verb in VERBS.items() for param in verb.params}
    used |= {option_key("", param.name) for param in COMMAND.params} | {"cli.option_help"}
    assert {key for key in keys("en", "cli") if key.startswith("cli.option_")} == used
    assert {key for key in keys("en", "cli") if key.startswith("cli.help_")} == {f"cli.help_{name}" for name in NAMED}


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_speaks_hebrew(yaad, verb):
    words = [*_words(verb), "--help", "--lang", "he"]
    # each line of words, frames and hints aside, is Hebrew; options and sample values stay as they are typed
    done = yaad(*words)
    assert done.code == 0
    assert render(Message("cli.usage"), "he") in done.out
    assert "Usage" not in done.out
    assert not re.search(r"\b(Options|Arguments|Commands|default|required|Show this)\b", done.out)


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_speaks_english(yaad, verb):
    done = yaad(*_words(verb), "--help")
    assert done.code == 0
    assert "Usage: yaad" in done.out
    assert not HEBREW.search(done.out)


def test_help_of_one_language_leaves_nothing_in_the_next(yaad):
    yaad("plan", "--help", "--lang", "he")
    assert not HEBREW.search(yaad("plan", "--help").out)


def test_kinds_are_those_of_the_intake():
    from yaad.intake.kinds import Kind

    assert [kind.value for kind in KindName] == [kind.value for kind in Kind]


def test_a_verb_can_be_localized_twice():
    for lang in (*LANGUAGES, "en"):
        localize(COMMAND, lang, with_help=True)
    assert COMMAND.commands["funnel"].help == render(Message("cli.help_funnel"), "en")
