"""How good the data of a book are: what is missing, impossible or silent, and what figures that takes away."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from yaad.errors import CannotTell
from yaad.measures.columns import COLUMNS, custom_names
from yaad.measures.conversions import default_window
from yaad.measures.registry import measure
from yaad.measures.scope import Scope
from yaad.model import Finding
from yaad.model.stages import STILL_OPEN
from yaad.text import Message

MISSING = ("owner", "source", "amount", "lost_reason", "phone", "expected_close_day", "next_step", "product")
"""Columns whose absence takes figures away, in the order in which people miss them."""

NO_AMOUNT = 0
SHORTEST_PHONE = 7
"""Digits below which a text is no telephone number."""


def filled_columns(scope: Scope) -> list[str]:
    """Columns of deals that hold anything in this book, custom fields after the known ones."""
    counts = scope.rows(_filled).to_pylist()[0]
    return [name for name in COLUMNS if counts[name]] + custom_names(scope)


def _filled(scope: Scope) -> ir.Table:
    return scope.deals.aggregate(**{name: scope.deals[name].count() for name in COLUMNS})


def quality(
    scope: Scope, beside: Mapping[str, ir.Table] | None = None, contracts: ir.Table | None = None
) -> list[Finding]:
    """What is wrong or missing, most telling first; only what is there is listed.

    Args:
        scope: the facts.
        beside: tables whose rows name a deal (`activities`, `orders`, `calls`), for what belongs to no known deal.
        contracts: the contracts, for those that end before they start.

    The counts are of deals; of rows where they belong to no deal, of stages where one is named. *Missing* looks at
    the deals that need the value: lost ones for the reason of the loss, open ones for the expected closing and the
    next step, all for the rest. An amount of 0 is a missing one.
    """
    unmapped = custom_names(scope)  # a file may keep such a column under no mapping: it is not missing then
    wanted = [name for name in MISSING if name not in unmapped]
    row = scope.rows(_counts).to_pylist()[0]
    found = [_finding(name, row[name], row["all"]) for name in ("undated", "impossible", "reopened", "no_currency")]
    found.insert(1, _finding("ended_undated", row["ended_undated"], row["ended"]))
    found.append(_finding("stalled", measure(["stalled"], scope)[0].value or 0, row["all"]))
    found += [_finding(f"no_{name}", row[f"no_{name}"], row[f"of_{name}"]) for name in wanted]
    found += [_duplicates(scope), _quiet(scope, (beside or {}).get("activities"))]
    found += [_orphans(scope, name, rows) for name, rows in (beside or {}).items()]
    found += [_impossible_contracts(scope, contracts)] if contracts is not None else []
    found += [_silent(stage) for stage in sorted(scope.pipeline.silent)]
    if scope.pipeline.watched_since:
        found.append(_watched_since(scope))
    found += [_unused(stage) for stage in _never_entered(scope)]
    return [each for each in found if each.count]


def _count(deals: ir.Table, flag: ir.BooleanValue) -> ir.IntegerScalar:
    return deals.count(where=flag)


def _flags(deals: ir.Table) -> dict[str, ir.BooleanValue]:
    missing = {f"no_{name}": _is_missing(deals, name) & _needs(deals, name) for name in MISSING}
    closed_first = deals.closed_day.notnull() & deals.created_day.notnull() & (deals.closed_day < deals.created_day)
    return {
        "undated": deals.created_day.isnull(),
        "ended_undated": (deals.outcome != "open") & deals.closed_day.isnull(),
        "impossible": closed_first,
        "reopened": deals.episodes > 1,
        "no_currency": deals.amount.notnull() & deals.currency.isnull(),
        **missing,
    }


def _is_missing(deals: ir.Table, name: str) -> ir.BooleanValue:
    if name == "amount":
        return deals.amount.isnull() | (deals.amount == NO_AMOUNT)
    return deals[name].isnull()


def _needs(deals: ir.Table, name: str) -> ir.BooleanValue:
    """Whether a deal is one that should carry the value."""
    if name == "lost_reason":
        return deals.outcome == "lost"
    if name in {"expected_close_day", "next_step", "phone"}:
        return deals.outcome == "open"
    return ibis.literal(value=True)


def _finding(name: str, count: float, of: float) -> Finding:
    return Finding(name, int(count), int(of), Message(f"quality.{name}"), Message(f"quality.{name}_means"))


def _silent(stage: str) -> Finding:
    means = Message("quality.silent_means")
    return Finding(f"silent:{stage}", 1, 1, Message("quality.silent", {"stage": stage}), means)


def _counts(scope: Scope) -> ir.Table:
    deals = scope.deals
    counts = {name: _count(deals, flag) for name, flag in _flags(deals).items()}
    needs = {f"of_{name}": _count(deals, _needs(deals, name)) for name in MISSING}
    ended = _count(deals, deals.outcome != "open")
    return deals.aggregate(all=deals.count(), ended=ended, **counts, **needs)


def _watched_since(scope: Scope) -> Finding:
    """Deals that came before the lists: how far they came is in no figure."""
    deals, day = scope.deals, {"day": scope.pipeline.watched_since}
    counts = scope.run(deals.aggregate(of=deals.count())), scope.run(scope.of_watched().deals.count().as_table())
    of, since = (int(table.column(0)[0].as_py()) for table in counts)
    words, means = Message("quality.before_lists", {**day}), Message("quality.before_lists_means", {**day})
    return Finding("before_lists", of - since, of, words, means)


def _unused(stage: str) -> Finding:
    means = Message("quality.unused_means")
    return Finding(f"unused:{stage}", 1, 1, Message("quality.unused", {"stage": stage}), means)


def _never_entered(scope: Scope) -> list[str]:
    """Stages that no deal was ever in, in the company's order."""
    now, then = (scope.rows(build)["stage"].to_pylist() for build in (_stages_now, _stages_then))
    return [
        stage.name for stage in scope.pipeline.stages if stage.type in STILL_OPEN and stage.name not in {*now, *then}
    ]


def _stages_now(scope: Scope) -> ir.Table:
    return scope.deals.select(stage="stage").distinct()


def _stages_then(scope: Scope) -> ir.Table:
    return scope.moves.select(stage="to_stage").distinct()


def _duplicates(scope: Scope) -> Finding:
    """Open deals that share a telephone number with another one, or a name where no two numbers speak against it.

    Numbers are compared by their digits without the country's code and the leading zero; names by their letters.
    """
    row = scope.rows(_alike).to_pylist()[0]
    return _finding("duplicates", row["n"], row["of"])


def _alike(scope: Scope) -> ir.Table:
    deals = scope.deals.filter(scope.deals.outcome == "open")
    digits = deals.phone.re_replace(r"[^0-9]", "").re_replace(r"^(00972|972|0)", "")
    letters = deals.name.lower().re_replace(r"[^\p{L}\p{N}]", "")
    deals = deals.select(
        phone=ibis.ifelse(digits.length() >= SHORTEST_PHONE, digits, ibis.null("string")), name=letters.nullif("")
    )
    by_phone, by_name = ibis.window(group_by=deals.phone), ibis.window(group_by=deals.name)
    one_number = deals.phone.min().over(by_name) == deals.phone.max().over(by_name)
    marked = deals.mutate(
        same_phone=deals.phone.notnull() & (deals.count().over(by_phone) > 1),
        same_name=deals.name.notnull() & (deals.count().over(by_name) > 1) & one_number.fill_null(True),  # noqa: FBT003 – Ibis takes the value
    )
    return marked.aggregate(n=marked.count(where=marked.same_phone | marked.same_name), of=marked.count())


def _quiet(scope: Scope, activities: ir.Table | None) -> Finding:
    """Open deals of which nothing was heard for longer than 9 of 10 won deals took in all.

    A sign is a move or an activity. Deals without any dated sign are told as undated; where no deal was won in a
    known time there is nothing to measure the silence by.
    """
    try:
        window = default_window(scope)
    except CannotTell:
        return _finding("quiet", 0, 0)
    row = scope.rows(_silent_for, activities, float(window)).to_pylist()[0]
    return _finding("quiet", row["n"], scope.rows(_how_many_open)["n"][0].as_py())


def _how_many_open(scope: Scope) -> ir.Table:
    open_deals = scope.deals.filter(scope.deals.outcome == "open")
    return open_deals.aggregate(n=open_deals.count())


def _silent_for(scope: Scope, activities: ir.Table | None, window: float) -> ir.Table:
    signs = scope.moves.select("deal", "day")
    if activities is not None:
        signs = signs.union(activities.select("deal", "day"), distinct=False)
    open_deals = scope.deals.filter(scope.deals.outcome == "open").select("deal")
    told = signs.semi_join(open_deals, "deal")
    last = told.group_by("deal").aggregate(day=told.day.max())
    silence = ibis.literal(scope.as_of).delta(last.day, unit="day")
    return last.aggregate(n=last.count(where=silence.cast("float64") > ibis.literal(window, type="float64")))


def _impossible_contracts(scope: Scope, contracts: ir.Table) -> Finding:
    """Contracts that end before they start; those without an end are among all."""
    backwards = contracts.end_day < contracts.start_day
    row = scope.run(contracts.aggregate(n=contracts.count(where=backwards), of=contracts.count())).to_pylist()[0]
    return _finding("impossible_contracts", row["n"], row["of"])


def _orphans(scope: Scope, table: str, rows: ir.Table) -> Finding:
    """Rows that name a deal which the book does not know; a row that names none is no orphan."""
    n = scope.rows(_of_no_deal, rows)["n"][0].as_py()
    of = scope.rows(_how_many, rows)["n"][0].as_py()
    return _finding(f"orphans_{table}", n, of)


def _how_many(_scope: Scope, rows: ir.Table) -> ir.Table:
    return rows.aggregate(n=rows.count())


def _of_no_deal(scope: Scope, rows: ir.Table) -> ir.Table:
    known = scope.deals.select("deal_id")
    if scope.left_out is not None:
        known = known.union(scope.left_out.select("deal_id"), distinct=False)
    lost = rows.filter(rows.deal_id.notnull()).anti_join(known, "deal_id")
    return lost.aggregate(n=lost.count())
