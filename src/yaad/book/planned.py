"""The plans of a book: backwards, what-if, levers and leaks."""

import datetime as dt
from decimal import Decimal

from yaad import insight, measures
from yaad.book.figured import Figured
from yaad.book.opened import PeriodLike, period_of
from yaad.book.planning import Planning, RatiosOf
from yaad.plan.period import Outlook
from yaad.plan.scenario import Base
from yaad.show import LeaksResult, LeversResult, PlanResult, WhatIfResult
from yaad.show.scenarios import ScenarioResult


class Planned(Figured):
    """A book that plans."""

    def ratios(self, ratios: RatiosOf = "mature", window_days: float | None = None) -> measures.StageRatios:
        """The company's own ratios of the inquiries.

        Args:
            ratios: ``mature``: of the deals watched for the whole window; ``all``: of all, as counted today.
                (`plan`, `whatif` and `levers` know ``expected`` beside: of all, the open ones as is to be expected.)
            window_days: the window of ``mature``; the days within which 9 of 10 won deals were won when absent.
        """
        return self._planning().stage_ratios(ratios, window_days)

    def plan(
        self,
        target: int | None = None,
        *,
        target_value: str | Decimal | None = None,
        average: str | Decimal | None = None,
        ratios: RatiosOf | None = None,
        window_days: float | None = None,
        deadline: dt.date | None = None,
        period: PeriodLike = None,
        capacity: dict[str, int] | None = None,
        costs: dict[str, str] | None = None,
        by: str | None = None,
    ) -> PlanResult:
        """How many inquiries a target needs, with their chance, and until when they still help.

        Args:
            target: customers; or
            target_value: money, which asks for closings by `average` (the mean won deal when absent).
            average: value of one closing.
            ratios: see `ratios`; when absent ``expected`` with a period, else ``mature``.
            window_days: see `ratios`.
            deadline: a last day; with it each milestone has its last useful date.
            period: the period of the target: what is won in it already and what the open deals bring in it count,
                and what is still missing is told with its last useful dates.
            capacity: stage → deals a month that can be taken into it; the company's settings hold for the others.
            costs: source → what an inquiry costs, or a month as ``3000/month``.
            by: ``rep``: the plans of the persons beside; ``source``: what each source brings.

        Raises:
            InputError: neither or both of target and target value, or the period is over.
            UnknownName: no such stage or source.
            CannotTell: the book has no won deals, or no values, to go by.
        """
        return self._planning().plan(
            target,
            target_value,
            average=average,
            mode=ratios,
            window_days=window_days,
            deadline=deadline,
            period=period_of(period),
            capacity=capacity,
            costs=costs,
            by=by,
        )

    def whatif(
        self,
        inquiries: int,
        *,
        average: str | Decimal | None = None,
        ratios: RatiosOf = "mature",
        window_days: float | None = None,
        period: PeriodLike = None,
        capacity: dict[str, int] | None = None,
        speed: float = 1.0,
        instead: int | None = None,
    ) -> WhatIfResult:
        """What so many inquiries become by the company's own ratios, and in which months it lands.

        Args:
            inquiries: how many come.
            average: value of one closing; the mean won deal when absent.
            ratios: see `plan`.
            window_days: see `ratios`.
            period: when they come, evenly; the next month when absent.
            capacity: see `plan`.
            speed: the days of the way are so many times what they were; 0.8 is 20 % faster.
            instead: another number of inquiries to compare with.
        """
        found = self._planning().what_if(
            inquiries,
            average=average,
            mode=ratios,
            window_days=window_days,
            period=period_of(period),
            capacity=capacity,
            speed=speed,
            instead=instead,
        )
        return WhatIfResult(found)

    def scenario(
        self,
        changes: dict[str, str] | None = None,
        period: PeriodLike = None,
        *,
        capacity: dict[str, int] | None = None,
        ratios: RatiosOf = "expected",
    ) -> ScenarioResult:
        """What changes bring by the end of a period, each alone and all together, beside what comes as things go.

        Args:
            changes: what changes from tomorrow on, such as ``{"inquiries": "+20%", "size": "+10%", "days": "-20%",
                "Quote": "60%"}``; see `yaad.plan.changes.read_changes`.
            period: the next month when absent.
            capacity: stage → deals a month that it can take from tomorrow on, instead of the settings.
            ratios: see `plan`.

        Raises:
            InputError: a change cannot be read, or the period is over.
            UnknownName: no such stage.
            CannotTell: nothing was won yet.
        """
        return ScenarioResult(self._planning().scenario(changes or {}, period_of(period), capacity, ratios))

    def scenario_base(self, period: PeriodLike = None, ratios: RatiosOf = "expected") -> Base:
        """How things go, which changes are held against; see `scenario`."""
        return self._planning().base(period_of(period), ratios)

    def levers(self, period: PeriodLike = None, *, capacity: dict[str, int] | None = None) -> LeversResult:
        """What each improvement is worth in a period, those first that bring most within it.

        Args:
            period: the next month when absent.
            capacity: see `plan`.

        Raises:
            CannotTell: nothing comes, or nothing was won yet.
        """
        return LeversResult(self._planning().levers(period_of(period), capacity))

    def leaks(self) -> LeaksResult:
        """Where the money leaks: what advances less than before, or less than others like it, open deals counted."""
        return LeaksResult(insight.find_leaks(self._planning().scope))

    def outlook(self, period: PeriodLike, ratios: RatiosOf = "expected") -> Outlook:
        """What a plan of a period is made of, whatever its target.

        Args:
            period: the next month when absent.
            ratios: those that it goes with; see `ratios`.

        Raises:
            InputError: the period is over.
        """
        planning = self._planning()
        return planning.outlook(period_of(period) or planning.next_month, ratios)

    def _planning(self) -> Planning:
        self.need_persons()
        return Planning(self._scope(), self.settings, self.facts)
