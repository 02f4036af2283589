"""Pulling from HubSpot, Pipedrive and Salesforce, against servers that answer with their documented JSON."""

import datetime as dt
from urllib.parse import parse_qs

import pytest

import yaad
from yaad.book.sources.fetching import checked_base
from yaad.book.sources.outgoing import Outgoing
from yaad.book.sources.pulling import pull
from yaad.errors import InputError, OpenQuestion, Question, UnknownName
from yaad.text import Message

pytest.importorskip("dlt")
HERE = Outgoing(own_machine=True)
TOKEN = "pat-eu1-0123-secret"


class HubSpot:
    """Two pages of deals with their history; what changed later comes by the search."""

    stages = (
        ("appointmentscheduled", "Meeting set", "0.2", "false"),
        ("contractsent", "Contract sent", "0.9", "false"),
        ("closedwon", "Closed Won", "1.0", "true"),
        ("closedlost", "Closed Lost", "0.0", "true"),
    )

    def __init__(self):
        self.deals = {
            "101": self.deal("101", "Roof", [("appointmentscheduled", "2026-01-05"), ("closedwon", "2026-01-20")]),
            "102": self.deal("102", "Gate", [("appointmentscheduled", "2026-01-06"), ("contractsent", "2026-01-16")]),
            "103": self.deal("103", "Wall", [("appointmentscheduled", "2026-01-07"), ("closedlost", "2026-01-25")]),
        }

    def deal(self, number, name, moves, amount="1200"):
        stage, day = moves[-1]
        closed = {"closedwon": ("true", "true"), "closedlost": ("true", "false")}.get(stage, ("false", "false"))
        changes = [
            {"value": to, "timestamp": f"{at}T08:00:00.000Z", "sourceType": "CRM_UI"} for to, at in reversed(moves)
        ]
        properties = {
            "hs_object_id": number, "dealname": name, "dealstage": stage, "pipeline": "default", "amount": amount,
            "deal_currency_code": "ILS", "createdate": f"{moves[0][1]}T08:00:00.000Z",
            "closedate": f"{day}T08:00:00.000Z" if closed[0] == "true" else None, "hubspot_owner_id": "7",
            "hs_lastmodifieddate": f"{day}T08:00:00.000Z", "hs_is_closed": closed[0], "hs_is_closed_won": closed[1],
            "closed_lost_reason": "Price" if stage == "closedlost" else None, "hs_next_step": "call",
        }  # fmt: skip
        return {
            "id": number,
            "properties": properties,
            "propertiesWithHistory": {"dealstage": changes},
            "createdAt": "2026-01-01T00:00:00.000Z",
            "updatedAt": "2026-01-01T00:00:00.000Z",
            "archived": False,
        }

    def __call__(self, method, path, query, body):
        asked = parse_qs(query)
        if path == "/crm/v3/pipelines/deals":
            stages = [
                {
                    "id": one,
                    "label": label,
                    "displayOrder": place,
                    "metadata": {"probability": chance, "isClosed": over},
                }
                for place, (one, label, chance, over) in enumerate(self.stages)
            ]
            return 200, {"results": [{"id": "default", "label": "Sales", "stages": stages}]}, {}
        if path == "/crm/v3/owners":
            return 200, {"results": [{"id": "7", "email": "d@x.example", "firstName": "Dana", "lastName": "Levi"}]}, {}
        if path == "/crm/v3/objects/deals/search":
            since = body["filterGroups"][0]["filters"][0]["value"]
            found = [one for one in self.deals.values() if one["properties"]["hs_lastmodifieddate"] >= since]
            start = int(body.get("after", 0))
            more = {"paging": {"next": {"after": str(start + 1)}}} if start + 1 < len(found) else {}
            return 200, {"total": len(found), "results": found[start : start + 1], **more}, {}
        if path == "/crm/v3/objects/deals/batch/read":
            return 200, {"status": "COMPLETE", "results": [self.deals[one["id"]] for one in body["inputs"]]}, {}
        numbers = sorted(self.deals)
        start = numbers.index(asked["after"][0]) if "after" in asked else 0
        page = {"results": [self.deals[one] for one in numbers[start : start + 2]]}
        for after in numbers[start + 2 : start + 3]:
            page["paging"] = {"next": {"after": after, "link": "https://elsewhere.example/?after=1"}}
        return 200, page, {}


class Pipedrive:
    """Deals by cursor, their flow by offset."""

    def __init__(self):
        self.stages = {1: "Contact", 2: "Offer"}
        self.deals = [
            self.deal(11, "Roof", 2, "won", "2026-01-05 08:00:00", "2026-01-20 08:00:00"),
            self.deal(12, "Gate", 2, "open", "2026-01-06 08:00:00", "2026-01-16 08:00:00"),
            self.deal(13, "Wall", 1, "lost", "2026-01-07 08:00:00", "2026-01-25 08:00:00"),
        ]

    def deal(self, number, title, stage, status, added, changed):
        ended = {f"{status}_time": changed, "close_time": changed} if status != "open" else {}
        return {
            "id": number, "title": title, "owner_id": 5, "value": 900, "currency": "ILS", "status": status,
            "stage_id": stage, "pipeline_id": 1, "add_time": added, "update_time": changed,
            "stage_change_time": changed, "won_time": None, "lost_time": None, "close_time": None, "probability": None,
            "lost_reason": "Price" if status == "lost" else None, "expected_close_date": None, **ended,
        }  # fmt: skip

    def __call__(self, method, path, query, body):
        asked = parse_qs(query)
        if path == "/api/v2/stages":
            rows = [{"id": one, "name": name, "order_nr": one, "pipeline_id": 1} for one, name in self.stages.items()]
            return 200, {"success": True, "data": rows, "additional_data": {"next_cursor": None}}, {}
        if path == "/api/v1/users":
            return 200, {"success": True, "data": [{"id": 5, "name": "Dana Levi", "email": "d@x.example"}]}, {}
        if path == "/api/v2/deals":
            since = asked.get("updated_since", [""])[0]
            found = [one for one in self.deals if one["update_time"] >= since]
            start = int(asked.get("cursor", ["0"])[0])
            cursor = str(start + 2) if start + 2 < len(found) else None
            page = {"success": True, "data": found[start : start + 2], "additional_data": {"next_cursor": cursor}}
            return 200, page, {}
        number = int(path.split("/")[4])
        deal = next(one for one in self.deals if one["id"] == number)
        rows = []
        if deal["stage_id"] == 2:
            told = {"id": 1, "item_id": number, "user_id": 5, "field_key": "stage_id", "old_value": "1",
                    "new_value": "2", "log_time": deal["add_time"].replace(" 08", " 09")}  # fmt: skip
            rows = [
                {"object": "note", "timestamp": deal["add_time"], "data": {"id": 3}},
                {"object": "dealChange", "timestamp": told["log_time"], "data": told},
            ]
        start = int(asked.get("start", ["0"])[0])
        more = {"next_start": start + 1} if start + 1 < len(rows) else {}
        paging = {"start": start, "limit": 1, "more_items_in_collection": bool(more), **more}
        return 200, {"success": True, "data": rows[start : start + 1], "additional_data": {"pagination": paging}}, {}


class Salesforce:
    """Query answers of two records a page, with the way to the next as a path."""

    def __init__(self):
        self.deals = [
            self.deal("006A", "Roof", "Closed Won", "2026-01-05", "2026-01-20"),
            self.deal("006B", "Gate", "Proposal", "2026-01-06", "2026-01-16"),
            self.deal("006C", "Wall", "Closed Lost", "2026-01-07", "2026-01-25"),
        ]

    def deal(self, number, name, stage, created, changed):
        return {
            "attributes": {"type": "Opportunity", "url": f"/services/data/v61.0/sobjects/Opportunity/{number}"},
            "Id": number, "Name": name, "StageName": stage, "Amount": 700.0, "CloseDate": changed,
            "CreatedDate": f"{created}T08:00:00.000+0000", "SystemModstamp": f"{changed}T08:00:00.000+0000",
            "IsClosed": stage.startswith("Closed"), "IsWon": stage == "Closed Won", "IsDeleted": False,
            "LeadSource": "Web", "NextStep": None, "ForecastCategory": "Pipeline", "Probability": 20.0,
            "Owner": {"attributes": {"type": "User"}, "Name": "Dana Levi"},
            "Account": {"attributes": {"type": "Account"}, "Name": "Acme"},
        }  # fmt: skip

    def __call__(self, method, path, query, body):
        wanted = parse_qs(query).get("q", [""])[0]
        if path.startswith("/services/data/v61.0/query/"):
            _, name, start = path.rsplit("-", 2)
        elif "OpportunityStage" in wanted:
            stages = [
                {
                    "MasterLabel": name,
                    "IsClosed": name.startswith("Closed"),
                    "IsWon": name == "Closed Won",
                    "SortOrder": n,
                }
                for n, name in enumerate(("Qualification", "Proposal", "Closed Won", "Closed Lost"), 1)
            ]
            return 200, {"totalSize": 4, "done": True, "records": stages}, {}
        else:
            name, start = ("history" if "OpportunityHistory" in wanted else "deals"), "0"
            self.since = wanted.partition("SystemModstamp >= ")[2][:20] if "SystemModstamp >=" in wanted else ""
        found = [one for one in self.deals if one["SystemModstamp"][:19] >= self.since[:19]]
        if name == "history":
            found = [
                {"attributes": {"type": "OpportunityHistory"}, "Id": f"008{one['Id']}{at}", "OpportunityId": one["Id"],
                 "StageName": stage, "Amount": 700.0, "CloseDate": one["CloseDate"], "Probability": 20.0,
                 "ForecastCategory": "Pipeline", "CreatedDate": one[at], "SystemModstamp": one[at]}
                for one in found
                for stage, at in (("Qualification", "CreatedDate"), (one["StageName"], "SystemModstamp"))
            ]  # fmt: skip
        first = int(start)
        more = (
            {"nextRecordsUrl": f"/services/data/v61.0/query/01g-{name}-{first + 2}"} if first + 2 < len(found) else {}
        )
        return 200, {"totalSize": len(found), "done": not more, "records": found[first : first + 2], **more}, {}


SYSTEMS = {"hubspot": HubSpot, "pipedrive": Pipedrive, "salesforce": Salesforce}


@pytest.fixture
def pulled(tmp_path, loopback):
    """Pull into a book, answering what is left open by its first option."""
    book = yaad.Book.create(tmp_path / "book")
    waits = []

    def run(name, token=TOKEN, url=None):
        def importing(paths, known):
            said = dict(known)
            for _ in range(5):
                try:
                    return book.import_files(paths, answers=said)
                except OpenQuestion as open_:
                    run.asked += [question.id for question in open_.questions]
                    said |= {one.id: next(iter(one.options)) for one in open_.questions}
            raise AssertionError(said)

        return pull(book.root, name, token, importing, wait=waits.append, url=url or loopback.url, way=HERE)

    run.book, run.waits, run.asked = book, waits, []
    yield run
    book.close()


@pytest.mark.parametrize("name", SYSTEMS)
def test_all_pages_come_with_names_and_history(pulled, loopback, name):
    loopback.route = SYSTEMS[name]()
    report = pulled(name)
    assert report.deals == 3
    assert report.report.files[0].rejected == 0
    figures = {one.id: one.value for one in pulled.book.measure("deals", "won", "lost", "open").content}
    assert figures == {"deals": 3, "won": 1, "lost": 1, "open": 1}
    deals = pulled.book.facts.run(pulled.book.facts.deals.order_by("deal_id")).to_pylist()
    assert {deal["owner"] for deal in deals} == {"Dana Levi"}
    assert [deal["created_day"] for deal in deals] == [dt.date(2026, 1, day) for day in (5, 6, 7)]
    assert deals[0]["closed_day"] == dt.date(2026, 1, 20)
    gate = pulled.book.facts.moves.filter(pulled.book.facts.moves.deal == deals[1]["deal"]).order_by("sort_at")
    stages = pulled.book.facts.run(gate)["to_stage"].to_pylist()
    last = {"hubspot": "Contract sent", "pipedrive": "Offer", "salesforce": "Proposal"}[name]
    assert (len(stages), stages[-1]) == (2, last)
    order = {
        "hubspot": "Meeting set, Contract sent, Closed Won, Closed Lost",
        "pipedrive": "Contact, Offer, Won, Lost",
        "salesforce": "Qualification, Proposal, Closed Won, Closed Lost",
    }
    assert ", ".join(stage.name for stage in pulled.book.pipeline.stages) == order[name]
    assert [stage.type.value for stage in pulled.book.pipeline.stages] == ["open", "open", "won", "lost"]
    assert pulled.asked == []


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_next_pull_asks_for_what_has_changed_since(pulled, loopback, name):
    loopback.route = system = SYSTEMS[name]()
    pulled(name)
    version, imports = pulled.book.data_version, len(pulled.book.imports())
    loopback.asked.clear()
    assert pulled(name).report.stored.committed is False
    assert (pulled.book.data_version, len(pulled.book.imports())) == (version, imports)
    if name == "hubspot":
        assert "POST /crm/v3/objects/deals/search" in loopback.paths()
        assert "GET /crm/v3/objects/deals" not in loopback.paths()
        moves = [("appointmentscheduled", "2026-01-06"), ("contractsent", "2026-01-16"), ("closedwon", "2026-02-02")]
        system.deals["102"] = system.deal("102", "Gate", moves)
    elif name == "pipedrive":
        system.deals[1] = system.deal(12, "Gate", 2, "won", "2026-01-06 08:00:00", "2026-02-02 08:00:00")
    else:
        system.deals[1] = system.deal("006B", "Gate", "Closed Won", "2026-01-06", "2026-02-02")
    report = pulled(name)
    assert report.deals < 3
    figures = {one.id: one.value for one in pulled.book.measure("deals", "won", "open").content}
    assert figures == {"deals": 3, "won": 2, "open": 0}


def test_nothing_new_is_no_import(pulled, loopback):
    system = HubSpot()
    loopback.route = system
    pulled("hubspot")
    system.deals.clear()
    assert pulled("hubspot").report is None


def limited(route, times, after):
    """The first answers ask for patience."""
    left = [times]

    def answer(*asked):
        if left[0]:
            left[0] -= 1
            return 429, {"status": "error", "errorType": "RATE_LIMIT"}, {"Retry-After": after} if after else {}
        return route(*asked)

    return answer


def test_where_patience_is_asked_for_it_is_given(pulled, loopback):
    loopback.route = limited(HubSpot(), 2, "7")
    assert pulled("hubspot").deals == 3
    assert pulled.waits == [7, 7]


@pytest.mark.parametrize(("times", "after", "waits"), [(99, "2", [2] * 4), (99, "3600", []), (99, "", [1, 2, 4, 8])])
def test_patience_has_an_end(pulled, loopback, times, after, waits):
    loopback.route = limited(HubSpot(), times, after)
    with pytest.raises(InputError) as caught:
        pulled("hubspot")
    assert (caught.value.message.key, pulled.waits) == ("sources.pull_limit", waits)
    assert pulled.book.is_empty


ANSWERS = {
    "pull_token": (401, {"status": "error", "message": f"The OAuth token {TOKEN} expired", "category": "EXPIRED"}, {}),
    "pull_rights": (403, {"status": "error", "category": "MISSING_SCOPES"}, {}),
    "pull_status": (500, {"message": TOKEN}, {}),
    "pull_cut": (200, b'{"results": [{"id": "1", "prop', {"cut": 400}),
    "pull_odd": (200, {"oops": []}, {}),
}


@pytest.mark.parametrize("key", ANSWERS)
@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("first", [True, False])
def test_what_is_refused_or_cut_short_imports_nothing_and_tells_no_secret(pulled, loopback, name, key, first, tmp_path):
    route, seen = SYSTEMS[name](), []

    def answer(method, path, query, body):
        if first or "after=" in query or "cursor=" in query or "/query/" in path:
            seen.append(path)
            return ANSWERS[key][0], ANSWERS[key][1], dict(ANSWERS[key][2])
        return route(method, path, query, body)

    loopback.route = answer
    with pytest.raises(InputError) as caught:
        pulled(name)
    assert seen
    assert caught.value.message.key == f"sources.{key}"
    for lang in ("he", "en"):
        assert TOKEN not in caught.value.say(lang)
        assert "127.0.0.1" not in caught.value.say(lang)
    assert pulled.book.is_empty
    assert not list((tmp_path / "book").rglob("*.csv"))
    loopback.route = route
    assert pulled(name).deals == 3
    for path in (tmp_path / "book").rglob("*"):
        assert not path.is_file() or TOKEN.encode() not in path.read_bytes()


def test_half_a_page_of_json_that_is_whole_to_the_wire_is_cut_too(pulled, loopback):
    loopback.route = lambda *asked: (200, b'{"results": [{"id": "1", "prop', {})
    with pytest.raises(InputError) as caught:
        pulled("hubspot")
    assert caught.value.message.key == "sources.pull_cut"


def test_the_token_goes_to_its_own_host_alone(pulled, loopback, tmp_path):
    loopback.route = lambda *asked: (302, {}, {"Location": "http://127.0.0.1:9/"})
    with pytest.raises(InputError) as caught:
        pulled("hubspot")
    assert caught.value.message.key == "sources.pull_status"
    page = {"totalSize": 9, "done": False, "records": [], "nextRecordsUrl": "https://elsewhere.example/query"}
    loopback.route = lambda *asked: (200, page, {})
    with pytest.raises(InputError) as caught:
        pulled("salesforce")
    assert caught.value.message.key == "sources.pull_foreign"


@pytest.mark.parametrize(
    "url",
    ["http://api.hubapi.com",
     "http://10.0.0.1", "http://127.0.0.1", "http://169.254.169.254/latest", "file:///etc/passwd", "ftp://x.example",
     "https://user:pass@x.example", "https://x.example/?a=1", "https://", "http://127.0.0.1.x.example", ""],
)  # fmt: skip
def test_only_https(url):
    with pytest.raises(InputError) as caught:
        checked_base(url)
    assert caught.value.message.key == "sources.only_https"
    assert checked_base("https://x.my.salesforce.com/") == "https://x.my.salesforce.com"


def test_an_unknown_system_and_a_missing_address_are_told(tmp_path):
    for name, token, kind in (
        ("zoho", TOKEN, UnknownName),
        ("salesforce", TOKEN, InputError),
        ("hubspot", "", InputError),
    ):
        with pytest.raises(kind):
            pull(tmp_path, name, token, lambda paths, known: None, wait=lambda seconds: None)


def test_a_question_leaves_the_time_of_the_last_pull(tmp_path, loopback):
    def asks(paths, known):
        raise OpenQuestion([Question("x", Message("errors.kind_deal"))])

    loopback.route = HubSpot()
    with pytest.raises(OpenQuestion):
        pull(tmp_path, "hubspot", TOKEN, asks, wait=lambda seconds: None, url=loopback.url, way=HERE)
    assert not (tmp_path / "sources" / "hubspot" / "state.json").exists()


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1"])
def test_a_name_that_leads_inside_gets_no_token(tmp_path, name, address):
    asked = []

    def resolve(host, port):
        asked.append(host)
        return [address]

    with pytest.raises(InputError) as caught:
        pull(
            tmp_path,
            name,
            TOKEN,
            lambda paths, known: None,
            wait=asked.append,
            url="https://crm.example",
            way=Outgoing(resolve),
        )
    assert (caught.value.message.key, asked) == ("sources.out_inside", ["crm.example"])


def test_a_name_that_turns_inside_between_two_pages_is_left(pulled, loopback, tmp_path):
    """Each answer closes its connection; the look-up for the second one leads inside."""
    loopback.route = HubSpot()
    told = [["127.0.0.1"], ["10.0.0.1"]]
    way = Outgoing(lambda host, port: told.pop(0), own_machine=True)
    with pytest.raises(InputError) as caught:
        pull(
            tmp_path,
            "hubspot",
            TOKEN,
            lambda paths, known: None,
            wait=lambda seconds: None,
            url=loopback.url,
            way=way,
        )
    assert caught.value.message.key == "sources.out_inside"
    assert len(loopback.asked) == 1
