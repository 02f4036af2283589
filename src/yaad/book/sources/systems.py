"""The systems that can be pulled from: which lists, which fields, how a deal's record and history become rows of files.

The files carry the headers of each system's own export, so that the presets read them. Names stand in place of the ids
of stages and people.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from yaad.book.sources.fetching import Api, Ask, Paging, Record
from yaad.errors import InputError
from yaad.intake import fold
from yaad.model import Stage, StageType
from yaad.text import Message

Rows = list[dict[str, str]]
Names = dict[str, str]


@dataclass(frozen=True)
class Pulled:
    """What was pulled.

    Attributes:
        deals: rows of the file of deals.
        history: rows of the file of their history.
        until: the latest time of change seen, in the system's own writing; "" when nothing came.
        stages: the stages in the company's order.
    """

    deals: Rows
    history: Rows
    until: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class System:
    """A system that can be pulled from.

    Attributes:
        name: as people call it.
        base: address of its API; "" where each company has its own.
        headers: token → headers of a request.
        pull: reads what has changed since a time ("" for all).
        deals: headers of the file of deals.
        history: headers of the file of their history.
    """

    name: str
    base: str
    headers: Callable[[str], dict[str, str]]
    pull: Callable[[Api, str], Pulled]
    deals: tuple[str, ...]
    history: tuple[str, ...]


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def text(value: object) -> str:
    """A value of JSON as a file writes it.

    >>> text(None), text(True), text(10.0), text({"name": "x"})
    ('', 'true', '10', '')
    """
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _part(record: Mapping[str, object], name: str) -> Record:
    """An object inside a record; an empty one where there is none."""
    value = record.get(name)
    return value if isinstance(value, dict) else {}


def _list(record: Mapping[str, object], name: str) -> list[Record]:
    value = record.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _latest(times: Iterable[str], since: str) -> str:
    """The latest of some times; one that cannot be read counts for nothing."""
    return max((one for one in (*times, since) if one), key=moment, default="")


def moment(told: str) -> dt.datetime:
    """A time as a system writes it.

    Raises:
        InputError: it is none: it would become part of a request.

    >>> moment("2026-02-03T04:05:06.000+0000") == moment("2026-02-03 04:05:06")
    True
    """
    try:
        at = dt.datetime.fromisoformat(told)
    except ValueError:
        raise InputError(Message("errors.bad_date", {"text": told})) from None
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def _ending(*, ended: bool, won: bool) -> StageType:
    if not ended:
        return StageType.OPEN
    return StageType.WON if won else StageType.LOST


def _each_once(stages: Iterable[Stage]) -> tuple[Stage, ...]:
    """Stages of several pipelines: those of one name are one."""
    return tuple({fold(stage.name): stage for stage in reversed(list(stages))}.values())[::-1]


def _groups(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for first in range(0, len(ids), size):
        yield ids[first : first + size]


# ---- HubSpot ----------------------------------------------------------------------------------------------------

HUBSPOT = (
    "hs_object_id", "dealname", "dealstage", "pipeline", "amount", "deal_currency_code", "createdate", "closedate",
    "hubspot_owner_id", "hs_lastmodifieddate", "hs_is_closed", "hs_is_closed_won", "closed_lost_reason", "hs_next_step",
)  # fmt: skip
HUBSPOT_HISTORY = ("deal_id", "name", "value", "timestamp", "source", "source_id")
NEXT = "paging.next.after"
AT_ONCE = 50
"""Deals of one request that asks for their history."""


def _hubspot(api: Api, since: str) -> Pulled:
    listed = [
        stage
        for pipeline in api.records(Ask("/crm/v3/pipelines/deals", Paging("results")))
        for stage in sorted(_list(pipeline, "stages"), key=lambda stage: float(text(stage.get("displayOrder")) or 0))
    ]
    stages = {text(stage.get("id")): text(stage.get("label")) for stage in listed}
    owners = Paging("results", NEXT, "after")
    people = {
        text(one.get("id")): f"{text(one.get('firstName'))} {text(one.get('lastName'))}".strip()
        or text(one.get("email"))
        for one in api.records(Ask("/crm/v3/owners", owners, {"limit": 100}))
    }
    deals: Rows = []
    history: Rows = []
    for record in _hubspot_changed(api, since) if since else _hubspot_all(api):
        told = _part(record, "properties")
        row = {name: text(told.get(name)) for name in HUBSPOT}
        row["hs_object_id"] = text(record.get("id"))
        row["dealstage"] = stages.get(row["dealstage"], row["dealstage"])
        row["hubspot_owner_id"] = people.get(row["hubspot_owner_id"], row["hubspot_owner_id"])
        deals.append(row)
        for change in _list(_part(record, "propertiesWithHistory"), "dealstage"):
            stage, at = text(change.get("value")), text(change.get("timestamp"))
            values = (
                row["hs_object_id"],
                "dealstage",
                stages.get(stage, stage),
                at,
                text(change.get("sourceType")),
                "",
            )
            history.append(dict(zip(HUBSPOT_HISTORY, values, strict=True)))
    until = _latest((row["hs_lastmodifieddate"] for row in deals), since)
    return Pulled(deals, history, until, _each_once(map(_hubspot_stage, listed)))


def _hubspot_stage(stage: Record) -> Stage:
    told = _part(stage, "metadata")
    ended = text(told.get("isClosed")) == "true"
    won = ended and float(text(told.get("probability")) or 0) == 1
    return Stage(text(stage.get("label")), _ending(ended=ended, won=won))


def _hubspot_all(api: Api) -> Iterator[Record]:
    params = {"limit": AT_ONCE, "properties": ",".join(HUBSPOT), "propertiesWithHistory": "dealstage"}
    yield from api.records(Ask("/crm/v3/objects/deals", Paging("results", NEXT, "after"), params))


def _hubspot_changed(api: Api, since: str) -> Iterator[Record]:
    """The search tells which have changed, a second request their history."""
    body = {
        "filterGroups": [{"filters": [{"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": since}]}],
        "sorts": [{"propertyName": "hs_lastmodifieddate", "direction": "ASCENDING"}],
        "properties": ["hs_lastmodifieddate"],
        "limit": 100,
    }
    found = api.records(Ask("/crm/v3/objects/deals/search", Paging("results", NEXT, "after"), body=body))
    for ids in _groups(list(dict.fromkeys(text(one.get("id")) for one in found)), AT_ONCE):
        wanted = {
            "inputs": [{"id": one} for one in ids],
            "properties": list(HUBSPOT),
            "propertiesWithHistory": ["dealstage"],
        }
        yield from api.records(Ask("/crm/v3/objects/deals/batch/read", Paging("results"), body=wanted))


# ---- Pipedrive --------------------------------------------------------------------------------------------------

PIPEDRIVE = (
    "id", "title", "user_id", "value", "currency", "status", "stage_id", "add_time", "update_time", "stage_change_time",
    "won_time", "lost_time", "close_time", "lost_reason", "expected_close_date", "probability",
)  # fmt: skip
PIPEDRIVE_HISTORY = ("item_id", "field_key", "old_value", "new_value", "log_time", "user_id")
CURSOR = Paging("data", "additional_data.next_cursor", "cursor")
OFFSET = Paging("data", "additional_data.pagination.next_start", "start")


WON, LOST = Stage("Won", StageType.WON), Stage("Lost", StageType.LOST)
"""A deal's status stands beside its stage there; here it ends in a stage."""


def _pipedrive(api: Api, since: str) -> Pulled:
    listed = list(api.records(Ask("/api/v2/stages", CURSOR, {"limit": 500})))
    listed.sort(key=lambda one: tuple(float(text(one.get(key)) or 0) for key in ("pipeline_id", "order_nr")))
    stages = {text(one.get("id")): text(one.get("name")) for one in listed}
    users = api.records(Ask("/api/v1/users", Paging("data")))
    people = {text(one.get("id")): text(one.get("name")) for one in users}
    deals: Rows = []
    changed = {"updated_since": since} if since else {}
    params = {"limit": 500, "sort_by": "update_time", "sort_direction": "asc", **changed}
    for record in api.records(Ask("/api/v2/deals", CURSOR, params)):
        row = {name: text(record.get(name)) for name in PIPEDRIVE}
        row["user_id"] = people.get(text(record.get("owner_id")), text(record.get("owner_id")))
        row["stage_id"] = stages.get(row["stage_id"], row["stage_id"])
        deals.append(row)
    history: Rows = []
    for row in deals:
        if not row["id"].isdecimal():
            raise InputError(Message("sources.pull_odd", {"system": "Pipedrive"}))
        flow = api.records(Ask(f"/api/v1/deals/{row['id']}/flow", OFFSET, {"limit": 500, "all_changes": 1}))
        changes = [_part(one, "data") for one in flow if one.get("object") == "dealChange"]
        history += _pipedrive_history(row, changes, stages, people)
    until = _latest((row["update_time"] for row in deals), since)
    return Pulled(deals, history, until, _each_once([*map(Stage, stages.values()), WON, LOST]))


def _pipedrive_history(deal: dict[str, str], changes: list[Record], stages: Names, people: Names) -> Iterator[Names]:
    """A deal's whole way: where it began, each change of stage and of status, its end."""
    changes = sorted(changes, key=lambda one: text(one.get("log_time")))
    moved = [one for one in changes if one.get("field_key") == "stage_id"]
    first = text(moved[0].get("old_value")) if moved else ""
    standing = stages.get(first, first) or deal["stage_id"]
    status = "open"
    yield _pipedrive_row(deal, standing, deal["add_time"], "")
    for one in changes:
        to, by = text(one.get("new_value")), text(one.get("user_id"))
        if one.get("field_key") == "stage_id":
            standing = stages.get(to, to)
        elif one.get("field_key") == "status":
            status = to
        else:
            continue
        reached = {"won": WON.name, "lost": LOST.name}.get(status, standing)
        yield _pipedrive_row(deal, reached, text(one.get("log_time")), people.get(by, by))
    if deal["status"] in ("won", "lost") and status != deal["status"]:
        at = deal[f"{deal['status']}_time"] or deal["close_time"]
        yield _pipedrive_row(deal, WON.name if deal["status"] == "won" else LOST.name, at, "")


def _pipedrive_row(deal: dict[str, str], stage: str, at: str, by: str) -> Names:
    return dict(zip(PIPEDRIVE_HISTORY, (deal["id"], "stage_id", "", stage, at, by), strict=True))


# ---- Salesforce -------------------------------------------------------------------------------------------------

SALESFORCE = (
    "Id", "Name", "StageName", "Amount", "CloseDate", "CreatedDate", "SystemModstamp", "IsClosed", "IsWon", "IsDeleted",
    "LeadSource", "NextStep", "ForecastCategory", "Probability",
)  # fmt: skip
SALESFORCE_HISTORY = (
    "Id", "OpportunityId", "StageName", "Amount", "CloseDate", "Probability", "ForecastCategory", "CreatedDate",
    "SystemModstamp",
)  # fmt: skip
QUERY = "/services/data/v61.0/query"
STAGES = "SELECT MasterLabel, IsClosed, IsWon, SortOrder FROM OpportunityStage WHERE IsActive = true ORDER BY SortOrder"
RELATED = {"Owner Name": ("Owner", "Name"), "Account Name": ("Account", "Name")}


def _salesforce(api: Api, since: str) -> Pulled:
    paging = Paging("records", "nextRecordsUrl")
    fields = [*SALESFORCE, *(".".join(way) for way in RELATED.values())]
    after: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    if since:  # a time that was read, never a text as it came
        after = ("WHERE SystemModstamp >=", f"{moment(since).astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}")
        of = ("WHERE OpportunityId IN (SELECT Id FROM Opportunity", *after, ")")
    wanted = " ".join(("SELECT", ", ".join(fields), "FROM Opportunity", *after, "ORDER BY SystemModstamp"))
    listed = api.records(Ask(QUERY, paging, {"q": STAGES}))
    stages = [
        Stage(text(one.get("MasterLabel")), _ending(ended=one.get("IsClosed") is True, won=one.get("IsWon") is True))
        for one in listed
    ]
    deals = []
    for record in api.records(Ask(QUERY, paging, {"q": wanted})):
        row = {name: text(record.get(name)) for name in SALESFORCE}
        deals.append(row | {head: text(_part(record, way[0]).get(way[1])) for head, way in RELATED.items()})
    changes = ("SELECT", ", ".join(SALESFORCE_HISTORY), "FROM OpportunityHistory", *of, "ORDER BY CreatedDate")
    history = [
        {name: text(record.get(name)) for name in SALESFORCE_HISTORY}
        for record in (api.records(Ask(QUERY, paging, {"q": " ".join(changes)})) if deals else ())
    ]
    return Pulled(deals, history, _latest((row["SystemModstamp"] for row in deals), since), _each_once(stages))


SYSTEMS = {
    "hubspot": System("HubSpot", "https://api.hubapi.com", _bearer, _hubspot, HUBSPOT, HUBSPOT_HISTORY),
    "pipedrive": System(
        "Pipedrive",
        "https://api.pipedrive.com",
        lambda token: {"x-api-token": token},
        _pipedrive,
        PIPEDRIVE,
        PIPEDRIVE_HISTORY,
    ),
    "salesforce": System("Salesforce", "", _bearer, _salesforce, (*SALESFORCE, *RELATED), SALESFORCE_HISTORY),
}
"""System by the word of the command line."""
