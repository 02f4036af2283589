"""Laws of what a viewer sees: every table is the rows that are theirs, and no figure is of any other."""

import datetime as dt
from contextlib import closing
from dataclasses import replace
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.examples import examples
from tests.facts.seen_by_hand import seen

from yaad.errors import UnknownName
from yaad.facts import Facts, Lake, SqliteJournal, store
from yaad.facts.journal import NAME
from yaad.facts.visible import RULES, visible
from yaad.model import EVERYBODY, NOBODY, SCHEMAS, MoveEntry, Viewer, WinEntry

PEOPLE = ("Ann", "Ben", "דנה", None)
IDS = ("a", "b", "c", None)
people, ids = st.sampled_from(PEOPLE), st.sampled_from(IDS)
accounts = st.sampled_from(("1", "2", "Firm 1", "Firm 2", None))
viewers = st.builds(
    Viewer,
    st.none() | st.frozensets(st.sampled_from(("Ann", "Ben", "דנה", "Zoe"))),
    st.frozensets(st.sampled_from(("north", "south"))),
    st.booleans(),
)
COLUMNS = {
    "deal": st.sampled_from((1, 2, 3, None)),
    "deal_id": ids,
    "owner": people,
    "by": people,
    "account": accounts,
    "account_id": st.sampled_from(("1", "2", "3")),
    "name": st.sampled_from(("Firm 1", "Firm 2", "Firm 3", "1", None)),
    "order_id": st.sampled_from(("o1", "o2", "o3", None)),
    "team": st.sampled_from(("north", "south", "port", None)),
}
KEY = {"deals": "deal", "accounts": "account_id", "orders": "order_id"}


@st.composite
def books(draw):
    """Rows of every table: with orphans, with rows of nobody, with accounts by id or by name."""
    found = {}
    for name, schema in SCHEMAS.items():
        told = {column: COLUMNS[column] for column in schema.names if column in COLUMNS}
        if name == "deals":
            told |= {"deal": st.sampled_from((1, 2, 3)), "deal_id": st.sampled_from(("a", "b", "c"))}
        if name == "orders":
            told["order_id"] = st.sampled_from(("o1", "o2", "o3"))
        rows = draw(st.lists(st.fixed_dictionaries(told), max_size=4))
        key = KEY.get(name)
        rows = list({row[key]: row for row in rows}.values()) if key else rows
        if name == "deals":  # a number has one id
            rows = [row | {"deal_id": "xabc"[row["deal"]]} for row in rows]
        found[name] = [{"row" if "row" in schema.names else schema.names[-1]: None, **row} for row in rows]
    return found


def table_of(name, rows):
    return pa.Table.from_pylist(rows, schema=SCHEMAS[name])


def as_set(rows):
    return sorted(repr(row) for row in rows)


@pytest.fixture(scope="module")
def engine():
    con = ibis.duckdb.connect()
    yield con
    con.disconnect()


@settings(max_examples=examples(25), deadline=None)
@given(books(), viewers)
def test_every_table_is_the_rows_filtered_by_hand(engine, rows, viewer):
    tables = {name: table_of(name, found) for name, found in rows.items()}
    whole = {
        name: ibis.memtable(table, schema=ibis.Schema.from_pyarrow(table.schema)) for name, table in tables.items()
    }
    by_hand = seen({name: table.to_pylist() for name, table in tables.items()}, viewer)
    for name in SCHEMAS:
        found = engine.to_pyarrow(visible(name, viewer, whole.__getitem__)).cast(SCHEMAS[name]).to_pylist()
        assert as_set(found) == as_set(by_hand[name]), name


def test_every_table_has_a_rule_and_one_that_has_none_gives_no_row(engine):
    assert set(RULES) == set(SCHEMAS)
    planted = ibis.memtable(pa.table({"owner": ["Ann"], "secret": ["s"]}))
    found = visible("planted", Viewer(frozenset({"Ann"})), lambda _name: planted)
    assert engine.to_pyarrow(found).num_rows == 0


# ---- in a book: with a tail, and from an earlier day -----------------------------------------------------------------


def hour(number):
    return dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=number)


HISTORIES = {
    "a": [("Lead", hour(1)), ("Quote", hour(30)), ("Won", hour(31))],
    "b": [("Lead", hour(2)), ("Lost", hour(90)), ("Quote", hour(120))],
    "c": [("Lead", None)],
    "d": [("Talks", hour(50)), ("Quote", hour(77))],
    "e": [("Lead", hour(60))],
}
ONE = Viewer(frozenset({"Ann"}), frozenset({"north"}))
SEVERAL = (EVERYBODY, ONE, Viewer(frozenset({"דנה", "Zoe"})), Viewer(frozenset()), NOBODY, Viewer(persons=False))


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A book in which every table has rows of several persons; two deals were written about since."""
    from tests.facts.conftest import PIPELINE, _move_rows

    lake = Lake.create(tmp_path_factory.mktemp("seen") / "book")
    moves = [
        {"deal_id": deal, "seq": seq, "day": row["at"].date() if row["at"] else None}
        | {name: row[name] for name in ("sort_at", "to_stage", "at", "whole_day")}
        for place, (deal, history) in enumerate(HISTORIES.items())
        for seq, row in enumerate(_move_rows(place, history))
    ]
    owners = dict(zip(HISTORIES, ("Ann", "דנה", None, "Ann", "Ben"), strict=True))
    deals = [{"deal_id": one, "owner": who, "account": f"Firm {one}"} for one, who in owners.items()]
    day = {"at": hour(40), "day": hour(40).date(), "whole_day": False}
    rows = {
        "deals": deals,
        "moves": moves,
        "activities": [{"activity_id": f"n{n}", "deal_id": d, "kind": "Call", "by": "Ben"} | day
                       for n, d in enumerate([*HISTORIES, "orphan"])],
        "accounts": [{"account_id": f"{n}", "name": f"Firm {d}"} for n, d in enumerate([*HISTORIES, "z"])],
        "products": [{"product_id": "p", "name": "Desk"}],
        "orders": [{"order_id": f"o{n}", "deal_id": d, "owner": who, "account": "4", "amount": Decimal(5)} | day
                   for n, (d, who) in enumerate([("a", None), ("b", None), ("e", "Ann"), (None, None), ("e", "Ben")])],
        "lines": [{"line_id": f"l{n}", "order_id": f"o{n}", "product": "Desk"} for n in range(6)],
        "calls": [{"call_id": f"c{n}", "deal_id": "a", "by": who} | day for n, who in enumerate(PEOPLE)],
        "contracts": [{"contract_id": "k1", "deal_id": "d"}, {"contract_id": "k2", "deal_id": "b", "owner": "Ann"}],
        "targets": [{"target_id": f"t{n}", "owner": who, "team": team, "month": dt.date(2024, 1, 1)}
                    for n, (who, team) in enumerate([("Ann", None), ("Ben", "north"), (None, "north"), (None, None)])],
    }  # fmt: skip
    schemas = {**SCHEMAS, "moves": SCHEMAS["stage_moves"]}
    tables = {
        name: pa.table({
            column: pa.array([row.get(column) for row in found],
                             schemas[name].field(column).type if column in schemas[name].names else pa.string())
            for column in dict.fromkeys(column for row in found for column in row)
        })
        for name, found in rows.items()
    }  # fmt: skip
    store(lake, tables, PIPELINE, zone="UTC", last_event=None, last_day=hour(120).date(), import_name="all")
    journal = SqliteJournal(lake.root / NAME)
    journal.append(MoveEntry(deal_id="c", by="x", to_stage="Talks", at=hour(130), key="1"))
    journal.append(WinEntry(deal_id="d", by="x", to_stage="Won", at=hour(140), key="2", amount="9"))
    return lake


@pytest.mark.parametrize("engine_name", ["duckdb", pytest.param("sail", marks=pytest.mark.sail)])
@pytest.mark.parametrize("as_of", [None, dt.date(2024, 1, 3)], ids=["now", "past"])
def test_a_book_is_seen_by_its_viewer_and_no_other(told, as_of, engine_name):
    with closing(Facts.open(told.root, as_of=as_of)) as facts:
        whole = {name: facts.run(facts.table(name)).to_pylist() for name in SCHEMAS}
    assert all(whole[name] for name in SCHEMAS)
    for viewer in SEVERAL if engine_name == "duckdb" and as_of is None else (ONE,):
        by_hand = seen(whole, viewer)
        with closing(Facts.open(told.root, as_of=as_of, viewer=viewer, engine=engine_name)) as facts:
            for name in SCHEMAS:
                found = facts.run(facts.table(name)).to_pylist()
                assert as_set(found) == as_set(by_hand[name]), (name, viewer)


def test_what_is_kept_of_the_data_is_kept_for_each_viewer(told):
    versions = set()
    for viewer in SEVERAL:
        with closing(Facts.open(told.root, viewer=viewer)) as facts:
            versions |= {facts.data_version, "deals " + facts.deals_version}
    assert len(versions) == 2 * len(SEVERAL)


@pytest.mark.parametrize("asked", ["b", "bb", "no such deal"])
def test_a_deal_of_others_is_as_unknown_as_one_that_is_none(told, asked):
    with closing(Facts.open(told.root, viewer=ONE)) as facts, pytest.raises(UnknownName) as found:
        facts.deal(asked)
    assert set(found.value.known) == {"a", "d"}


def test_the_companys_say_of_others_is_not_seen():
    from yaad.facts.visible import visible_settings
    from yaad.model import Judgement, Settings, Working

    said = Settings(
        people={"Ann": Working(team="north"), "Ben": Working()},
        judgements={"2026-11": Judgement(), "2026-11/Ann": Judgement(), "2026-11/Ben": Judgement()},
        teams={"north": None, "south": None},
    )
    found = visible_settings(said, ONE)
    assert (set(found.people), set(found.judgements), set(found.teams)) == ({"Ann"}, {"2026-11/Ann"}, {"north"})
    assert replace(found, people=said.people, judgements=said.judgements, teams=said.teams) == said
