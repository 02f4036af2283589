"""Whose right each command rests on: every one is declared, and one on a book touches no other book.

A command has no account. Who may read the folder of a book, or of a server, is who may ask by it: a declared door says
which folder that is, so that a new command cannot come in by none.
"""

import typer
from tests.people import EVENTS, marker, rows
from tests.server.matrix import folder_digest

from yaad.book import Book
from yaad.faces.cli.app import app
from yaad.faces.cli.help import verbs

BOOK = frozenset(
    [
        "import",
        "funnel",
        "dwell",
        "conversion",
        "measure",
        "measures",
        "explain",
        "chances",
        "plan",
        "whatif",
        "levers",
        "leaks",
        "forecast",
        "backtest",
        "moved",
        "judge",
        "digest",
        "my-day",
        "inquiry",
        "opt-out",
        "opt-outs",
        "new",
        "change",
        "did",
        "move",
        "win",
        "lose",
        "note",
        "undo",
        "deal",
        "doctor",
        "xray",
        "export",
        "workbook",
        "watch",
        "pull",
        "imports",
        "undo-import",
        "rebuild",
        "serve",
        "mcp",
        "demo",
        "source-add",
        "source-list",
        "source-show",
        "source-remove",
        "source-secret",
        "source-run",
        "kpi",
        "kpi-add",
        "kpi-check",
        "kpi-list",
        "kpi-remove",
        "target-set",
        "target-list",
        "target-split",
        "target-remove",
        "target-undo",
        "target-status",
        "target-propose",
        "customers",
        "customers-margin",
        "person-export",
        "person-erase",
        "person-go-on",
    ]
)
"""Commands of a book: who may open its folder, or keeps the server in which it lies."""
HOME = frozenset(["check", "backup", "restore", "tidy", "reset-second-step"])
"""Commands of a server: who may open its home."""
GROUPS = frozenset(["source", "target", "person"])
"""Words before a command, which do nothing themselves."""
READING = (
    ("funnel", "--by", "owner"), ("dwell",), ("conversion",), ("measure", "won", "--by", "rep"), ("explain", "won"),
    ("levers",), ("leaks",), ("forecast",), ("doctor",), ("imports",), ("target", "list"), ("customers",),
    ("source", "list"), ("kpi", "list"), ("target", "propose"),
)  # fmt: skip
WRITING = (
    ("note", "here-Ann-0", "Called"), ("win", "there-Ann-4"), ("note", "there-Ann-0", "Called"),
    ("undo-import", "0001-none"),
)  # fmt: skip


def undeclared(found):
    """Commands that no door names, or whose options lead to another folder than theirs."""
    wrong = []
    for name, command in found.items():
        options = {param.name for param in command.params}
        fits = {name in BOOK: "book" in options, name in HOME: "home" in options and "book" not in options}
        if name not in BOOK | HOME | GROUPS or not fits.get(True, True):
            wrong.append(name)
    return wrong


def test_every_command_says_whose_right_it_rests_on():
    found = verbs(typer.main.get_command(app))
    assert undeclared(found) == []
    assert set(found) == BOOK | HOME | GROUPS
    assert not BOOK & HOME


def test_a_command_by_no_door_and_one_by_another_folder_are_found():
    planted = typer.Typer()
    planted.command("open-all")(lambda: None)
    planted.command("backup")(lambda: None)
    assert undeclared(verbs(typer.main.get_command(planted))) == ["open-all", "backup"]


def test_a_command_on_a_book_tells_and_changes_nothing_of_another(yaad, tmp_path):
    roots = {}
    for called in ("here", "there"):
        folder = tmp_path / called
        folder.mkdir()
        (folder / "events.csv").write_text("\n".join(rows(called)), "utf-8")
        (folder / "events.yaml").write_text(EVENTS, "utf-8")
        roots[called] = folder / "book"
        with_book = Book.create(roots[called])
        with_book.import_files([folder / "events.csv"], mapping=folder / "events.yaml")
        with_book.close()
    before = {called: folder_digest(root) for called, root in roots.items()}
    said = [yaad(*words, "--book", roots["here"]) for words in READING]
    assert [done.code for done in said] == [0] * len(READING), [done.err for done in said]
    told = "".join(done.out + done.err for done in said)
    assert marker("here", "Ann") in told
    assert marker("there", "Ann")[: len("markthere")] not in told
    written = [yaad(*words, "--book", roots["here"]) for words in WRITING]
    assert [done.code for done in written] == [0, 2, 2, 2]
    assert "markthere" not in "".join(done.out + done.err for done in written)
    assert folder_digest(roots["there"]) == before["there"]
    assert folder_digest(roots["here"]) != before["here"]
