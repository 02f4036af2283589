"""Commands of a book on a company of a server: the same words, by who keeps the server, with a line in its log."""

import json
from contextlib import closing

import pytest
from tests.people import ADDRESS, EVENTS, KEY

from yaad.book import Book

MORE = "deal,stage,at,who,title,source,amount,phone\nx-7,Meeting,2026-10-19,Ann,One,web,900,0501234567\n"


@pytest.fixture
def at_home(home, tmp_path, monkeypatch):
    for name, value in (
        ("HOME", str(home.folder)), ("ADDRESS", ADDRESS), ("SECRET_KEY", KEY), ("TWO_FACTOR", "optional"),
        ("DATABASE", home.database), ("DATABASE_OWNER", home.database_owner),
        ("VAULT_KEY_FILE", str(tmp_path / "vault.key")),
    ):  # fmt: skip
        monkeypatch.setenv(f"YAAD_{name}", value)


def lines(company):
    from yaad.server.models import AuditEvent

    rows = AuditEvent.objects.filter(company=company.id).exclude(action="company.begun").order_by("seq")
    return list(rows.values_list("action", "actor", "detail"))


def figures(company):
    with closing(Book.open(company.root)) as book:
        return json.dumps(book.measure("won_value", "win_rate", "open_value", by="rep").to_dict(), default=str)


def test_a_company_is_made_anew_and_says_who_did_it(at_home, team, yaad):
    before, began, there = figures(team.here), len(lines(team.here)), len(lines(team.there))
    done = yaad("rebuild", "--company", team.here.name, "--json")
    assert done.code == 0, done.err
    assert figures(team.here) == before
    assert lines(team.here)[began:] == [("keeper.ran", None, {"command": "rebuild"})]
    assert len(lines(team.there)) == there


def test_a_company_that_is_not_there_is_told_with_those_that_are(at_home, team, yaad):
    done = yaad("imports", "--company", "Nope", "--lang", "en")
    assert done.code != 0
    assert "The company “Nope” is not known" in " ".join(done.err.split())
    assert {name in done.err for name in (team.here.name, team.there.name)} == {True}


def test_the_same_words_for_imports(at_home, team, yaad, tmp_path):
    (tmp_path / "more.csv").write_text(MORE, "utf-8")
    (tmp_path / "events.yaml").write_text(EVENTS, "utf-8")
    before, began = yaad("imports", "--company", team.here.id, "--json").json["imports"], len(lines(team.here))
    words = ("import", str(tmp_path / "more.csv"), "--map", str(tmp_path / "events.yaml"))
    assert yaad(*words, "--company", team.here.id, "--json").code == 0
    names = [one["name"] for one in yaad("imports", "--company", team.here.id, "--json").json["imports"]]
    (made,) = set(names) - {one["name"] for one in before}
    assert yaad("undo-import", made, "--company", team.here.id).code == 0
    told = [
        (action, detail.get("command")) for action, _, detail in lines(team.here)[began:] if detail != {"late": True}
    ]
    assert told == [
        ("keeper.ran", "import"), ("import.made", "import"), ("keeper.ran", "imports"),
        ("keeper.ran", "undo-import"), ("import.undone", "undo-import"),
    ]  # fmt: skip


def test_a_source_of_a_company_is_the_keepers(at_home, team, yaad, tmp_path):
    folder = tmp_path / "arriving"
    folder.mkdir()
    company = ("--company", team.here.id)
    done = yaad("source", "add", "exchange", "folder", "--path", str(folder), "--schedule", "every 1h", *company)
    assert done.code == 0, done.err
    try:
        assert "by: keeper" in (team.here.root / "sources" / "exchange.yaml").read_text("utf-8")
        assert [one["name"] for one in yaad("source", "list", *company, "--json").json["sources"]] == ["exchange"]
        assert lines(team.here)[-1] == ("keeper.ran", None, {"command": "source-list"})
        done = yaad("source", "run", "--due", *company, "--json")
        assert done.json["sources"][0]["outcome"] == "unchanged"
    finally:
        assert yaad("source", "remove", "exchange", *company).code == 0


def test_figures_of_a_company_are_those_of_its_book(at_home, team, yaad):
    of_company = yaad("measure", "won_value", "--company", team.here.id, "--json").json
    assert of_company == yaad("measure", "won_value", "--book", str(team.here.root), "--json").json
    done = yaad("customers", "--company", team.here.id)
    assert "server" not in done.err.lower()
    assert lines(team.here)[-1] == ("keeper.ran", None, {"command": "customers"})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rebuild", "--company", "Nobody and Sons"), "Nobody and Sons"),
        (("rebuild", "--company", "Company here", "--book", "book"), "not both"),
        (("rebuild", "--home", "here"), "--company"),
        (("funnel", "--company", "../etc"), "../etc"),
    ],
)
def test_what_cannot_be_meant_is_said_and_changes_nothing(at_home, team, yaad, words, said):
    before = len(lines(team.here))
    done = yaad(*words)
    assert (done.code, said in done.err) == (2, True), done.err
    assert len(lines(team.here)) == before


def test_a_command_that_declares_nothing_works_on_no_company(at_home, team, yaad, monkeypatch):
    from yaad.faces.cli import verbs

    monkeypatch.setattr(verbs, "POLICIES", {})
    done = yaad("rebuild", "--company", team.here.id)
    assert done.code == 2
    assert "does not work on a company" in done.err


def test_without_a_home_nothing_is_opened(yaad, monkeypatch):
    monkeypatch.delenv("YAAD_SECRET_KEY", raising=False)
    done = yaad("rebuild", "--company", "x")
    assert done.code == 2
    assert "YAAD_SECRET_KEY" in done.err
