"""Every list that can grow is told in pages; one that is not says what bounds it."""

import copy

import pytest
from tests.api.held import answers, document, operations

OF_THE_CATALOGUE = "one row a measure of the catalogue and of the company's own file, which has a greatest length"
OF_THE_COMPANY = "one row a person who sells in the company"
BOUNDED = {
    "companies": "the parts of one account",
    "measures": OF_THE_CATALOGUE,
    "figures": OF_THE_CATALOGUE,
    "explain": "at most as many rows as are asked for, 200; the others by kpi_rows",
    "customer": "what one customer bought",
    "cohorts": "one row a month, quarter or year of the data",
    "doctor": OF_THE_CATALOGUE,
    "backtest": "months that are tried, of a number that is fixed",
    "forecast": "at most twelve months, and the groups of a breakdown",
    "judgements": OF_THE_COMPANY,
    "plan": "the stages of the company's pipeline",
    "levers": "the stages of the company's pipeline, each with the improvements that there are",
    "leaks": "the leaks that stand out of the comparisons of stages and groups",
    "goals": "the stages on the way to a target",
    "proposals": "three levels",
    "deal": "the way of one deal and what was written of it",
    "timeline": "what happened to one deal",
    "quotes": "the quotes of one deal",
    "deal_files": "at most a hundred files of one deal",
    "upload_status": "the files of one upload",
    "leaderboard": OF_THE_COMPANY,
    "my_day": "ten calls, ten inquiries, twenty next steps, and what is planned for one day",
    "webhooks": "at most twenty in a company",
    "waiting_inquiries": "those that have waited longest, two hundred of them",
}
"""Operations with a list that is told whole, and what bounds it."""
IN_PAGES = {
    "measure", "kpis", "kpi", "funnel", "conversion", "dwell", "kpi_rows", "stuck", "calls", "customers", "chances",
    "moved", "targets", "deals", "entries", "imports", "uploads", "tables", "reports", "sources", "people",
    "proposed_ties", "events", "opt_outs", "webhook_letters", "invitations", "all_teams", "audit",
}  # fmt: skip


def lists(told):
    """Operations that read a list of objects → whether they page."""
    parts, found = told["components"]["schemas"], {}
    reading = {one["get"]["operationId"] for one in told["paths"].values() if "get" in one}
    for name in reading:
        operation = operations(told)[name]
        for shape in answers(operation).values():
            members = parts[shape["$ref"].rpartition("/")[2]]["properties"]
            if any((one.get("type") == "array" and "$ref" in one["items"]) or is_rows(one) for one in members.values()):
                asked = {one.get("name") for one in operation["parameters"]}
                found[name] = "next" in members and {"cursor", "limit"} <= asked
    return found


def is_rows(member):
    return member.get("type") == "array" and member["items"].get("type") == "object"


def test_each_list_is_told_in_pages_or_says_what_bounds_it(home):
    found = lists(document())
    assert {name for name, pages in found.items() if pages} == IN_PAGES
    assert {name for name, pages in found.items() if not pages} == set(BOUNDED)


def test_a_list_that_lost_its_cursor_is_found(home):
    planted = copy.deepcopy(document())
    operation = operations(planted)["targets"]
    operation["parameters"] = [one for one in operation["parameters"] if one.get("name") != "cursor"]
    assert lists(planted)["targets"] is False


def walked(asking, path, name, **query):
    """All rows of a list, asked for two at a time, and how many pages these were."""
    found, pages, cursor = [], 0, ""
    while cursor is not None:
        told = asking.get(path, {**query, "limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        assert len(told[name]) <= 2
        found, pages, cursor = found + told[name], pages + 1, told["next"]
    return found, pages


@pytest.mark.parametrize(
    ("path", "name", "query"),
    [
        ("/calls", "deals", {}),
        ("/moved", "deals", {"since": "2026-10-01"}),
        ("/teams", "teams", {}),
        ("/tables", "tables", {}),
        ("/measures/won", "measures", {"by": "owner"}),
        ("/kpis", "kpis", {"by": "owner"}),
        ("/kpis/won", "kpis", {"by": "owner"}),
        ("/funnel", "groups", {"by": "name"}),
        ("/conversion", "conversions", {"by": "owner"}),
        ("/dwell", "groups", {"by": "owner"}),
    ],
)
def test_pages_of_a_list_join_without_gap_or_double(program, path, name, query):
    asking = program("owner")
    found, pages = walked(asking, path, name, **query)
    assert pages > 1
    assert found == asking.get(path, query | {"limit": 200}).json()[name]
    assert len({str(one) for one in found}) == len(found) == 2 * pages - len(found) % 2


def test_a_page_of_groups_has_the_stages_of_these_groups(program):
    asking = program("owner")
    told = asking.get("/funnel", {"by": "owner", "limit": 2}).json()
    stages = dict.fromkeys(one["by"]["owner"] for one in told["stages"])
    assert [one["by"]["owner"] for one in told["groups"]] == list(stages)
    assert len(told["groups"]) == 2
    other = {"by": "source", "limit": 2, "cursor": told["next"]}
    assert asking.get("/funnel", other).status_code == 400, "of another question"
    file = asking.get("/funnel", {"by": "owner", "limit": 2}, Accept="text/csv").content.decode()
    assert all(name in file for name in ("Ann", "Ben", "Cyd", "Dan", "Eli")), "a file has them all"


def test_targets_come_page_by_page_and_a_new_one_ends_the_walk(program):
    asking = program("owner")
    for month in ("2026-11", "2026-12", "2027-01"):
        asking.post("/targets", {"period": month, "value": "50000"})
    found, pages = walked(asking, "/targets", "targets")
    assert ([one["period"] for one in found], pages) == (["2026-11", "2026-12", "2027-01"], 2)
    cursor = asking.get("/targets", {"limit": 2}).json()["next"]
    assert asking.get("/targets", {"limit": 2, "cursor": cursor, "period": "2026-11"}).status_code == 400
    assert program("manager").get("/targets", {"limit": 2, "cursor": cursor}).status_code == 400
    asking.post("/targets/remove", {"period": "2027-01"})
    assert asking.get("/targets", {"limit": 2, "cursor": cursor}).status_code == 400, "of other data"
    for month in ("2026-11", "2026-12"):
        asking.post("/targets/remove", {"period": month})


def test_what_was_written_of_a_deal_comes_page_by_page(program):
    asking = program("owner")
    for number in range(3):
        asking.post("/deals/here-Dan-0/note", {"text": f"note {number}"})
    found, pages = walked(asking, "/deals/here-Dan-0/entries", "entries")
    assert ([one["text"] for one in found], pages) == (["note 0", "note 1", "note 2"], 2)
    cursor = asking.get("/deals/here-Dan-0/entries", {"limit": 2}).json()["next"]
    assert asking.get("/deals/here-Ann-0/entries", {"limit": 2, "cursor": cursor}).status_code == 400
    for one in found:
        asking.post("/deals/here-Dan-0/undo", {"seq": one["seq"]})
