"""Every question that an X-ray asks the book, each once, so that its pages agree with one another."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from yaad.book import Book
from yaad.errors import InputError, YaadError
from yaad.insight import Gap, Leak
from yaad.model import ConversionRow, Dwells, Figure, Finding, Funnel, Grain, Period, end_of_month_after
from yaad.show import Calls, Conversions, DwellTimes, Figures, Funnels, PlanResult
from yaad.text import Message

LEAST_TARGET = 10
"""Customers planned for where the last quarter won none."""
SPLITS = ("source", "product", "campaign", "branch")
"""By what the way to closing is told apart on paper: the first of these that the data have. Never by person."""
CALLS = 10


@dataclass(frozen=True, eq=False)
class Asked:
    """The answers of one book.

    Attributes:
        book: the book.
        wanted: customers to plan for; as many as the last full quarter won when None.
    """

    book: Book
    wanted: int | None = None

    @cached_property
    def as_of(self) -> dt.date:
        """The data's day."""
        return self.book.as_of

    @cached_property
    def funnel(self) -> Funnel:
        """The funnel of all."""
        return Funnels(self.book.funnel().content).content[0]

    @cached_property
    def leak(self) -> Leak | None:
        """Where most is lost."""
        return self.book.where_most_is_lost()

    @cached_property
    def to_closing(self) -> ConversionRow | None:
        """From the first stage to closing."""
        rows = self._conversions() if self.funnel.stages else []
        return rows[0] if rows else None

    @cached_property
    def split(self) -> tuple[str, Conversions] | None:
        """The way to closing by the first dimension that the data have; None when they have none."""
        columns = set(self.book.columns)
        for name in SPLITS:
            if name in columns and self.funnel.stages:
                found = self._conversions(name)
                if len(found) > 1:
                    return name, Conversions(sorted(found, key=lambda row: -row.entered), as_of=self.as_of)
        return None

    @cached_property
    def dwells(self) -> Dwells:
        """Times in stage of all."""
        return DwellTimes(self.book.dwell().content).content[0]

    @cached_property
    def stuck(self) -> int:
        """How many deals are stuck."""
        return int(self._figure("stuck").value or 0)

    @cached_property
    def calls(self) -> Calls:
        """The deals to call."""
        return self.book.deals_to_call(CALLS)

    @cached_property
    def findings(self) -> list[Finding]:
        """What is wrong or missing in the data."""
        return self.book.found_wrong()

    @cached_property
    def gaps(self) -> list[Gap]:
        """What the data cannot tell."""
        return self.book.cannot_tell()

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """The figures of the first page; those that cannot be told for these data are left out."""
        found = {}
        for name in ("deals", "won", "lost", "open", "win_rate", "won_value", "open_value", "deal_value_mean"):
            try:
                found[name] = self._figure(name)
            except InputError:  # amounts in several currencies
                continue
        return found

    @cached_property
    def first_month(self) -> Message | None:
        """The first month in which a deal came."""
        result = Figures(self.book.measure("inquiries", by=Grain.MONTH.value).content)
        months = [str(one.by[Grain.MONTH.value]) for one in result.content if one.value and one.by[Grain.MONTH.value]]
        if not months:
            return None
        year, month = min(months).split("-")[:2]
        return Message("reports.month", {"month": Message(f"reports.month_{int(month)}"), "year": year})

    @cached_property
    def quarter(self) -> Period:
        """The last quarter that the data have seen to its end."""
        following = self.as_of + dt.timedelta(days=1)
        year, number = following.year, (following.month - 1) // 3  # of the quarter before the one that follows
        return Period.parse(f"{year}-Q{number}" if number else f"{year - 1}-Q4")

    @property
    def quarter_said(self) -> Message:
        """The last full quarter in words."""
        start = self.quarter.start
        return Message("reports.quarter", {"number": start.month // 3 + 1, "year": str(start.year)})

    @cached_property
    def quarter_won(self) -> int:
        """Customers won in the last full quarter."""
        return int(self._figure("won", self.quarter).value or 0)

    @cached_property
    def quarter_inquiries(self) -> int:
        """Inquiries that came in the last full quarter."""
        return int(self._figure("inquiries", self.quarter).value or 0)

    @cached_property
    def target(self) -> int:
        """Customers planned for."""
        return self.wanted or self.quarter_won or LEAST_TARGET

    @cached_property
    def deadline(self) -> dt.date:
        """The end of the third month after the data's day, as on the page of the plan."""
        return end_of_month_after(self.as_of, 3)

    @cached_property
    def plan(self) -> PlanResult | YaadError:
        """The plan, or why there is none."""
        try:
            return self.book.plan(self.target, deadline=self.deadline)
        except YaadError as error:
            return error

    def _conversions(self, by: str | None = None) -> Sequence[ConversionRow]:
        result = self.book.conversion(by=by)
        return result.content if isinstance(result, Conversions) else []  # a list of none has no kind of its own

    def _figure(self, name: str, period: Period | None = None) -> Figure:
        return Figures(self.book.measure(name, period=period).content).content[0]
