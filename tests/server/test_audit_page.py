"""The owner reads the audit log: narrowed, as a file, and told when a line was changed. Nobody else does."""

import csv
import io

import pytest
from django.db import connection, transaction


@pytest.fixture(scope="module")
def written(team):
    """Two lines by the owner, one by a manager, one by the server; one line in the other company."""
    from yaad.server import audit

    owner, manager = (team.here.accounts[name].pk for name in ("owner", "manager"))
    audit.record(
        team.here.id, owner, "member.invited", "cyd@here.example", {"email": "cyd@here.example", "role": "rep"}
    )
    audit.record(team.here.id, owner, "member.changed", f"account:{manager}", {"to": "manager"})
    audit.record(team.here.id, manager, "export.made", "table:deals", {"rows": 30})
    audit.record(team.here.id, None, "something.new", "x")
    audit.record(team.there.id, team.there.accounts["owner"].pk, "export.made", "markthere")
    return team


def lines(team, query: str = "") -> list[dict[str, object]]:
    """Lines as a program gets them, without those that the company's beginning has left."""
    told = team.client("owner").get(f"{team.here.prefix}audit.json{query}").json()["lines"]
    return [line for line in told if line["action"] != "company.begun"]


def test_the_latest_stands_first_and_the_other_company_nowhere(written):
    told = lines(written)
    assert [line["action"] for line in told][-4:] == [
        "something.new",
        "export.made",
        "member.changed",
        "member.invited",
    ]
    assert [line["seq"] for line in told] == sorted((line["seq"] for line in told), reverse=True)
    page = written.client("owner").get(f"{written.here.prefix}audit/").content.decode()
    assert "markthere" not in page
    assert "The log is whole" in page


def test_a_file_holds_the_lines_in_words(written):
    told = written.client("owner").get(f"{written.here.prefix}audit.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(told)))
    assert rows[0] == ["Number", "When", "Who", "What", "About", "Details"]
    assert ["manager here", "Took data out", "table:deals", "30 rows"] in [row[2:] for row in rows]


@pytest.mark.parametrize(
    ("query", "actions"),
    [
        ("?action=export.made", {"export.made"}),
        ("?actor={manager}", {"export.made"}),
        ("?actor={owner}&action=member.changed", {"member.changed"}),
        ("?actor={manager}&action=member.changed", set()),
        ("?day=2001-01-01", set()),
    ],
)
def test_it_is_narrowed(written, query, actions):
    ids = {name: written.here.accounts[name].pk for name in ("owner", "manager")}
    assert {line["action"] for line in lines(written, query.format(**ids))} == actions


def test_a_person_is_named_while_they_are_here(written):
    told = {line["action"]: line for line in reversed(lines(written))}
    first = next(line for line in lines(written) if line["subject"] == "table:deals")
    assert told["member.changed"]["subject"] == "manager here"
    assert first["who"] == "manager here"
    assert "cyd@" not in str(told)


@pytest.mark.parametrize("query", ["?actor=x", "?day=yesterday", "?below=-1"])
def test_what_is_no_number_or_day_is_said(written, query):
    assert written.client("owner").get(f"{written.here.prefix}audit/{query}").status_code == 400


@pytest.mark.parametrize("name", ["manager", "rep", "consultant", "viewer"])
def test_nobody_but_the_owner_reads_it(written, name):
    for ending in ("audit/", "audit.csv", "audit.json"):
        assert written.client(name).get(written.here.prefix + ending).status_code == 403


def test_the_page_names_the_line_that_was_changed(written):
    from yaad.server.models import AuditEvent

    line = AuditEvent.objects.get(company=written.here.id, action="member.changed")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER IF EXISTS server_auditevent_stays")
            cursor.execute("UPDATE server_auditevent SET actor = 0 WHERE id = %s", [line.pk])
        page = written.client("owner").get(f"{written.here.prefix}audit/").content.decode()
        transaction.set_rollback(True)
    assert "was changed after it was written" in page
    assert "Not whole from line" in page
    assert "The log is whole" in written.client("owner").get(f"{written.here.prefix}audit/").content.decode()


def test_a_file_that_is_taken_out_leaves_a_line(written):
    file = written.client("rep").get(f"{written.here.prefix}tables/deals.csv").content
    told = lines(written, "?action=export.made")[0]
    assert (told["who"], told["subject"]) == ("rep here", "file:yaad-deals.csv")
    assert told["detail"] == f"bytes: {len(file)}"
    assert written.client("viewer").get(f"{written.here.prefix}tables/deals.csv").status_code == 403
    assert lines(written, "?action=export.made")[0] == told


@pytest.mark.parametrize(("name", "finds"), [("owner", True), ("manager", False)])
def test_the_page_of_people_leads_to_it(written, name, finds):
    page = written.client(name).get(f"{written.here.prefix}people/").content.decode()
    assert (f'href="{written.here.prefix}audit/"' in page) is finds


def test_the_page_says_in_words_what_is_here_and_where_the_rest_is(written):
    page = written.client("owner").get(f"{written.here.prefix}audit/").content.decode()
    assert "Changes of deals and targets are not here" in page
    assert "Took data out" in page
    assert '<span class="n" dir="ltr">30</span> rows' in page
    assert "rows: 30" not in page
