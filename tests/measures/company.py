"""A simulated company of every kind of rows, for laws that hold of the whole catalogue."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from tests.measures.conftest import scope_of

from yaad.demo import Group, History, Rep, World, simulate
from yaad.measures import Scope
from yaad.model.tables import AMOUNT, DEALS, SCHEMAS, STAGE_MOVES

Rows = dict[str, pa.Table]
"""Tables by their names in the schemas, before lives and visits are made of them."""

WORLD = World(
    days=240,
    inquiries_a_day=4.0,
    sources=(Group("Web"), Group("Walk-in"), Group("Fair")),
    reps=(Rep("Ann", branch="North"), Rep("Ben", branch="South"), Rep("Cal", branch="South")),
    products=(Group("Desk"), Group("Chair")),
    lost_reasons=(Group("Price", 2.0), Group("Budget"), Group("Silence")),
    currency="ILS",
    tax="net",
    amount_missing=0.1,
    back=0.06,
    skip=0.04,
    reopened=0.03,
)
KINDS = (
    "Sales meeting", "Meeting (no show)", "Meeting (cancelled)", "Field visit", "Email", "Note", "WhatsApp in", "Call",
)  # fmt: skip
PRICES = {"Desk": 100, "Chair": 40, "Lamp": 15}
MONEY = {
    "deals": ("amount",),
    "stage_moves": ("amount",),
    "orders": ("amount",),
    "lines": ("price",),
    "products": ("price",),
    "contracts": ("amount",),
    "targets": ("amount",),
}
"""The columns that hold money."""


def rows_of(seed: int, world: World = WORLD) -> Rows:
    """The rows of a company: deals and their moves, and of each of them what people did, bought and signed."""
    history = simulate(world, seed)
    rng = np.random.default_rng([seed, 1])
    deals, moves = _with_rare_ones(_deals(history, rng), _moves(history))
    ends = dict(zip(deals["deal"].to_pylist(), np.fmin(history.paths.entered[:, -1], history.paths.lost), strict=False))
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEMAS}
    first = np.datetime64(world.start)
    for deal, born, end in zip(deals.to_pylist(), history.paths.born, ends.values(), strict=False):
        until = min(float(end), history.cut()) if np.isfinite(end) else history.cut()
        rows["activities"] += _activities(deal, first, born, until, rng)
        rows["calls"] += _calls(deal, first, born, until, rng)
        if history.paths.entered[deal["deal"] - 1, -1] < history.cut():
            for order, lines in _orders(deal, first, float(end), history.cut(), rng):
                rows["orders"].append(order)
                rows["lines"] += lines
            rows["contracts"].append(_contract(deal, first, float(end), rng))
    rows["products"] = [
        {"product_id": name[0], "name": name, "price": Decimal(price), "currency": world.currency}
        for name, price in PRICES.items()
    ]
    months = sorted({day.replace(day=1) for day in _days(world)})
    rows["targets"] = [
        {
            "target_id": f"{rep.name}{month}", "owner": rep.name, "month": month, "months": 1,
            "amount": Decimal(90_000), "currency": world.currency, "tax": "net",
        }
        for rep in world.reps
        for month in months
    ]  # fmt: skip
    written = {name: _table(name, found) for name, found in rows.items()}
    return written | {"deals": deals, "stage_moves": moves}


def history_rows(history: History) -> Rows:
    """Deals and moves alone, as the simulator knows them: also of companies with many thousand deals."""
    found = history.tables()
    numbers = {"deals": np.arange(1, found["deals"].num_rows + 1)}
    numbers["moves"] = 1 + found["moves"]["deal_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    return {
        name: _typed(found[table].append_column("deal", pa.array(numbers[table], pa.int64())), SCHEMAS[name])
        for name, table in (("deals", "deals"), ("stage_moves", "moves"))
    }


def asking(rows: Rows, as_of: dt.date = WORLD.as_of, world: World = WORLD, **question: Any) -> Scope:
    """The scope of a question to these rows."""
    others = {name: table for name, table in rows.items() if name not in ("deals", "stage_moves", "stage_visits")}
    return scope_of(rows["deals"], rows["stage_moves"], world.pipeline, as_of, others, **question)


def with_deals(rows: Rows, deals: list[dict[str, Any]], moves: list[dict[str, Any]]) -> Rows:
    """The same rows and further deals with their moves."""
    return rows | {
        "deals": pa.concat_tables([rows["deals"], _table("deals", deals)]),
        "stage_moves": pa.concat_tables([rows["stage_moves"], _table("stage_moves", moves)]),
    }


def some_of(rows: Rows, step: int, start: int) -> Rows:
    """Every `step`-th deal from `start` on, with all that belongs to it."""
    kept = {number for number in rows["deals"]["deal"].to_pylist() if number % step == start % step}
    ids = {deal["deal_id"] for deal in rows["deals"].select(["deal", "deal_id"]).to_pylist() if deal["deal"] in kept}
    orders = {row["order_id"] for row in rows["orders"].to_pylist() if row["deal_id"] in ids}
    found = dict(rows)
    for name, table in rows.items():
        for column, which in (("deal", kept), ("deal_id", ids), ("order_id", orders)):
            if column in table.column_names and name not in ("targets", "products"):
                found[name] = table.filter(
                    pa.array([value in which for value in table[column].to_pylist()], pa.bool_())
                )
                break
    return found


def scaled(rows: Rows, factor: Decimal, currency: str | None = None) -> Rows:
    """The same rows with all money `factor` times as much; of one currency alone where one is named."""
    return {name: _scaled(name, table, factor, currency) for name, table in rows.items()}


def _scaled(name: str, table: pa.Table, factor: Decimal, currency: str | None) -> pa.Table:
    units = table["currency"].to_pylist() if "currency" in table.column_names else [currency] * table.num_rows
    for column in MONEY.get(name, ()):
        values = [
            value if value is None or currency not in (None, unit) else value * factor
            for value, unit in zip(table[column].to_pylist(), units, strict=True)
        ]
        place = table.column_names.index(column)
        table = table.set_column(place, table.schema.field(column), pa.array(values, AMOUNT))
    return table


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist([{"custom": [], **row} for row in rows], schema=SCHEMAS[name])


def _typed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The columns of a schema; those that the table does not have are empty."""
    columns = [
        table[each.name].cast(each.type) if each.name in table.column_names else pa.nulls(table.num_rows, each.type)
        for each in schema
    ]
    return pa.table(columns, schema=schema)


def _days(world: World) -> list[dt.date]:
    return [world.start + dt.timedelta(days=day) for day in range(world.days)]


def _deals(history: History, rng: np.random.Generator) -> pa.Table:
    found = history.tables()["deals"].to_pylist()
    for number, (deal, born) in enumerate(zip(found, history.paths.born, strict=False), 1):
        due = history.world.start + dt.timedelta(days=int(born) + int(rng.integers(10, 90)))
        deal |= {
            "deal": number, "custom": [], "account": f"Firm {number % 400}",
            "expected_close_day": due if rng.random() < 0.8 else None,
        }  # fmt: skip
    return pa.Table.from_pylist(found, schema=DEALS)


def _with_rare_ones(deals: pa.Table, moves: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The same deals with some whose first day nobody knows, and wins that were called off."""
    count, called_off = deals.num_rows, []
    for number, move in enumerate(moves.filter(pc.equal(moves["to_stage"], WORLD.won)).to_pylist()):
        if number % 5 == 0 and move["day"] < WORLD.as_of - dt.timedelta(days=9):
            later = move["at"] + dt.timedelta(days=3)
            at = {"at": later, "sort_at": later, "day": later.date(), "seq": moves.num_rows + number}
            called_off.append(move | at | {"to_stage": WORLD.lost})
    never = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    for number, owner in enumerate(("Ann", "Ben"), count + 1):
        deal = {"deal": number, "deal_id": f"U{number}", "owner": owner, "source": "Web", "product": "Desk"}
        deals = pa.concat_tables([deals, _table("deals", [deal])])
        called_off.append({"deal": number, "sort_at": never, "seq": 0, "to_stage": "Inquiry", "whole_day": False})
    return deals, pa.concat_tables([moves, pa.Table.from_pylist(called_off, schema=STAGE_MOVES)])


def _moves(history: History) -> pa.Table:
    return history_rows(history)["stage_moves"]


def _at(first: np.datetime64, days: float) -> dict[str, Any]:
    at = (first + np.timedelta64(int(days * 86_400), "s")).astype("datetime64[us]").item().replace(tzinfo=dt.UTC)
    return {"at": at, "day": at.date(), "whole_day": False}


def _activities(
    deal: dict[str, Any], first: np.datetime64, born: float, until: float, rng: np.random.Generator
) -> Iterator[dict[str, Any]]:
    for place, at in enumerate(np.sort(rng.uniform(born, until, rng.integers(0, 6)))):
        kind = KINDS[int(rng.integers(len(KINDS)))]
        yield {
            "activity_id": f"{deal['deal_id']}A{place}", "deal": deal["deal"], "deal_id": deal["deal_id"],
            "kind": kind, "by": deal["owner"], **_at(first, at),
        }  # fmt: skip


def _calls(
    deal: dict[str, Any], first: np.datetime64, born: float, until: float, rng: np.random.Generator
) -> Iterator[dict[str, Any]]:
    for place, at in enumerate(np.sort(rng.uniform(born, until, rng.integers(0, 4)))):
        yield {
            "call_id": f"{deal['deal_id']}C{place}", "deal_id": deal["deal_id"], "by": deal["owner"],
            "phone": f"05{deal['deal']}", "direction": ("in", "out")[int(rng.integers(2))],
            "seconds": float(rng.integers(2) * 60), **_at(first, at),
        }  # fmt: skip


def _orders(
    deal: dict[str, Any], first: np.datetime64, won: float, cut: float, rng: np.random.Generator
) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    # again and again until the customer stops (Fader, Hardie & Lee 2005)
    at, place, rate, stops = won, 0, float(rng.gamma(0.9, 1 / 15)), float(rng.beta(0.8, 2.5))
    size = float(rng.lognormal(6, 0.6))
    while at < cut and (place < 2 or rng.random() > stops):
        order_id = f"{deal['deal_id']}O{place}"
        lines = [
            {
                "line_id": f"{order_id}L{number}", "order_id": order_id, "product": product,
                "quantity": Decimal(int(rng.integers(1, 4))), "price": Decimal(PRICES[product]),
                "discount": float(rng.choice([0.0, 0.1])), "currency": deal["currency"], "tax": "net",
            }
            for number, product in enumerate(rng.choice(list(PRICES), int(rng.integers(1, 4)), replace=False))
        ]  # fmt: skip
        amount = Decimal(int(size * rng.gamma(6, 1 / 6)) + 1)
        order = {
            "order_id": order_id, "deal_id": deal["deal_id"], "account": deal["account"], "owner": deal["owner"],
            "amount": -amount if place and rng.random() < 0.05 else amount,
            "currency": deal["currency"], "tax": "net", **_at(first, at),
        }  # fmt: skip
        yield order, lines
        at, place = at + float(rng.exponential(1 / rate)), place + 1


def _contract(deal: dict[str, Any], first: np.datetime64, won: float, rng: np.random.Generator) -> dict[str, Any]:
    start = _at(first, won)["day"]
    end = start + dt.timedelta(days=int(rng.integers(30, 200))) if rng.random() < 0.5 else None
    return {
        "contract_id": f"{deal['deal_id']}K", "deal_id": deal["deal_id"], "account": deal["account"],
        "owner": deal["owner"], "product": deal["product"], "start_day": start, "end_day": end,
        "amount": Decimal(100), "currency": deal["currency"], "tax": "net",
    }  # fmt: skip
