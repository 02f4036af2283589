"""What went wrong elsewhere, by the class of the failure: each of them is tried here and finds nothing."""

import csv
import json

import duckdb
import pyarrow as pa
import pytest
from tests import loops
from tests.people import marker
from tests.server.matrix import database_digest, folder_digest

from yaad.book.sources.named import Source
from yaad.book.sources.outgoing import Outgoing
from yaad.errors import YaadError
from yaad.facts.engines import DuckEngine
from yaad.server.home import Home


@pytest.fixture
def api(team):
    return f"/api/v1/companies/{team.here.id}/"


@pytest.fixture
def unchanged(team):
    """Whatever the test asks, both companies are as before."""

    def digest():
        return database_digest(), folder_digest(team.here.root, team.there.root)

    names = ("rep", "viewer", "manager", "owner")
    clients = {name: team.client(name) for name in names}  # to sign in changes the account
    before = digest()
    yield clients
    assert digest() == before


def send(client, address, **said):
    return client.post(address, json.dumps(said), content_type="application/json")


def test_01_nothing_is_written_before_it_is_allowed(unchanged, api):
    assert send(unchanged["rep"], f"{api}deals/here-Cyd-0/note", text="pinned").status_code == 404
    assert send(unchanged["viewer"], f"{api}deals/here-Cyd-0/note", text="pinned").status_code == 403


def test_02_nothing_can_be_called_by_a_guest(team, api):
    from django.test import Client

    guest = Client(HTTP_HOST="127.0.0.1")
    assert send(guest, f"{api}deals/here-Cyd-0/win").status_code == 401
    assert guest.post(f"{team.here.prefix}goals/set/").status_code == 302


def test_03_a_low_role_changes_nothing_beyond_its_own(unchanged, team, api):
    target = {"measure": "won", "period": "2026-11", "value": "5"}
    assert send(unchanged["rep"], f"{api}targets", **target).status_code == 403
    assert send(unchanged["rep"], f"{api}settings", name="margin", value=0.5).status_code == 403
    assert send(unchanged["manager"], f"{api}targets", **target).status_code == 403  # the company's
    assert send(unchanged["manager"], f"{api}targets", owner="Cyd", **target).status_code in (403, 404)
    assert unchanged["manager"].post(f"{team.here.prefix}company/", {"name": "Mine"}).status_code == 403


def test_04_a_script_in_somebodys_words_is_only_words(team):
    from yaad.server.models import Company

    company = Company.objects.filter(pk=team.here.id)
    company.update(name="<script>alert(1)</script>")
    try:
        for page in ("", "funnel/", "goals/", "people/", "company/"):
            body = team.client("owner").get(team.here.prefix + page).content.decode()
            assert "<script>alert" not in body
    finally:
        company.update(name=team.here.name)


def test_05_the_first_run_is_over_once_there_is_an_owner(team):
    from django.test import Client

    guest = Client(HTTP_HOST="127.0.0.1")
    before = database_digest()
    assert guest.get("/setup/").status_code == 404
    assert guest.post("/setup/", {"email": "x@evil.example", "password": "correct horse battery"}).status_code == 404
    assert database_digest() == before


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "2130706433"])
def test_06_no_source_leads_to_the_inside(host):
    with pytest.raises(YaadError):
        Outgoing().connect(host.strip("[]"), 443, 1)


@pytest.mark.parametrize("key", ["", "secret", "0" * 64, "thisISaSECRET_1234"])
def test_08_no_server_starts_with_a_key_that_others_know(key):
    with pytest.raises(YaadError, match="YAAD_SECRET_KEY"):
        Home.from_environment({"YAAD_SECRET_KEY": key, "YAAD_ADDRESS": "https://yaad.example.com"})


@pytest.mark.parametrize(
    "query",
    ["COPY (SELECT 1) TO '{outside}/x.csv'", "ATTACH '{outside}/yaad.sqlite'", "FROM read_text('{outside}/key')",
     "INSTALL httpfs", "SET enable_external_access = true"],
)  # fmt: skip
def test_09_and_10_the_engine_itself_refuses_what_is_not_its_own(tmp_path, query):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "key").write_text("secret")
    (tmp_path / "book").mkdir()
    engine = DuckEngine([tmp_path / "book"])
    try:
        with pytest.raises(duckdb.Error):
            engine._root.execute(query.format(outside=tmp_path / "outside"))
    finally:
        engine.close()
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["key"]


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "@SUM(1)", "+1+cmd", "-2+3+cmd", "\t=1", "=HYPERLINK(0)"])
def test_11_no_cell_of_a_file_is_a_formula(tmp_path, cell):
    import openpyxl

    from yaad.reports import write_table

    rows = pa.table({"name": [cell]})
    write_table(rows, tmp_path / "x.csv", "csv", "en")
    write_table(rows, tmp_path / "x.xlsx", "xlsx", "en")
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1][0][0] not in "=@+-\t\r"
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets[0]
    assert {one.data_type for row in sheet.iter_rows() for one in row} <= {"s", "n"}


def test_12_no_name_becomes_a_path_or_a_query(unchanged, team):
    odd = ("..%2f..%2fetc%2fpasswd", "deals%27;DROP TABLE deals;--", "%00", "%2e%2e")
    for address in ("tables/{}.csv", "kpis/{}/", "kpis/won/?by={}", "funnel.json?by={}", "funnel.json?period={}"):
        for name in odd:
            answer = unchanged["manager"].get(team.here.prefix + address.format(name))
            assert answer.status_code in (400, 404)
    for address in ("files/{}/", "files/{}/mapping.yaml", "reports/{}/xray.pdf"):
        for name in odd:
            assert unchanged["owner"].get(team.here.prefix + address.format(name)).status_code == 404


@pytest.mark.parametrize("first", ["owner", "rep"])
def test_14_what_is_kept_for_one_is_not_told_to_another(team, first):
    address = f"{team.here.prefix}kpis/won/deals.json?period=2026-10"
    told = {
        name: team.client(name).get(address).content.decode() for name in sorted(("owner", "rep"), key=first.__ne__)
    }
    assert marker("here", "Cyd") in told["owner"]
    assert marker("here", "Cyd") not in told["rep"]
    tag = team.client("owner").get(f"/api/v1/companies/{team.here.id}/funnel")["ETag"]
    answer = team.client("rep").get(f"/api/v1/companies/{team.here.id}/funnel", headers={"If-None-Match": tag})
    assert answer.status_code == 200


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x.example/a", "gopher://x", "http://u:p@x.example/a"])
def test_15_a_source_is_read_by_https_alone(url):
    with pytest.raises(YaadError):
        Source("s", "http", url=url).checked(Outgoing())


def test_16_words_of_a_lead_give_an_agent_nothing(team):

    from tests.faces.mcp.test_tools import through

    from yaad.faces.mcp.serving import tool_server
    from yaad.server.scoping import on_behalf_of, scope
    from yaad.server.state import opened

    obeyed = [("deal", {"deal_id": "there-Ann-0"}), ("funnel", {"company": team.there.id}), ("sql", {"query": "x"}),
              ("calls", {"viewer": "owner"}), ("deal", {"deal_id": "here-Cyd-0"})]  # fmt: skip
    with on_behalf_of(scope(team.here.accounts["rep"].pk, team.here.id)):
        _names, answers = loops.run(through(tool_server(lambda: opened().shelf, "en"), obeyed))
    assert all(answer.is_error for answer in answers)
    assert "mark" not in "".join(part.text for answer in answers for part in answer.content)
