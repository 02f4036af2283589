"""Meetings and visits by how they went: set, held, missed; visits planned and made.

They stand in the activities, recognised by the words of their kind; how one went is told by a column of the company's
own or by the kind itself (see `kinds`). One that says nothing took place once its day has come. They are counted by
their day, whoever did it; those of what never was an inquiry are left out.
"""

from collections.abc import Callable
from functools import partial

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from yaad.measures.catalogue.deals import event_rows
from yaad.measures.definition import Family, Good, Grain, Kind, Measure, Unit
from yaad.measures.dimensions import asked, grouped, groups, integers
from yaad.measures.finishing import counted_share
from yaad.measures.kinds import Did, Went, did_what, state_of, told_of
from yaad.measures.scope import Scope
from yaad.model.figures import FEW, Cell, Figure
from yaad.text import Message

SHOWN = ("activity_id", "deal_id", "kind", "day", "by", "went", "text")
COUNTED = ("set", "held", "no_show", "cancelled", "planned", "said")


def activities_of(scope: Scope, *did: Did) -> ir.Table:
    """The activities of these kinds that the question is about, with how each ``went``.

    One that says nothing of it was held when its day has come, and is planned else; ``is_said`` tells them apart.
    """
    told, rows = told_of(scope), scope.table("activities")
    if scope.left_out is not None:
        rows = rows.anti_join(scope.left_out.select("deal"), "deal")
    rows = asked(scope, rows, "day")
    rows = rows.filter(rows.day.notnull())
    said = state_of(rows, told)
    by_day = ibis.ifelse(rows.day <= ibis.literal(scope.as_of), Went.HELD.value, Went.PLANNED.value)
    rows = rows.mutate(did=did_what(rows, told), went=ibis.coalesce(said, by_day), is_said=said.notnull())
    return rows.filter(rows.did.isin([each.value for each in did]))


def meeting_statistics(scope: Scope, *did: Did) -> ir.Table:
    """How many of a kind went how, in each group; ``known``: whether the book has the kind at all."""
    rows = activities_of(scope, *did)
    is_known = bool(told_of(scope).kinds_of(*did))

    def went(state: Went) -> ir.IntegerScalar:
        return rows.count(where=rows.went == state.value)

    counts = grouped(
        scope,
        rows,
        set=rows.count(),
        held=went(Went.HELD),
        no_show=went(Went.NO_SHOW),
        cancelled=went(Went.CANCELLED),
        planned=went(Went.PLANNED),
        said=rows.count(where=rows.is_said & rows.went.isin([Went.HELD.value, Went.NO_SHOW.value])),
    )
    return counts.mutate(known=ibis.literal(is_known))


def _counts(rows: pa.Table) -> dict[str, int]:
    return {name: int(integers(rows, name).sum()) for name in COUNTED}


def _is_known(rows: pa.Table) -> bool:
    return any(rows["known"].to_pylist())


def _count(table: pa.Table, scope: Scope, *, measure: str, counted: str, without: str) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        counts, known = _counts(rows), _is_known(rows)
        value = counts[counted]
        beside: dict[str, Cell] = {name: counts[name] for name in ("held", "no_show", "cancelled", "planned")}
        figures.append(
            Figure(
                measure,
                value if known else None,
                Unit.COUNT,
                n=value,
                as_of=scope.as_of,
                period=scope.period,
                by=by,
                why=None if known else Message(without),
                beside=beside,
            )
        )
    return figures


def _share_missed(table: pa.Table, scope: Scope) -> list[Figure]:
    """Missed ÷ (held + missed), of those that say how they went."""
    figures = []
    for by, rows in groups(scope, table):
        counts = _counts(rows)
        missed, n = counts["no_show"], counts["said"]
        why = Message("measures.no_states" if _is_known(rows) else "measures.no_meetings")
        figures.append(
            counted_share(
                scope,
                "no_show",
                missed,
                n,
                by,
                why=None if n else why,
                beside={"no_show": missed, "unsaid": counts["set"] - counts["planned"] - counts["cancelled"] - n},
            )
        )
    return figures


def _rows(scope: Scope, *did: Did, states: tuple[Went, ...] = (), said: bool = False) -> ir.Table:
    rows = activities_of(scope, *did)
    if states:
        rows = rows.filter(rows.went.isin([state.value for state in states]))
    if said:
        rows = rows.filter(rows.is_said)
    return event_rows(scope, rows, *SHOWN, order=("day", "activity_id"))


def _measure(
    measure: str,
    did: Did,
    finish: Callable[[pa.Table, Scope], list[Figure]],
    source: str,
    *,
    states: tuple[Went, ...] = (),
    good: Good = Good.UP,
) -> Measure:
    is_rate = measure == "no_show"
    return Measure(
        id=measure,
        kind=Kind.RATIO if is_rate else Kind.SIMPLE,
        unit=Unit.RATE if is_rate else Unit.COUNT,
        family=Family.ACTIVITY,
        grain=Grain.ACTIVITY,
        date_column="day",
        good=good,
        source=source,
        statistics=partial(_of_kind, did=did),
        finish=finish,
        rows=partial(_rows_of_kind, did=did, states=states, said=is_rate),
        minimum=FEW if is_rate else 0,
        has_rival=is_rate,
    )


def _of_kind(scope: Scope, did: Did) -> ir.Table:
    return meeting_statistics(scope, did)


def _rows_of_kind(scope: Scope, did: Did, states: tuple[Went, ...], *, said: bool) -> ir.Table:
    return _rows(scope, did, states=states, said=said)


def _counting(measure: str, counted: str, without: str) -> Callable[[pa.Table, Scope], list[Figure]]:
    return partial(_count, measure=measure, counted=counted, without=without)


MEETINGS = (
    _measure(
        "meetings_set",
        Did.MEETING,
        _counting("meetings_set", "set", "measures.no_meetings"),
        "HubSpot, meetings booked, by the day of the meeting",
    ),
    _measure(
        "meetings_held",
        Did.MEETING,
        _counting("meetings_held", "held", "measures.no_meetings"),
        "HubSpot, meeting outcome: completed",
        states=(Went.HELD,),
    ),
    _measure(
        "no_show",
        Did.MEETING,
        _share_missed,
        "HubSpot, meeting outcome: no show; interval: Wilson 1927",
        states=(Went.HELD, Went.NO_SHOW),
        good=Good.DOWN,
    ),
    _measure(
        "visits_planned",
        Did.VISIT,
        _counting("visits_planned", "set", "measures.no_visits"),
        "field sales: visits planned, by their day",
    ),
    _measure(
        "visits_made",
        Did.VISIT,
        _counting("visits_made", "held", "measures.no_visits"),
        "field sales: visits made",
        states=(Went.HELD,),
    ),
)
