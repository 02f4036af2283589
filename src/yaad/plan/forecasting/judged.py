"""What people say will come, beside what came of what they said before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from yaad.model import Period
from yaad.plan.forecasting.forecast import Outcome


@dataclass(frozen=True)
class Judged:
    """What one person says that a period brings in the end; all together where no person is named.

    Attributes:
        person: None: the whole company.
        commit: what is said to come for sure; None when not said.
        best: what may come at best; None when not said.
        said: the day on which it was said last; None: by the deals' own column.
        so_far: what came by the data's day.
        forecast: what the forecast says; None where it tells nothing of this person.
    """

    person: str | None
    commit: float | None
    best: float | None
    said: date | None
    so_far: float
    forecast: Outcome | None = None


@dataclass(frozen=True)
class PastWord:
    """What was said first of a period that is over, and what came.

    Attributes:
        person: see `Judged`.
        period: see there.
        commit, best: see `Judged`.
        said: when.
        came: in that period.
    """

    person: str | None
    period: Period
    commit: float | None
    best: float | None
    said: date
    came: float


@dataclass(frozen=True)
class Judgements:
    """What people say of a period.

    Attributes:
        period: a month or a quarter.
        as_of: the data's day.
        rows: the whole company first where somebody spoke for it, then each person.
        past: earlier words, the latest periods first.
        quantity: what the amounts are: ``won`` deals or ``money``.
        unit: currency of money.
        has_column: whether the deals have a column that says it.
    """

    period: Period
    as_of: date
    rows: tuple[Judged, ...]
    past: tuple[PastWord, ...]
    quantity: str
    unit: str | None
    has_column: bool

    @property
    def people(self) -> tuple[Judged, ...]:
        """The persons' own rows."""
        return tuple(row for row in self.rows if row.person is not None)

    @property
    def committed(self) -> float | None:
        """What all persons together commit to; None when nobody said anything."""
        return _sum([row.commit for row in self.people])

    @property
    def at_best(self) -> float | None:
        """What all persons together may bring at best, what they commit to where they said no more."""
        return _sum([row.commit if row.best is None else row.best for row in self.people])

    @property
    def missed(self) -> float | None:
        """Sum of all misses of commits ÷ sum of what came; None where nothing was said or came."""
        told = [(row.commit, row.came) for row in self.past if row.commit is not None]
        came = sum(actual for _, actual in told)
        return sum(abs(said - actual) for said, actual in told) / came if told and came > 0 else None

    @property
    def kept(self) -> tuple[int, int]:
        """How many commits were reached or passed, of how many."""
        told = [row.came >= row.commit for row in self.past if row.commit is not None]
        return sum(told), len(told)


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
