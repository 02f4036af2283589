"""Whatever brings files in or takes them back leaves its line in the audit log, and each import one line."""

import json
from contextlib import closing

import pytest
from tests.people import EVENTS

from yaad.book import Book
from yaad.server import tasks
from yaad.server.scoping import on_behalf_of, scope

MORE = "deal,stage,at,who,title,source,amount,phone\nx-1,Meeting,2026-10-19,Ann,One,web,900,0501234567\n"


def no_report(*_told):
    """Nobody asks how far it is."""


@pytest.fixture
def owner(team):
    access = scope(team.here.accounts["owner"].pk, team.here.id)
    with on_behalf_of(access):
        yield access


def lines(access):
    """Action, actor, subject and detail of what the log says of imports."""
    from yaad.server.models import AuditEvent

    rows = AuditEvent.objects.filter(company=access.company, action__startswith="import.").order_by("seq")
    return list(rows.values_list("action", "actor", "subject", "detail"))


def brought(team, tmp_path, name="more.csv", text=MORE, book=None, mapping=""):
    (tmp_path / name).write_text(text, "utf-8")
    arguments = {
        "book": str(book or team.here.root), "paths": [str(tmp_path / name)], "mapping": str(mapping), "kind": "",
        "answers": {}, "as_of": "", "lang": "en", "source": "", "waits": [],
    }  # fmt: skip
    return tasks.import_files(arguments, no_report)["import"]


def undone(team, name):
    tasks.undo_import({"book": str(team.here.root), "name": name}, no_report)


def test_an_import_and_its_taking_back_have_a_line_each(team, owner, tmp_path):
    before = {record.name for record in Book.open(team.here.root).imports()}
    began = len(lines(owner))
    made = brought(team, tmp_path)
    told = lines(owner)[began:]
    assert told[-1] == ("import.made", owner.account, f"import:{made}", {"files": 1, "rows": 1, "rejected": 0})
    late = {subject for _, actor, subject, detail in lines(owner) if (actor, detail) == (None, {"late": True})}
    assert late >= {f"import:{name}" for name in before}, "what came in past the log is told as such"
    assert brought(team, tmp_path) == "", "the same file again is no import"
    assert len(lines(owner)) == began + len(told)
    undone(team, made)
    assert lines(owner)[-1] == ("import.undone", owner.account, f"import:{made}", {})
    assert len(lines(owner)) == began + len(told) + 1


def test_of_two_that_come_in_side_by_side_each_is_told_of_its_own(team, owner, tmp_path, monkeypatch):
    from yaad.server.import_lines import tell

    (tmp_path / "beside.csv").write_text(MORE.replace("x-1", "x-8"), "utf-8")
    real, others = Book.import_files, []

    def beside(book, paths, **said):
        if not others:
            others.append("it comes in meanwhile")
            with closing(Book.open(team.here.root)) as theirs:
                others[0] = real(theirs, [tmp_path / "beside.csv"]).name
        return real(book, paths, **said)

    monkeypatch.setattr(Book, "import_files", beside)
    made = brought(team, tmp_path, "own.csv", MORE.replace("x-1", "x-9"))
    with closing(Book.open(team.here.root)) as book:
        files = {record.name: [file.name for file in record.files] for record in book.imports()}
    assert (files[made], files[others[0]]) == (["own.csv"], ["beside.csv"])
    told = {subject: (actor, detail) for _, actor, subject, detail in lines(owner)}
    assert told[f"import:{made}"] == (owner.account, {"files": 1, "rows": 1, "rejected": 0})
    assert told[f"import:{others[0]}"] == (None, {"late": True})
    for _ in range(2):
        tell(owner, team.here.root, {others[0]: {"files": 1}})
    of_other = [(actor, detail) for _, actor, subject, detail in lines(owner) if subject == f"import:{others[0]}"]
    assert of_other == [(None, {"late": True}), (owner.account, {"files": 1})], "its own job says whose it is, once"
    for name in (made, others[0]):
        undone(team, name)


def test_a_line_that_could_not_be_written_comes_with_the_next(team, owner, tmp_path, monkeypatch):
    from yaad.server import audit

    def cut(*_told):
        raise OSError("the database is gone")

    with monkeypatch.context() as broken:
        broken.setattr(audit, "record", cut)
        with pytest.raises(OSError, match="gone"):
            brought(team, tmp_path)
    lost = Book.open(team.here.root).imports()[-1].name
    assert f"import:{lost}" not in {subject for _, _, subject, _ in lines(owner)}
    made = brought(team, tmp_path, "third.csv", MORE.replace("x-1", "x-2"))
    told = lines(owner)
    assert ("import.made", None, f"import:{lost}", {"late": True}) in told
    assert (owner.account, f"import:{made}") in {one[1:3] for one in told}
    for name in (made, lost):
        undone(team, name)


def test_what_a_source_brings_is_told_with_its_name_and_no_file_name(team, owner, tmp_path, monkeypatch):
    from yaad.book.sources.named import WATCHED, Source
    from yaad.server import recurring

    monkeypatch.setenv("YAAD_VAULT_KEY_FILE", str(tmp_path / "vault.key"))
    folder = tmp_path / "arriving"
    folder.mkdir()
    (folder / "Dana-Levi.csv").write_text(MORE.replace("x-1", "x-3"), "utf-8")
    monkeypatch.setattr("yaad.book.sources.working.PAUSE", 0)
    recurring.sources().add(Source("exchange", WATCHED, path=str(folder)))
    try:
        tasks.run_source({"book": str(team.here.root), "name": "exchange", "lang": "en"}, no_report)
        action, actor, subject, detail = lines(owner)[-1]
        assert (action, actor) == ("import.made", owner.account)
        assert detail == {"files": 1, "rows": 1, "rejected": 0, "source": "exchange"}
        assert "Dana" not in json.dumps(lines(owner))
        undone(team, subject.removeprefix("import:"))
    finally:
        recurring.sources().remove("exchange")


def test_one_book_on_ones_own_machine_has_no_log(team, tmp_path):
    from yaad.server.models import AuditEvent
    from yaad.server.scoping import local

    before = AuditEvent.objects.count()
    with on_behalf_of(local()):
        (tmp_path / "events.yaml").write_text(EVENTS, "utf-8")
        assert brought(team, tmp_path, book=tmp_path / "book", mapping=tmp_path / "events.yaml")
    assert AuditEvent.objects.count() == before
