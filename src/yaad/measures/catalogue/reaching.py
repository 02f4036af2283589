"""Tries to reach who inquired, how many of them it takes, and with what part of the inquiries one ever speaks."""

from collections.abc import Callable
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from yaad.measures.catalogue.deals import shown
from yaad.measures.definition import Censoring, Family, Good, Kind, Measure, Unit
from yaad.measures.dimensions import groups, integers
from yaad.measures.finishing import counted_share, estimated
from yaad.measures.reaching import Reached, reach_statistics, tried
from yaad.measures.scope import Scope
from yaad.measures.statistics import IMMATURE, Ending, Estimate, Sample, Spells, kaplan_meier
from yaad.model.figures import FEW, Cell, Figure
from yaad.text import Message

SEEN = (Reached.YES, Reached.NOT_YET, Reached.NEVER)


@dataclass(frozen=True)
class Tries:
    """The inquiries of one group: tries made, inquiries with so many, and how they stand, by row."""

    tries: np.ndarray
    n: np.ndarray
    reached: np.ndarray

    @classmethod
    def of(cls, rows: pa.Table) -> "Tries":
        """From rows of `reach_statistics`."""
        return cls(integers(rows, "tries"), integers(rows, "n"), np.array(rows["reached"].to_pylist(), dtype=object))

    def at(self, *reached: Reached) -> np.ndarray:
        """Which rows stand so."""
        return np.asarray(np.isin(self.reached, [each.value for each in reached]), dtype=bool)

    def count(self, *reached: Reached) -> int:
        """How many inquiries stand so."""
        return int(self.n[self.at(*reached)].sum())

    def came_to_us(self) -> np.ndarray:
        """Rows of who was spoken with before anybody tried."""
        return np.asarray(self.at(Reached.YES) & (self.tries == 0), dtype=bool)

    def why_not(self) -> Message:
        """Why there is no figure."""
        if self.count(Reached.NO_LOG):
            return Message("measures.no_calls")
        return Message("measures.none_in_log" if self.count(Reached.BEFORE) else "measures.none_entered")


def _mean_tries(tries: Tries) -> tuple[Estimate, int]:
    here = tries.at(*SEEN)
    sample = Sample.count(tries.tries[here], tries.n[here])
    return sample.mean(), sample.n


def _tries_needed(tries: Tries) -> tuple[Estimate, int]:
    """The mean of the tries until the first talk; who was not reached yet takes more than were made."""
    here = tries.at(*SEEN) & ~tries.came_to_us()
    ending = np.where(tries.reached[here] == Reached.YES, Ending.ADVANCED, Ending.OPEN)
    spells = Spells.count(tries.tries[here], ending, tries.n[here])
    if not spells.total - spells.running:
        return Estimate(None, None, None), spells.total
    return kaplan_meier(spells).restricted_mean(), spells.total


def _number(
    table: pa.Table, scope: Scope, measure: str, estimate: Callable[[Tries], tuple[Estimate, int]]
) -> list[Figure]:
    figures = []
    for by, rows in groups(scope, table):
        tries = Tries.of(rows)
        found, n = estimate(tries)
        why = None
        if found.value is None:
            waiting = tries.count(Reached.NOT_YET, Reached.NEVER)
            why = Message("measures.nobody_reached", {"n": waiting}) if n else tries.why_not()
        beside: dict[str, Cell] = {
            "not_reached": tries.count(Reached.NOT_YET, Reached.NEVER),
            "came_to_us": int(tries.n[tries.came_to_us()].sum()),
            "before_log": tries.count(Reached.BEFORE),
        }
        figures.append(
            estimated(
                scope,
                measure,
                found,
                Unit.NUMBER,
                n=n,
                by=by,
                why=why,
                beside=beside,
            )
        )
    return figures


def _attempts(table: pa.Table, scope: Scope) -> list[Figure]:
    return _number(table, scope, "attempts", _mean_tries)


def _attempts_to_contact(table: pa.Table, scope: Scope) -> list[Figure]:
    return _number(table, scope, "attempts_to_contact", _tries_needed)


def _contact_rate(table: pa.Table, scope: Scope) -> list[Figure]:
    """Reached by today ÷ all that came; open ones that were not reached yet stand beside it."""
    figures = []
    for by, rows in groups(scope, table):
        tries = Tries.of(rows)
        reached, n, undecided = tries.count(Reached.YES), tries.count(*SEEN), tries.count(Reached.NOT_YET)
        why = Message("measures.not_reached_yet", {"n": undecided}) if n and undecided > IMMATURE * n else None
        figures.append(
            counted_share(
                scope,
                "contact_rate",
                reached,
                n,
                by,
                why=why if n else tries.why_not(),
                beside={"reached": reached, "undecided": undecided, "before_log": tries.count(Reached.BEFORE)},
            )
        )
    return figures


def _rows(scope: Scope) -> ir.Table:
    """The inquiries of the time of the logs."""
    deals = tried(scope)
    deals = deals.filter(deals.reached.isin([each.value for each in SEEN]))
    return shown(scope, deals, "tries", "talk_at", "reached")


def _measure(
    measure: str, unit: Unit, finish: Callable[[pa.Table, Scope], list[Figure]], good: Good, source: str
) -> Measure:
    return Measure(
        id=measure,
        kind=Kind.RATIO if measure != "attempts_to_contact" else Kind.DERIVED,
        unit=unit,
        family=Family.ACTIVITY,
        date_column="created_day",
        censoring=Censoring.OPEN_COUNTED if measure == "attempts_to_contact" else Censoring.OPEN_APART,
        good=good,
        source=source,
        statistics=reach_statistics,
        finish=finish,
        rows=_rows,
        minimum=FEW,
        has_rival=measure == "contact_rate",
    )


REACHING = (
    _measure(
        "contact_rate",
        Unit.RATE,
        _contact_rate,
        Good.UP,
        "call centres, right-party contact rate, per inquiry; interval: Wilson 1927",
    ),
    _measure("attempts", Unit.NUMBER, _attempts, Good.NEITHER, "call attempts per lead; interval: Student 1908"),
    _measure(
        "attempts_to_contact",
        Unit.NUMBER,
        _attempts_to_contact,
        Good.DOWN,
        "attempts to contact, those not reached yet counted: Kaplan & Meier 1958, restricted mean",
    ),
)
