"""What programs take out and divide: results and tables as files, rows behind a figure, targets, sources."""

import csv
import io

import pytest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def rows_of(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("name", ["funnel", "stuck", "customers", "moved", "doctor", "kpis/won"])
def test_a_result_is_told_as_the_file_that_the_pages_give(team, program, name):
    asking, query = program("owner", lang="en"), {"state": "all"} if name == "customers" else {}
    answer = asking.get(f"/{name}", query, Accept="text/csv")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    page = team.client("owner").get(f"{team.here.prefix}{name}.csv", query)
    assert rows_of(answer) == rows_of(page)
    assert len(rows_of(answer)) > 1 or name == "stuck"
    assert asking.get(f"/{name}", Accept=XLSX).content[:2] == b"PK"
    assert isinstance(asking.get(f"/{name}", Accept="application/json").json(), dict)


def test_a_file_and_an_object_have_tags_of_their_own(program):
    asking = program("owner")
    file, told = asking.get("/funnel", Accept="text/csv"), asking.get("/funnel")
    assert file.headers["ETag"] != told.headers["ETag"]
    assert asking.get("/funnel", Accept="text/csv", If_None_Match=file.headers["ETag"]).status_code == 304


def test_a_table_holds_the_rows_that_are_seen(program):
    sizes = {one["name"]: one["rows"] for one in program("owner").get("/tables").json()["tables"]}
    assert sizes["deals"] == 30
    assert len(rows_of(program("owner").get("/tables/deals"))) == 31
    mine = rows_of(program("rep").get("/tables/deals", {"ending": "csv"}))
    assert len(mine) == 7
    assert all("Ben" in " ".join(row) for row in mine[1:])
    assert program("owner").get("/tables/deals", {"ending": "parquet"}).content[:4] == b"PAR1"
    assert program("owner").get("/tables/secrets").status_code == 404
    assert program("owner").get("/tables/deals", {"ending": "exe"}).status_code == 422
    assert program("owner", "import").get("/tables/deals").status_code == 403


def test_rows_behind_a_figure_come_page_by_page_and_whole_as_a_file(program):
    asking, found, cursor = program("owner"), [], ""
    while True:
        told = asking.get("/kpis/won/rows", {"limit": 4, **({"cursor": cursor} if cursor else {})}).json()
        found += told["rows"]
        cursor = told["next"]
        if cursor is None:
            break
    assert len(found) == 10
    assert len({str(row) for row in found}) == 10
    one = asking.get("/kpis/won/rows", {"by": "owner", "group": "Ann"}).json()
    assert {row["owner"] for row in one["rows"]} == {"Ann"}
    assert len(rows_of(asking.get("/kpis/won/rows", {"limit": 4}, Accept="text/csv"))) == 11


def test_customers_come_page_by_page(program):
    asking, found, cursor = program("owner"), [], ""
    while True:
        query = {"state": "all", "limit": 3, **({"cursor": cursor} if cursor else {})}
        told = asking.get("/customers", query).json()
        found += [one["customer"] for one in told["list"]]
        cursor = told["next"]
        if cursor is None:
            break
    assert len(found) == len(set(found)) > 3
    assert len(asking.get("/customers", {"state": "all", "words": found[0]}).json()["list"]) >= 1
    assert asking.get("/customers", {"state": "nobody"}).status_code == 404


def test_a_target_is_divided_once_under_a_key_and_the_division_taken_back_whole(program):
    asking = program("owner")
    period = {"period": "2026-12"}
    assert asking.post("/targets", {**period, "value": "50000"}).status_code == 200
    split = {**period, "over": "owner", "weights": "equal"}
    first = asking.post("/targets/split", split, Idempotency_Key="split")
    again = asking.post("/targets/split", split, Idempotency_Key="split")
    assert (first.status_code, again.content) == (200, first.content), first.content.decode()
    assert sorted(first.json()["parts"]) == ["Ann", "Ben", "Cyd", "Dan", "Eli"]
    assert sum(float(part) for part in first.json()["parts"].values()) == 50000
    assert len(asking.get("/targets", period).json()["targets"]) == 6
    undone = asking.post("/targets/undo", {"seq": first.json()["seq"]}).json()["undone"]
    assert len(undone) == 5
    assert len(asking.get("/targets", period).json()["targets"]) == 1
    assert asking.post("/targets/undo", {"seq": first.json()["seq"]}).status_code == 400
    assert program("rep").post("/targets/split", split).status_code == 403
    assert asking.post("/targets/remove", period).status_code == 200


def test_a_source_is_added_and_its_secret_never_told(team, program):
    asking, secret = program("owner"), "s3cret-of-the-source"
    body = {"name": "crm", "kind": "http", "url": "https://example.com/deals.csv", "secret": secret}
    made = asking.post("/sources", body, Idempotency_Key="source")
    assert (made.status_code, made.json()["place"]) == (200, "https://example.com/deals.csv"), made.content.decode()
    assert made.json()["secret_since"]
    assert asking.post("/sources", body, Idempotency_Key="source").content == made.content
    assert asking.post("/sources", body).status_code == 400
    assert asking.post("/sources/crm/secret", {"secret": secret + "2"}).status_code == 200
    told = asking.get("/sources").content + asking.get("/sources/crm").content + made.content
    assert secret.encode() not in told
    from yaad.server.models import Answered, AuditEvent

    kept = str(list(Answered.objects.values())) + str(list(AuditEvent.objects.values()))
    assert secret not in kept
    folder = asking.post("/sources", {"name": "folder", "kind": "folder", "path": "/etc"})
    assert folder.status_code == 404  # a folder of the server is nobody's to name from afar
    assert program("manager").get("/sources").status_code == 403
    assert asking.post("/sources/crm/remove").json() == {"removed": "crm"}
    assert asking.get("/sources/crm").status_code == 404


def test_own_measures_are_defined_measured_and_taken_away(program):
    asking = program("owner")
    yaml = (
        "version: 1\nmeasures:\n  - id: web_won\n    names: {en: Won from the web}\n    good: up\n"
        "    sum: {column: deals, where: {outcome: won, source: [web]}, date: closed_day}\n"
    )
    before = asking.get("/own-measures").json()["measures"]
    assert asking.post("/own-measures", {"yaml": yaml}).json()["measures"] == [*before, "web_won"]
    assert asking.get("/measures/web_won").json()["measures"][0]["value"] == 5
    assert asking.post("/own-measures", {"yaml": "measures: 3"}).status_code == 400
    assert program("manager").post("/own-measures", {"yaml": yaml}).status_code == 403
    assert asking.post("/own-measures/web_won/remove").json()["measures"] == before
