"""Which rows somebody sees: every table of a book held to a viewer, in one place."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import ibis
import ibis.expr.types as ir

from yaad.model import Settings, Viewer

Whole = Callable[[str], ir.Table]
"""A table with all its rows, by name."""
NO = ibis.literal(False)  # noqa: FBT003 – ibis takes its literals by place


def visible(name: str, viewer: Viewer, whole: Whole) -> ir.Table:
    """The rows of a table that a viewer sees; of a table that nobody thought of, none.

    A row belongs to the person who sells (``owner``) or who did it (``by``). What names no person follows the deal or
    the order that it is about; what follows nothing is seen only by who sees everything.
    """
    if viewer.sees_all:
        return whole(name)
    return RULES.get(name, _none)(whole(name), viewer, whole)


def visible_settings(settings: Settings, viewer: Viewer) -> Settings:
    """What a viewer sees of the company's say: of persons and of what they promise, only their own."""
    mine = viewer.owners
    if mine is None:
        return settings
    people = {name: one for name, one in settings.people.items() if name in mine}
    judgements = {name: one for name, one in settings.judgements.items() if name.partition("/")[2] in mine}
    teams = {name: above for name, above in settings.teams.items() if name in viewer.teams}
    handing = settings.handing.among(mine)
    return replace(settings, people=people, judgements=judgements, teams=teams, handing=handing)


def _none(rows: ir.Table, _viewer: Viewer, _whole: Whole) -> ir.Table:
    return rows.filter(NO)


def _all(rows: ir.Table, _viewer: Viewer, _whole: Whole) -> ir.Table:
    return rows


def _of_owner(rows: ir.Table, viewer: Viewer, _whole: Whole) -> ir.Table:
    return rows.filter(_among(rows.owner, viewer.owners))


def _of_doer(rows: ir.Table, viewer: Viewer, _whole: Whole) -> ir.Table:
    return rows.filter(_among(rows.by, viewer.owners))


def _of_deals(rows: ir.Table, viewer: Viewer, whole: Whole) -> ir.Table:
    return rows.semi_join(visible("deals", viewer, whole), "deal")


def _of_orders(rows: ir.Table, viewer: Viewer, whole: Whole) -> ir.Table:
    return rows.semi_join(visible("orders", viewer, whole), "order_id")


def _sold(rows: ir.Table, viewer: Viewer, whole: Whole) -> ir.Table:
    """Orders and contracts: of their own person, else of their deal's."""
    of_nobody = rows.filter(rows.owner.isnull()).semi_join(visible("deals", viewer, whole), "deal_id")
    return _of_owner(rows, viewer, whole).union(of_nobody, distinct=False)


def _accounts(rows: ir.Table, viewer: Viewer, whole: Whole) -> ir.Table:
    """Accounts by their id or their name, as deals, orders and contracts that are seen speak of them."""
    spoken = [visible(name, viewer, whole).select("account") for name in ("deals", "orders", "contracts")]
    names = ibis.union(*spoken, distinct=True).filter(lambda one: one.account.notnull())
    by_id = rows.semi_join(names, rows.account_id == names.account)
    return by_id.union(rows.anti_join(by_id, "account_id").semi_join(names, rows.name == names.account), distinct=False)


def _targets(rows: ir.Table, viewer: Viewer, _whole: Whole) -> ir.Table:
    """Targets of the persons and teams that are seen. Those of the company are held against all of its sales."""
    of_team = rows.owner.isnull() & _among(rows.team, viewer.teams)
    return rows.filter(_among(rows.owner, viewer.owners) | of_team)


def _among(column: ir.Column, names: frozenset[str] | None) -> ir.BooleanColumn:
    """Whether a column holds one of these names; never where there is none."""
    return ibis.coalesce(column.isin(sorted(names)), NO) if names else NO


RULES: Mapping[str, Callable[[ir.Table, Viewer, Whole], ir.Table]] = {
    "deals": _of_owner,
    "stage_visits": _of_owner,
    "stage_moves": _of_deals,
    "activities": _of_deals,
    "orders": _sold,
    "contracts": _sold,
    "lines": _of_orders,
    "calls": _of_doer,
    "accounts": _accounts,
    "products": _all,  # say nothing of persons or sales
    "targets": _targets,
}
"""Table → which of its rows are seen."""
