"""Where a dimension stands: in the row itself, in the deal that the row belongs to, or in a custom field of either.

Tables are told apart by their columns: visits have a ``position``, deals their ``episodes``; all others are rows of
their own (activities, calls, orders …) that may name a deal by ``deal``, its number, or by ``deal_id``.
"""

from typing import NamedTuple

import ibis.expr.types as ir

from yaad.errors import UnknownName
from yaad.measures.scope import Scope
from yaad.measures.time_parts import TIMES
from yaad.model import SCHEMAS

ALIASES = {"rep": "owner"}
TECHNICAL = frozenset({"deal", "custom", "recorded_seq", "file", "row"})
COLUMNS = tuple(name for name in SCHEMAS["deals"].names if name not in TECHNICAL)
IN_VISITS = frozenset({"owner", "source", "stage", "outcome", "furthest"})
DEAL_KEYS = ("deal", "deal_id")
ROW_COLUMNS = frozenset(
    name
    for table in ("activities", "calls", "orders", "lines", "contracts", "accounts", "products")
    for name in SCHEMAS[table].names
    if name not in TECHNICAL
)
"""Columns of the other tables, by which measures that stand on them may be broken down as well."""


class Place(NamedTuple):
    """A dimension's values, and whether they stand in deals and have to be joined."""

    values: ir.Value
    is_of_deal: bool = False


def place_of(scope: Scope, table: ir.Table, name: str) -> Place:
    """Where the dimension `name` of a table stands; who did something is its owner.

    The first of: the row's own column, where it is filled anywhere; the deal's; a custom field of the row's own; one
    of the deal. A file may keep a column under no mapping, so an empty column gives way to a custom field of its name.

    Raises:
        UnknownName: neither the table nor its deal has such a column.
    """
    of_deal = is_deals(table) or bool(set(DEAL_KEYS) & set(table.columns))
    own = _own_column(table, ALIASES.get(name, name))
    if own is not None and _is_filled(scope, scope.deals if is_visits(table) else table, own):
        return Place(table[own])
    if not is_deals(table) and of_deal and (column := _deals_column(name)) and _is_filled(scope, scope.deals, column):
        return Place(scope.deals[column], is_of_deal=True)
    if "custom" in table.columns and _has_custom(scope, table, name):
        return Place(table.custom.get(name))
    if not is_deals(table) and of_deal and _has_custom(scope, scope.deals, name):
        return Place(scope.deals.custom.get(name), is_of_deal=True)
    if own is not None:
        return Place(table[own])
    if of_deal and (column := _deals_column(name)):
        return Place(scope.deals[column], is_of_deal=True)
    raise UnknownName("column", name, _known(scope, table))


def with_deal(scope: Scope, table: ir.Table, columns: dict[str, ir.Value]) -> ir.Table:
    """`table` with columns of the deal that each row belongs to; null where it belongs to none."""
    key = next(key for key in DEAL_KEYS if key in table.columns)
    deals = scope.deals.select(joined_deal=scope.deals[key], **columns)
    return table.join(deals, table[key] == deals.joined_deal, how="left").drop("joined_deal")


def is_deals(table: ir.Table) -> bool:
    """Whether a row is a deal."""
    return "episodes" in table.columns


def is_visits(table: ir.Table) -> bool:
    """Whether a row is a stay in a stage."""
    return "position" in table.columns and not is_deals(table)


def custom_names(scope: Scope) -> list[str]:
    """Names of the custom fields of deals in this book."""
    return _custom_names(scope, scope.deals)


def _own_column(table: ir.Table, name: str) -> str | None:
    if is_visits(table):
        return name if name in IN_VISITS else None
    if is_deals(table):
        return name if name in COLUMNS else None
    if name == "owner" and "owner" not in table.columns:
        name = "by"
    return name if name in table.columns and name not in TECHNICAL else None


def _deals_column(name: str) -> str | None:
    column = ALIASES.get(name, name)
    return column if column in COLUMNS else None


def _is_filled(scope: Scope, table: ir.Table, column: str) -> bool:
    return bool(scope.rows(_filled, table, column)["n"][0].as_py())


def _has_custom(scope: Scope, table: ir.Table, name: str) -> bool:
    return bool(scope.rows(_with_custom, table, name)["n"][0].as_py())


def _filled(_scope: Scope, table: ir.Table, column: str) -> ir.Table:
    return _one(table, table[column].notnull())


def _with_custom(_scope: Scope, table: ir.Table, name: str) -> ir.Table:
    return _one(table, table.custom.contains(name))


def _one(table: ir.Table, flag: ir.BooleanValue) -> ir.Table:
    found = table.filter(flag).limit(1)
    return found.aggregate(n=found.count())


def _custom_names(scope: Scope, table: ir.Table) -> list[str]:
    return sorted(scope.rows(_names, table)["name"].to_pylist())


def _names(_scope: Scope, table: ir.Table) -> ir.Table:
    return table.select(name=table.custom.keys().unnest()).distinct()


def _known(scope: Scope, table: ir.Table) -> list[str]:
    """Every dimension of a table, for who asked for another."""
    own = COLUMNS if is_deals(table) else [name for name in table.columns if name not in TECHNICAL]
    custom = _custom_names(scope, table) if "custom" in table.columns else []
    return list(dict.fromkeys([*own, *COLUMNS, *ALIASES, *TIMES, *custom, *custom_names(scope)]))
