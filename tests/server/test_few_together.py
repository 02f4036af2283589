"""Who sees no single deals subtracts what they are told, by pages, programs and agents, and learns of no few."""

import json
from contextlib import closing
from itertools import product

import pytest
from tests import loops
from tests.measures.reckoning import learnt

from yaad.measures.withheld import LEAST

PERIODS = ["", "2026", "2026-Q3", "2026-Q4", "2026-08", "2026-09", "2026-10"]
CUT = ["2026-10-02", "2026-09-01..2026-09-29", "2026-08-01..2026-10-01", "2026-W40"]
FINE = ["day", "week", "hour", "weekday", "created_day", "amount", "owner", "stage"]
ROWS = (
    ("2026-08", 20, "web"),
    ("2026-09", 12, "fair"),
    ("2026-10", 9, "web"),
    ("2026-10", 3, "fair"),
    ("2026-09", 2, "web"),
)
"""Month, deals, where they came from: two came from the web in September, three from the fair in October."""


class Told:
    """What somebody was told hides the rest."""

    def __init__(self, told):
        self.told = told

    def holds(self, key, when):
        """Whether nothing was told of it."""
        return (key, when) not in self.told


def file_of(path):
    lines, number = ["id,created,stage,owner,source"], 0
    for month, count, source in ROWS:
        for _ in range(count):
            number += 1
            lines.append(f"few-{number},{month}-{1 + number % 27:02},Meeting,Ann,{source}")
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.fixture(scope="module")
def company(home, tmp_path_factory):
    """A company whose viewer signs in; gone afterwards."""
    import datetime as dt

    from django.core.management import call_command
    from django.test import Client

    from yaad.book import Book
    from yaad.server import companies, state
    from yaad.server.models import Account, Membership

    state.open_companies(companies.folder_of)
    owner = Account.objects.create_user("owner@few.example", "correct horse battery staple", name="owner")
    made = companies.begin(owner, "Few", zone="UTC")
    with closing(Book.create(companies.folder_of(made.id))) as book:
        book.import_files([file_of(tmp_path_factory.mktemp("few") / "few.csv")], as_of=dt.date(2026, 10, 30))
    account = Account.objects.create_user("viewer@few.example", "correct horse battery staple", name="viewer")
    Membership.objects.create(company=made, account=account, role="viewer")
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(account)
    yield made.id, account.pk, client
    state.close()
    call_command("flush", verbosity=0, interactive=False)


def by_pages(company, question, **said):
    id_, _, client = company
    answer = client.get(f"/c/{id_}/{'kpis/inquiries.json' if question == 'measure' else question + '.json'}", said)
    return answer.json() if answer.status_code == 200 else None


def by_programs(company, question, **said):
    id_, _, client = company
    path = "measures/inquiries" if question == "measure" else question
    answer = client.get(f"/api/v1/companies/{id_}/{path}", said)
    return answer.json() if answer.status_code == 200 else None


def by_agents(company, question, **said):
    from tests.faces.mcp.test_tools import texts, through

    from yaad.faces.mcp.serving import tool_server
    from yaad.server.scoping import on_behalf_of, scope
    from yaad.server.state import opened

    id_, account, _ = company
    name = {"kpis": "scorecard"}.get(question, question)
    asked = {key: value for key, value in said.items() if value} | (
        {"measure": "inquiries"} if name == "measure" else {}
    )
    with on_behalf_of(scope(account, id_)):
        _, (answer,) = loops.run(through(tool_server(lambda: opened().shelf, "en"), [(name, asked)]))
    return None if answer.is_error else json.loads(texts(answer))["data"]


def counts(said):
    """All that an answer tells of how many inquiries there were: value and stretch of time → how many."""
    if isinstance(said, list):
        return {place: n for one in said for place, n in counts(one).items()}
    if not isinstance(said, dict):
        return {}
    found = {}
    if said.get("id") == "inquiries" and said.get("value") is not None:
        found[place(said)] = said["value"]
    for group in said.get("groups", ()):
        if group["stages"]:
            found[place({**group, "period": said.get("period")})] = group["stages"][0]["entered"]
    if said.get("id") == "inquiries":
        for point in said.get("series", ()):
            if point["value"] is not None:
                found[(), point["period"]] = point["value"]
    for one in said.get("compared", ()):
        for kpi in said["kpis"]:
            then = kpi["comparisons"].get(one["against"], {}).get("value")
            if kpi["id"] == "inquiries" and then is not None:
                found[tuple(kpi["by"].values()), one["then"]["name"]] = then
    for value in said.values():
        found |= counts(value)
    return found


def place(said):
    by = dict(said.get("by") or {})
    grain = next((by.pop(name) for name in ("month", "quarter", "year") if name in by), None)
    period = said.get("period")
    return tuple(by.values()), grain or (period["name"] if isinstance(period, dict) else period or "")


ASKED = [
    *product(("measure", "funnel"), ("", "source", "month", "quarter"), PERIODS),
    *product(("kpis",), ("", "source"), ("2026-09", "2026-Q4")),
]


def reckoned(company, face):
    """What somebody learns of few who asks everything; and all that they were told."""
    told = {}
    for question, by, period in ASKED:
        found = counts(face(company, question, by=by, period=period))
        told |= {where: n for where, n in found.items() if n}
    dated = {}
    for month, n, source in ROWS:
        dated[(source,), month] = dated.get(((source,), month), 0) + n
    return learnt(dated, {("web",): 0, ("fair",): 0}, Told(told)), told


@pytest.mark.parametrize("face", [by_pages, by_programs, by_agents])
def test_nobody_reckons_a_few_from_what_they_are_told(company, face):
    found, told = reckoned(company, face)
    assert told[(), "2026"] == 46
    assert told[("web",), ""] == 31
    assert told[(), "2026-10"] == 12
    assert min(told.values()) >= LEAST
    assert found == []


def test_where_only_the_few_themselves_are_kept_back_they_are_reckoned(company, monkeypatch):
    from yaad.measures import small_groups
    from yaad.server import companies, state

    monkeypatch.setattr(small_groups, "_next", lambda *_: None)
    monkeypatch.setattr(small_groups, "_reckoned", lambda *_: [])
    state.open_companies(companies.folder_of)  # nothing that was answered before is kept
    found, told = reckoned(company, by_programs)
    state.open_companies(companies.folder_of)  # nothing that was answered before is kept
    assert min(told.values()) >= LEAST
    assert (("fair",), "2026-10") in found


@pytest.mark.parametrize("face", [by_pages, by_programs, by_agents])
def test_no_days_are_cut_off_by_any_face(company, face):
    for question, period in product(("measure", "funnel", "kpis"), CUT):
        assert counts(face(company, question, period=period)) == {}
    for question, by in product(("measure", "funnel", "kpis"), FINE):
        assert counts(face(company, question, by=by)) == {}


def test_no_program_looks_from_another_day(company):
    for question in ("measure", "funnel", "kpis", "conversion", "dwell"):
        assert by_programs(company, question, as_of="2026-10-29") is None
    assert by_programs(company, "funnel") is not None


def test_the_same_sums_of_all_that_an_owner_is_told_would_find_them():
    dated = {(("web",), "2026-10"): 9, (("fair",), "2026-10"): 3}
    told = {((), "2026-10"): 12, (("web",), "2026-10"): 9}
    found = learnt(dated, {("web",): 0, ("fair",): 0}, Told(told))
    assert (("fair",), "2026-10") in found
