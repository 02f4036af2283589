"""The targets of a book: set, divided, listed, taken back, and how they stand."""

import datetime as dt
import uuid
from collections.abc import Callable, Container, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from functools import partial
from math import ceil
from typing import TYPE_CHECKING

import ibis.expr.types as ir

from yaad import measures
from yaad.book.achieved import Sum, Sums, deals_of, name_of
from yaad.book.ahead import ahead_of, foretold, proposed, too_few
from yaad.book.planning import Planning
from yaad.book.usual import usual_of
from yaad.errors import CannotTell, InputError, UnknownName
from yaad.facts import journal_of, undone
from yaad.intake import TypedAmount, typed_amount
from yaad.measures import Scope
from yaad.measures.catalogue.goals import curve_in, rest_in
from yaad.measures.definition import Unit
from yaad.measures.one_money import OneMoney, one_money
from yaad.measures.pace import Curve
from yaad.measures.quotas import CENT, ONE, Members, Quotas, Wanted, held_against
from yaad.measures.teams import members_of
from yaad.model import (
    Entry,
    Period,
    RetractEntry,
    Target,
    TargetEntry,
    Tax,
    Whose,
    measure_named,
    months_in,
    months_of,
    read_amount,
    target_period,
)
from yaad.model.targets import WON_VALUE, named
from yaad.plan import closings_for_value
from yaad.plan.goals import Act, Goal, Part, TargetAct, TargetList, TargetRow, due
from yaad.plan.period import plan_period
from yaad.plan.targets import divide, for_full_position
from yaad.show.goals import GoalResult, TargetsResult
from yaad.show.proposals import ProposalsResult
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.book.book import Book

WON = "won"
"""The measure of targets in customers."""
KINDS = ("owner", "team", "branch", "product")
A_DAY, A_YEAR = dt.timedelta(days=1), dt.timedelta(days=365)
LAST_YEAR = 12
"""Months whose sales say how a target is divided by history."""
MONTHS = "month"
HISTORY, EQUAL = "history", "equal"
TOGETHER = ":"
"""In the keys of entries that one division wrote, between what they share and their place."""
Weights = str | Mapping[str, str | float | Decimal]


class Goals:
    """The targets of one book; `Book.goals`."""

    def __init__(self, book: "Book", whole: Callable[[], Scope]) -> None:
        """Args: the book; its facts, all of them and as they are now, to be asked."""
        self._book, self._whole = book, whole

    @property
    def _whole_scope(self) -> Scope:
        return self._whole()

    # ---- writing ----------------------------------------------------------------------------------------------

    def set(
        self,
        value: str | float | Decimal | None,
        period: Period | str | None = None,
        *,
        measure: str = WON_VALUE,
        whose: Whose | None = None,
        currency: str | None = None,
        tax: str | None = None,
        at: dt.datetime,
        by: str,
        key: str | None = None,
    ) -> TargetEntry:
        """Set a target; of a person it is for a full position over the whole period.

        Args:
            value: a number, or an amount as people type it, with or without a sign; None takes the target away.
            period: a month (that of the data's day when absent), a quarter or a year.
            measure: id in the catalogue or one of its names.
            whose: a person or team, a branch, a product; the company's when absent.
            currency: of money; that of the sign beside the value when absent, else the deals' own, else the company's.
            tax: ``net`` or ``gross``; the deals' own when absent.
            at: when it is set.
            by: who sets it.
            key: idempotency key.

        Raises:
            UnknownName: no such measure, person, branch or product.
            InputError: the value, the period or the currency cannot be one of a target.
        """
        found = self._measure(measure)
        who = whose or Whose()
        self._known(who)
        typed = None if value is None else typed_amount(str(value))
        is_money = measures.find(found).unit is Unit.MONEY
        if typed is not None and not is_money and (typed.currency or typed.tax):
            raise InputError(Message("errors.bad_amount", {"text": str(value)}))
        money = self.money() if is_money else (None, None)
        said = typed or TypedAmount(Decimal(0))
        own = (currency or said.currency or money[0], tax or said.tax or money[1])
        if is_money and own[0] is None:
            own = (usual_of(self._book.root).currency, own[1])
        if is_money:
            held_against(Wanted(Decimal(0), Decimal(0), *own), *money)
        entry = TargetEntry(
            at=at,
            by=by,
            key=key or uuid.uuid4().hex,
            measure=found,
            period=self._period(period).name,
            value=None if typed is None else f"{typed.value:f}",
            currency=own[0],
            tax=own[1],
            owner=who.owner,
            team=who.team,
            branch=who.branch,
            product=who.product,
        )
        return self._book.write(entry)

    def remove(
        self,
        period: Period | str | None = None,
        *,
        measure: str = WON_VALUE,
        whose: Whose | None = None,
        at: dt.datetime,
        by: str,
        key: str | None = None,
    ) -> TargetEntry:
        """Take a target away, of whatever sheet or person it is; see `set`.

        Raises:
            InputError: there is no such target.
        """
        found, wanted = self._measure(measure), self._period(period)
        who = whose or Whose()
        if self.one(wanted, measure=found, whose=who) is None:
            raise InputError(Message("goals.no_such_target", {"period": wanted.name}))
        return self.set(None, wanted, measure=found, whose=who, at=at, by=by, key=key)

    def undo(self, seq: int | None = None, *, at: dt.datetime, by: str) -> Sequence[RetractEntry]:
        """An entry about a target counts no more, nor do those that one division wrote with it: as it was before.

        Args:
            seq: its number; the last one that counts when absent.
            at: when.
            by: who takes it back.

        Raises:
            InputError: there is no such entry, or it counts no more already.
        """
        known, gone = self._entries()
        number = seq if seq is not None else max((one for one in known if one not in gone), default=0)
        if number not in known:
            raise InputError(Message("goals.no_such_entry", {"number": number}))
        if number in gone:
            raise InputError(Message("goals.undone_already", {"number": number}))
        return [
            self._book.write(RetractEntry(at=at, by=by, key=uuid.uuid4().hex, undoes=one))
            for one in _together(known, number)
            if one not in gone
        ]

    def act(self, seq: int | None = None) -> TargetAct | None:
        """What was done about targets; None where there is no such entry, or it counts no more.

        Args:
            seq: number of an entry that did it; the last one when absent.
        """
        known, gone = self._entries()
        back = {one.seq: one.undoes for one in self._company() if isinstance(one, RetractEntry) and one.undoes in known}
        number = max((*known, *back), default=0) if seq is None else seq
        if number in back:
            entry = known[back[number]]
            return TargetAct(Act.TAKEN_BACK, entry, len(_together(known, entry.seq)), number)
        if number not in known or number in gone:
            return None
        entry, same = known[number], _together(known, number)
        if TOGETHER in entry.key:
            return TargetAct(Act.DIVIDED, entry, len(same), number)
        return TargetAct(Act.REMOVED if entry.value is None else Act.SET, entry, 1, number)

    def _company(self) -> Sequence[Entry]:
        return journal_of(self._book.root).of_company()

    def _entries(self) -> tuple[dict[int, TargetEntry], frozenset[int]]:
        """The entries about targets that the viewer sees, by number, and the numbers of those that count no more."""
        entries, sees = self._company(), self._book.viewer.speaks_for
        known = {one.seq: one for one in entries if isinstance(one, TargetEntry) and sees(one.owner, one.team)}
        return known, undone(entries)

    def split(
        self,
        over: str = "owner",
        period: Period | str | None = None,
        *,
        measure: str = WON_VALUE,
        weights: Weights = HISTORY,
        whose: Whose | None = None,
        at: dt.datetime,
        by: str,
        key: str | None = None,
    ) -> dict[str, Decimal]:
        """Divide a target, so that the parts sum to it exactly; gives each part as it counts.

        Args:
            over: ``owner`` (or ``rep``), ``branch``, ``product``, or ``month`` of a quarter or a year.
            period: of the target.
            measure: of the target.
            weights: ``history``: by what each brought in the last twelve months; ``equal``; or name → weight.
            whose: whose target is divided: among months, or a team's or branch's among its people; the company's
                when absent.
            at: when.
            by: who.
            key: idempotency key of the whole division.

        Raises:
            InputError: there is no target to divide, or nothing to divide it by, or parts of the measure make no whole.
            UnknownName: a weight for somebody whom the book does not know.
        """
        found, wanted = self._measure(measure), self._period(period)
        if not measures.adds_up(found, self._whole_scope.own):
            raise InputError(Message("goals.not_divided"))
        part = "owner" if over == "rep" else over
        who = whose or Whose()
        quotas = self.quotas()
        whole = quotas.wanted(found, wanted, who) if part == MONTHS else self._own(quotas, found, wanted, who)
        if whole is None:
            raise InputError(Message("goals.no_target", {"period": wanted.name}))
        names = self._weights(part, wanted, weights)
        if part == "owner" and who.said:
            kind, group = next(iter(who.said.items()))
            names = {name: one for name, one in names.items() if name in quotas.members.get(kind, {}).get(group, ())}
        parts = divide(whole.value if part != MONTHS else whole.full, names, self._step(found))
        together = key.replace(TOGETHER, "-") if key else uuid.uuid4().hex
        settings, calendar = self._book.settings, self._whole_scope.calendar
        for place, (name, amount) in enumerate(parts.items()):
            working = settings.working(name).part_of(wanted, calendar) if part == "owner" else 1.0
            of = who if part == MONTHS else Whose(**{part: name})
            entry = TargetEntry(
                at=at,
                by=by,
                key=f"{together}{TOGETHER}{place}",
                measure=found,
                period=name if part == MONTHS else wanted.name,
                value=str(for_full_position(amount, working)),
                currency=whole.currency,
                tax=whole.tax,
                owner=of.owner,
                team=of.team,
                branch=of.branch,
                product=of.product,
            )
            self._book.write(entry)
        return parts

    # ---- reading ----------------------------------------------------------------------------------------------

    def targets(self, period: Period | str | None = None) -> TargetsResult:
        """All targets, or those of a period and of the months within it."""
        asked = None if period is None else self._period(period)
        entries, gone = self._entries()
        quotas, divisions = self.quotas(), _divisions(entries, gone)
        rows = []
        for one in quotas.targets:
            if asked is None or (asked.start <= one.period.start and one.period.end <= asked.end):
                told = quotas.wanted(one.measure, one.period, one.whose)
                value = told.value if told else one.value
                divided = _divided(divisions, one)
                if (entry := entries.get(one.entry or 0)) is None:
                    rows.append(TargetRow(one, value, None, divided=divided))
                else:
                    same = [seq for seq in _together(entries, entry.seq) if seq not in gone]
                    rows.append(TargetRow(one, value, entry.by, len(same), divided))
        unknown = sorted({one.target.measure for one in rows if one.target.measure not in measures.REGISTRY})
        notes = tuple(Message("goals.unknown_measure", {"name": name}) for name in unknown)
        return TargetsResult(TargetList(rows, self._book.as_of, notes))

    def one(
        self, period: Period | str | None = None, *, measure: str = WON_VALUE, whose: Whose | None = None
    ) -> Target | None:
        """A target as it is set; None where there is none; see `set`."""
        about = (self._measure(measure), self._period(period), whose or Whose())
        known = self._book.facts.targets
        return next((one for one in known if (one.measure, one.period, one.whose) == about), None)

    def divided(self, target: Target) -> int:
        """By which entry a target was divided last; see `TargetRow`."""
        return _divided(_divisions(*self._entries()), target)

    def status(
        self,
        period: Period | str | None = None,
        *,
        measure: str = WON_VALUE,
        whose: Whose | None = None,
        ahead: bool = True,
    ) -> GoalResult:
        """How a target stands: what is missing and in how many closings, the pace, its parts.

        Args:
            period: a month (that of the data's day when absent), a quarter or a year.
            measure: id in the catalogue or one of its names.
            whose: a person or team, a branch, a product; the company's when absent.
            ahead: whether to tell what still comes as well.

        Raises:
            InputError: a period that is no target's.
            UnknownName: no such measure or person.
        """
        found, asked, who = self._measure(measure), self._period(period), whose or Whose()
        self._known(who)
        scope, quotas = replace(self._whole_scope, period=asked), self.quotas()
        wanted, money, apart = self._held(scope, quotas, found, asked, who)
        sums = Sums(scope, found, money, quotas.members)
        kind, name = next(iter(who.said.items()), (None, None))
        reached = sums.of(kind, name, wanted)
        if sums.refused is not None:  # against what cannot be summed no target is held
            wanted, apart = None, (sums.refused,)
        curve = curve_in(scope, sums.daily, asked) if sums.daily is not None else None
        of_some = kind is not None or (wanted is not None and bool(wanted.parts))
        own = sums.daily_of(kind, name, wanted) if of_some else None
        pace = curve if asked.start <= scope.as_of else None
        team = quotas.members.get("team", {}).get(name or "", ()) if kind == "team" else None
        alone = kind not in (None, "team") or sums.refused is not None
        parts, differ = ({}, frozenset()) if alone else self._parts(quotas, sums, asked, pace, team)
        notes = apart or (*self._notes(found, wanted, asked), *([Message("goals.targets_differ")] if differ else []))
        goal = Goal(
            measure=found,
            period=asked,
            as_of=scope.as_of,
            whose=who,
            wanted=wanted,
            achieved=reached.value,
            n=reached.n,
            unit=reached.unit or self._unit(found, wanted, money),
            tax=(wanted.tax if wanted else None) or (money.tax if found == WON_VALUE else None),
            average=self._average(money) if found == WON_VALUE else None,
            curve=curve,
            parts=parts,
            notes=(*notes, *self._left_out(scope, money, reached)),
            rest=None if own is None else rest_in(scope, own, asked),
            left_out=() if scope.least else reached.left,
            others=sums.of_others(kind, name, wanted) if sums.refused is None else None,
        )
        if found == WON_VALUE and not who.said and wanted is not None:
            # of the target, which is of the same money
            (cover,) = measures.measure(["pipeline_coverage"], scope, raises=False)
            needed = cover.beside.get("needed")
            goal = replace(goal, coverage=cover.value, needed=float(needed) if isinstance(needed, float) else None)
        if ahead and found in (WON_VALUE, WON) and wanted is not None:
            goal = self._with_ahead(goal, money, quotas.members)
        return GoalResult(goal)

    def of_people(self, period: Period | str | None = None) -> Goal:
        """What each person achieved in a period beside their own target, and nothing of what still comes.

        It is told in money where the deals have amounts, else in closings.

        Args:
            period: see `set`.

        Raises:
            InputError: a period that is no target's.
        """
        asked, quotas = self._period(period), self.quotas()
        scope = replace(self._whole_scope, period=asked)
        wanted, money, apart = self._held(scope, quotas, WON_VALUE, asked, Whose())
        measure = WON if self._average(money) is None else WON_VALUE
        if measure == WON:
            wanted, apart = quotas.wanted(measure, asked), ()
        sums = Sums(scope, measure, money, quotas.members)
        reached = sums.of(None, None, wanted)
        parts, differ = self._parts(quotas, sums, asked, None)
        if not apart and "owner" in differ:
            apart = (Message("goals.targets_differ"),)
        unit, tax = reached.unit or self._unit(measure, wanted, money), money.tax if measure == WON_VALUE else None
        return Goal(
            measure,
            asked,
            scope.as_of,
            Whose(),
            wanted,
            reached.value,
            reached.n,
            unit,
            tax,
            parts={"owner": parts["owner"]},
            notes=(*apart, *self._left_out(scope, money, reached)),
            left_out=() if scope.least else reached.left,
            others=sums.of_others(None, None, wanted),
        )

    def propose(self, period: Period | str | None = None) -> ProposalsResult:
        """Targets that may be set for a period to come: cautious, likely and stretch, each with its chance.

        Args:
            period: a month, a quarter or a year that is not over; the next month when absent.

        Raises:
            CannotTell: too few were won, or nothing is open and nothing comes.
            InputError: the period is over.
        """
        planning = self._planning
        asked = planning.next_month if period is None else self._period(period)
        weights = self._weights("owner", asked, HISTORY)
        made = proposed(planning, asked, weights, foretold(self._book, asked))
        measure = WON_VALUE if made.average is not None else WON
        return ProposalsResult(replace(made, wanted=self._asked_for(measure, asked)))

    def customers(self, period: Period | str) -> tuple[int, bool] | None:
        """Customers to plan a period for: those of the company's own target, or else those that come as things go.

        Returns:
            How many, at least one, and whether a target says so; None where the data cannot tell.

        Raises:
            InputError: the period is over.
        """
        asked, planning = self._period(period), self._planning
        count, money, average = self._asked_for(WON, asked), self._asked_for(WON_VALUE, asked), planning.money[0]
        if count is not None:
            return max(ceil(count.value), 1), True
        if money is not None and average:
            return closings_for_value(Decimal(str(money.value)), average), True
        told = foretold(self._book, asked)
        if told is not None:
            return max(round(float(told.closings.mean())), 1), False
        try:
            made = plan_period(1, planning.own("expected").ratios, planning.outlook(asked))
        except CannotTell:
            return None
        return None if made.at_pace is None else (max(round(made.at_pace), 1), False)

    def _asked_for(self, measure: str, period: Period) -> Wanted | None:
        """What is wanted of the company; None where nobody set it, or its parts cannot be added up."""
        with suppress(InputError):
            return self.quotas().wanted(measure, period)
        return None

    def _held(
        self, scope: Scope, quotas: Quotas, measure: str, period: Period, whose: Whose
    ) -> tuple[Wanted | None, OneMoney, tuple[Message, ...]]:
        """The target where sums can be held against it, the money that they are in, and why there is no such target."""
        try:
            wanted = quotas.wanted(measure, period, whose)
        except InputError:
            return None, one_money(scope), (Message("goals.targets_differ"),)
        money = one_money(scope, wanted)
        if wanted is None or measure != WON_VALUE:
            return wanted, money, ()
        try:
            held_against(wanted, money.currency, money.tax)
        except InputError as error:
            return None, money, (error.message,)
        return wanted, money, ()

    def _left_out(self, scope: Scope, money: OneMoney, reached: Sum) -> tuple[Message, ...]:
        """What stands in no sum."""
        if scope.least:
            told = money.in_short(reached.left, scope.least)
            return () if told is None else (told,)
        return money.words(reached.left)

    # ---- what is needed for it --------------------------------------------------------------------------------

    @property
    def _planning(self) -> Planning:
        return Planning(self._whole_scope, self._book.settings, self._book.facts)

    def _with_ahead(self, goal: Goal, money: OneMoney, members: Members) -> Goal:
        """A target with what still comes for it: of everybody, or of those deals alone whose target it is."""
        if not goal.closings:
            return goal
        in_money, those = goal.measure == WON_VALUE, self._those(goal, members)
        if those is None:
            told = foretold(self._book, goal.period, in_money=in_money)
            return replace(goal, ahead=ahead_of(self._planning, goal, money, told))
        planning = Planning(self._whole_scope.among(*those), self._book.settings)
        if (few := too_few(planning)) is not None:
            return replace(goal, notes=(*goal.notes, few))
        told = (
            foretold(self._book, goal.period, goal.whose, in_money=in_money) if self.is_told_apart(goal.whose) else None
        )
        return replace(goal, ahead=ahead_of(planning, goal, money, told))

    def _those(self, goal: Goal, members: Members) -> tuple[str, frozenset[str]] | None:
        """The deals whose target it is: a column of theirs and its names; None: all of them.

        Of the company's target that is a sum they are all where nobody sells but those whose targets it sums.
        """
        wanted = goal.wanted
        kind, name = next(iter(goal.whose.said.items()), (None, None))
        if wanted is not None and wanted.parts is not None:
            is_all = kind is None and self.stands_for_all(wanted, members)
            return None if is_all else deals_of(wanted.parts, wanted.names, members)
        return None if kind is None or name is None else deals_of(kind, (name,), members)

    def is_told_apart(self, whose: Whose) -> bool:
        """Whether the forecast tells these apart from others; those of teams are without the teams below them."""
        return bool(whose.said) and (not whose.team or len(self._book.settings.teams_under(whose.team)) == 1)

    def _sellers(self, column: str) -> AbstractSet[str | None]:
        """Whose deals are open, or were won in the last year; None stands for nobody's."""
        scope = self._whole_scope
        return {name_of(one) for one in scope.rows(_of_late, column)[column].to_pylist()}

    def stands_for_all(self, wanted: Wanted, members: Members) -> bool:
        """Whether a target of the company is one of everybody: it was set, or nobody sells but those it sums."""
        if wanted.parts is None:
            return True
        column, names = deals_of(wanted.parts, wanted.names, members)
        return self._sellers(column) <= names

    def _period(self, period: Period | str | None) -> Period:
        if period is None:
            return named(self._book.as_of.year, self._book.as_of.month, 1)
        return target_period(period.name if isinstance(period, Period) else period)

    def _measure(self, text: str) -> str:
        found = measure_named(text)
        measures.find(found)
        return found

    def money(self) -> tuple[str | None, str | None]:
        """The currency and the tax of the book's deals; None where they are mixed or nobody said."""
        deals = self._book.facts.deals
        rows = self._book.facts.run(deals.filter(deals.amount.notnull()).select("currency", "tax").distinct())
        currencies, taxes = ({one for one in rows[name].to_pylist() if one} for name in ("currency", "tax"))
        return _only(currencies), _only(taxes - {Tax.UNKNOWN.value})

    def _unit(self, measure: str, wanted: Wanted | None, ours: OneMoney) -> str | None:
        """The unit of what no sale tells: the target's currency, else that of the book's deals."""
        unit = measures.find(measure).unit
        if unit is not Unit.MONEY:
            return unit.value
        return (wanted.currency if wanted else None) or ours.currency

    def _average(self, ours: OneMoney) -> Decimal | None:
        # where orders that name no currency count, the deals may differ all the same
        (figure,) = measures.measure(["deal_value_mean"], ours.of(self._whole_scope), raises=False)
        return None if figure.value is None else Decimal(str(figure.value))

    def _step(self, measure: str) -> Decimal:
        return ONE if measures.find(measure).unit is Unit.COUNT else CENT

    def _working(self, person: str, period: Period) -> float:
        return self._book.settings.working(person).part_of(period, self._whole_scope.calendar)

    def _known(self, whose: Whose) -> None:
        """Hold that the book knows whom or what a target is for; teams are what people call them.

        Raises:
            InputError: both a person and a team.
            UnknownName: it does not.
        """
        if whose.owner and whose.team:
            raise InputError(Message("goals.person_and_team"))
        for kind, name in whose.said.items():
            if kind != "team" and name not in (known := self.names(kind)):
                raise UnknownName("option", name, known)

    def names(self, kind: str) -> list[str]:
        """The people, branches or products that a target may be for: those of the deals, of targets and of settings."""
        deals = self._book.facts.deals
        rows = self._book.facts.run(deals.select(deals[kind]).distinct())
        names = {str(one) for one in rows[kind].to_pylist() if one}
        names |= {one.whose.said[kind] for one in self._book.facts.targets if kind in one.whose.said}
        return sorted(names | (set(self._book.settings.people) if kind == "owner" else set()))

    def quotas(self) -> Quotas:
        """The targets as they count, of whomever."""
        facts = self._book.facts
        scope = self._whole_scope
        adds_up, holds = (partial(one, own=scope.own) for one in (measures.adds_up, measures.holds_in_parts))
        return Quotas(facts.targets, facts.settings, scope.calendar, members_of(scope), adds_up, holds)

    def _own(self, quotas: Quotas, measure: str, period: Period, whose: Whose) -> Wanted | None:
        """The target as it was set for just these: the sum of parts is nothing to divide anew."""
        own = [one for one in quotas.targets if one.whose == whose]
        return replace(quotas, targets=own).wanted(measure, period, whose)

    def _weights(self, part: str, period: Period, weights: Weights) -> dict[str, float | Decimal]:
        """Part → weight; of persons, those who work in the period."""
        if part == MONTHS:
            months = months_in(period)
            if months_of(period) == 1:
                raise InputError(Message("goals.one_month", {"period": period.name}))
            names = [one.name for one in months]
        elif part in KINDS:
            names = self.names(part)
        else:
            raise UnknownName("option", part, [*KINDS, MONTHS])
        if not isinstance(weights, str):
            for name in weights:
                if name not in names:
                    raise UnknownName("option", name, names)
            return {name: read_amount(str(weight)) for name, weight in weights.items()}
        if weights not in (HISTORY, EQUAL):
            raise UnknownName("option", weights, [HISTORY, EQUAL])
        found = self._history(part, period) if weights == HISTORY else dict.fromkeys(names, 1.0)
        if part == "owner":
            found = {name: weight for name, weight in found.items() if self._working(name, period) > 0}
        return {name: weight for name, weight in found.items() if weight > 0}

    def _history(self, part: str, period: Period) -> dict[str, float]:
        """What each brought in the twelve months before; months: what the same months brought a year before."""
        scope = self._whole_scope
        if part == MONTHS:
            before = {one.name: named(one.start.year - 1, one.start.month, 1) for one in months_in(period)}
            daily = Sums(scope, WON_VALUE, one_money(scope), {}).daily or {}
            found = {
                name: sum(value for day, value in daily.items() if one.start <= day < one.end)
                for name, one in before.items()
            }
            if all(value > 0 for value in found.values()):
                return found
            # without a whole year behind, the working days stand in
            days = {
                one.name: scope.calendar.working_days(one.start - A_DAY, one.end - A_DAY) for one in months_in(period)
            }
            return {name: float(len(each)) for name, each in days.items()}
        first = scope.as_of.year * 12 + scope.as_of.month - LAST_YEAR
        since = dt.date(first // 12, first % 12 + 1, 1)
        asked = replace(scope, period=Period(since, scope.as_of + A_DAY, "last year"))
        sums = Sums(asked, WON_VALUE, one_money(scope), {})
        return {name: float(sums.of(part, name, None).value) for name in self.names(part)}

    def _parts(
        self, quotas: Quotas, sums: Sums, period: Period, curve: Curve | None, team: Sequence[str] | None = None
    ) -> tuple[dict[str, tuple[Part, ...]], frozenset[str]]:
        """Kind → how each of it stands, and the kinds of which one has targets that cannot be added up.

        Args:
            quotas: all targets.
            sums: what was achieved.
            period: of the target.
            curve: where it should be by today; None before it begins.
            team: of its people alone; of everybody and everything when absent.
        """
        found: dict[str, tuple[Part, ...]] = {}
        differ: frozenset[str] = frozenset()
        for kind in KINDS if team is None else ("owner",):
            every, untold = quotas.parts_told(sums.measure, period, kind)
            differ |= frozenset({kind} if (untold if team is None else untold & {*team}) else ())
            wanted = {name: one for name, one in every.items() if sums.holds(one)}
            if not wanted and kind != "owner":
                continue
            known = {*wanted, *sums.names(kind)}
            names: list[str | None] = [*sorted(name for name in known if name and (team is None or name in team))]
            if None in known and team is None:
                names.append(None)
            rows = []
            for name in names:
                one = wanted.get(name or "")
                reached = sums.of(kind, name, one)
                at = None if one is None or curve is None else due(one, curve)
                state = None if one is None or curve is None else curve.state(float(reached.value), float(one.value))
                rows.append(Part(name, one, reached.value, reached.n, at, state))
            found[kind] = tuple(sorted(rows, key=lambda row: -row.achieved))
        return found, differ

    def _taken_back(self, period: Period) -> int:
        """How many closings were taken back in the period; targets count what stands."""
        (figure,) = measures.measure(["cancellations"], replace(self._whole_scope, period=period))
        return int(figure.value or 0)

    def _notes(self, measure: str, wanted: Wanted | None, period: Period) -> tuple[Message, ...]:
        if wanted is None:
            return (Message("goals.no_target", {"period": period.name}),)
        notes = [Message(f"goals.basis_{wanted.basis.value}")] if wanted.basis.value != "set" else []
        if wanted.is_prorated:
            notes.append(Message("goals.prorated"))
        if measure in (WON_VALUE, "won") and (back := self._taken_back(period)):
            notes.append(Message("goals.taken_back", {"n": back}))
        by = self._book.settings.achieved.by.value
        if measure in (WON_VALUE, "won") and by != "closed":
            notes.append(Message(f"goals.achieved_{by}"))
        return tuple(notes)


def _of_late(scope: Scope, column: str) -> ir.Table:
    """Who has deals that are open or were won in the last year."""
    won = (scope.deals.outcome == "won") & (scope.deals.closed_day > scope.as_of - A_YEAR)
    return scope.deals.filter((scope.deals.outcome == "open") | won).select(column).distinct()


def _together(known: Mapping[int, TargetEntry], number: int) -> list[int]:
    """The numbers of the entries that one division wrote with this one; itself where it stands alone."""
    division, by_it, _ = known[number].key.partition(TOGETHER)
    return [seq for seq, one in known.items() if by_it and one.key.startswith(division + TOGETHER)] or [number]


def _divisions(known: Mapping[int, TargetEntry], gone: Container[int]) -> dict[tuple[str, Whose, Period], int]:
    """Of what is which entry the last that a division wrote and that counts."""
    written = [one for seq, one in known.items() if TOGETHER in one.key and seq not in gone]
    return {
        (one.measure, Whose(one.owner, one.team, one.branch, one.product), target_period(one.period)): one.seq
        for one in written
    }


def _divided(divisions: Mapping[tuple[str, Whose, Period], int], target: Target) -> int:
    """The last entry of a division of this target, or of one that shares its parts; see `TargetRow`."""
    whole, mine = target.period, target.whose
    if mine.owner and months_of(whole) == 1:
        return 0  # nothing is left to divide it among

    def is_part(whose: Whose, period: Period) -> bool:
        if whose == mine:
            return period != whole and whole.start <= period.start and period.end <= whole.end
        return period == whole and not mine.owner

    found = (seq for (of, who, when), seq in divisions.items() if of == target.measure and is_part(who, when))
    return max(found, default=0)


def _only(values: set[str]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None
