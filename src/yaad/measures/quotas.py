"""How much is wanted of a measure in a period, by all targets that were set: whole, in parts, and pro-rated.

What was set for just this period and just these stands. Else a longer period is the sum of its months, a shorter one
its working days' part of the longer, and the whole is the sum of its parts: people, else teams, branches or products.
A person's target is for a full position over the whole period: what counts is its part by the working days from the
first day to the last, without leave and reserve duty, times the share of a position.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from yaad.errors import InputError
from yaad.model import Calendar, Period, Settings, Target, Tax, Whose, months_in, months_of, single_unit
from yaad.model.targets import LENGTHS, WON_VALUE, named
from yaad.text import Message

CENT, ONE = Decimal("0.01"), Decimal(1)
Members = Mapping[str, Mapping[str, Sequence[str]]]
"""``team`` or ``branch`` → its name → its people."""


class Basis(StrEnum):
    """How a target came about."""

    SET = "set"  # it was set so
    MONTHS = "months"  # the sum of the months' targets
    LONGER = "longer"  # its working days' part of a longer period's target
    PARTS = "parts"  # the sum of its people, teams, branches or products


@dataclass(frozen=True)
class Wanted:
    """What is wanted of one measure.

    Attributes:
        value: pro-rated.
        full: as it was set, for full positions.
        currency, tax: of money.
        basis: how it came about.
        parts: the kind of parts that it is the sum of: owner, team, branch or product; None where it is no sum.
        names: of those parts. What is achieved is held against such a target as far as it is theirs.
    """

    value: Decimal
    full: Decimal
    currency: str | None = None
    tax: str | None = None
    basis: Basis = Basis.SET
    parts: str | None = None
    names: tuple[str, ...] = ()

    @property
    def is_prorated(self) -> bool:
        """Whether somebody does not work all of it."""
        return self.value != self.full


def always(_measure: str) -> bool:
    """Whatever it is, its parts sum to the whole."""
    return True


def never(_measure: str) -> bool:
    """Whatever it is, less is wanted of a part."""
    return False


@dataclass(frozen=True)
class Quotas:
    """All targets of a company, and what bears on them.

    Attributes:
        targets: as they stand.
        settings: who works when.
        calendar: the company's working days.
        members: who is in which team and branch.
        adds_up: whether parts of a measure, which it is given the id of, sum to the whole; a rate's do not. Of such a
            measure there is no target but what was set.
        holds: whether what is wanted of a longer period is wanted of each part of it, as of a rate.
    """

    targets: Sequence[Target]
    settings: Settings = field(default_factory=Settings)
    calendar: Calendar = field(default_factory=Calendar)
    members: Members = field(default_factory=dict)
    adds_up: Callable[[str], bool] = always
    holds: Callable[[str], bool] = never

    def wanted(self, measure: str, period: Period, whose: Whose | None = None) -> Wanted | None:
        """What is wanted; None where nobody set a target that tells.

        Args:
            measure: id in the catalogue.
            period: a month, a quarter or a year.
            whose: whose or of what; the company's when absent.

        Raises:
            InputError: the targets to be added up are of mixed currency, or with and without VAT.
        """
        who = whose or Whose()
        found = self._of(measure, period, who)
        return self._of_parts(measure, period, who) if found is None and self.adds_up(measure) else found

    def parts(self, measure: str, period: Period, part: str) -> dict[str, Wanted]:
        """Of each person (team, branch, product) that has a target of its own: how much."""
        found = {name: self.wanted(measure, period, Whose(**{part: name})) for name in self.names(measure, part)}
        return {name: one for name, one in found.items() if one is not None}

    def parts_told(self, measure: str, period: Period, part: str) -> tuple[dict[str, Wanted], set[str]]:
        """The same, and those whose targets cannot be added up: they are of mixed currency or tax."""
        found, untold = {}, set()
        for name in self.names(measure, part):
            try:
                found[name] = self.wanted(measure, period, Whose(**{part: name}))
            except InputError:
                untold.add(name)
        return {name: one for name, one in found.items() if one is not None}, untold

    def names(self, measure: str, part: str) -> list[str]:
        """Whose targets there are in a measure."""
        whose = [one.whose.said for one in self.targets if one.measure == measure]
        return sorted({said[part] for said in whose if set(said) == {part}})

    def _of(self, measure: str, period: Period, whose: Whose) -> Wanted | None:
        """By what was set for just these."""
        own = {one.period: one for one in self.targets if one.measure == measure and one.whose == whose}
        if not own:
            return None
        if period in own:
            return self._prorated(own[period], period, Basis.SET)
        adds_up, holds = self.adds_up(measure), self.holds(measure)
        if (months := months_of(period)) > 1 and adds_up:
            each = [self._of(measure, month, whose) for month in months_in(period)]
            told = [one for one in each if one is not None]
            if len(told) == len(each) and any(one.basis is Basis.SET for one in told):
                return replace(summed(told), basis=Basis.MONTHS)
        for length in sorted(LENGTHS):
            if length > months and (adds_up or holds):
                first = (period.start.month - 1) // length * length + 1
                longer = named(period.start.year, first, length)
                if longer in own:
                    part = _part(period, longer, self.calendar) if adds_up else ONE
                    return self._prorated(replace(own[longer], value=own[longer].value * part), period, Basis.LONGER)
        return None

    def _of_parts(self, measure: str, period: Period, whose: Whose) -> Wanted | None:
        """The whole by its parts: the company by people (else teams …), a team or branch by its people."""
        said = whose.said
        if not said:
            for part in Whose.PARTS:
                told = self._uppermost(self.parts(measure, period, part), part)
                if told:
                    return replace(summed(told.values()), basis=Basis.PARTS, parts=part, names=tuple(told))
            return None
        (part, name), *more = said.items()
        people = self.members.get(part, {}).get(name, ())
        each = {} if more else {one: self._of(measure, period, Whose(owner=one)) for one in people}
        known = {name: one for name, one in each.items() if one is not None}
        if not known:
            return None
        return replace(summed(known.values()), basis=Basis.PARTS, parts="owner", names=tuple(known))

    def _uppermost(self, told: Mapping[str, Wanted], part: str) -> dict[str, Wanted]:
        """Without the teams that are part of another one with a target: that one's holds theirs."""
        if part != "team":
            return dict(told)
        below = {one for name in told for one in self.settings.teams_under(name) if one != name}
        return {name: one for name, one in told.items() if name not in below}

    def _prorated(self, target: Target, period: Period, basis: Basis) -> Wanted:
        if self.holds(target.measure):
            return Wanted(target.value, target.value, target.currency, target.tax, basis)
        step = step_of(target)
        part = 1.0
        if target.whose.owner:
            part = self.settings.working(target.whose.owner).part_of(period, self.calendar)
        full = target.value.quantize(step, ROUND_HALF_UP) if basis is Basis.LONGER else target.value
        value = full if part == 1.0 else (target.value * Decimal(repr(part))).quantize(step, ROUND_HALF_UP)
        return Wanted(value, full, target.currency, target.tax, basis)


def step_of(target: Target) -> Decimal:
    """What a target is rounded to: whole ones stay whole where no currency is said, all else to the cent."""
    return ONE if target.currency is None and target.measure != WON_VALUE and _is_whole(target.value) else CENT


def _is_whole(value: Decimal) -> bool:
    return value == value.to_integral_value()


def summed(parts: Iterable[Wanted]) -> Wanted:
    """Targets added up.

    Raises:
        InputError: they are of mixed currency or tax.
    """
    each = list(parts)
    currency = single_unit(one.currency for one in each)
    tax = same_tax(one.tax for one in each)
    value, full = (sum((getattr(one, name) for one in each), Decimal(0)) for name in ("value", "full"))
    return Wanted(value, full, currency, tax)


def same_tax(taxes: Iterable[str | None]) -> str | None:
    """The one tax of amounts; what nobody said goes with any.

    Raises:
        InputError: amounts with VAT beside amounts without.
    """
    return single_unit({tax for tax in taxes if tax not in (None, Tax.UNKNOWN.value)})


def held_against(wanted: Wanted, currency: str | None, tax: str | None) -> None:
    """Hold that a target may be held against amounts of a currency and tax; what nobody said goes with any.

    Raises:
        InputError: it is of another currency or tax; says which one to take.
    """
    if None not in (wanted.currency, currency) and wanted.currency != currency:
        values: dict[str, object] = {"target": wanted.currency, "deals": currency}
        raise InputError(Message("goals.other_currency", values))
    if len({wanted.tax, tax} & {Tax.NET, Tax.GROSS}) > 1:
        raise InputError(Message(f"goals.other_tax_{tax}"))


def _part(period: Period, longer: Period, calendar: Calendar) -> Decimal:
    """The working days of a period as a part of a longer one's."""
    every, own = (len(calendar.working_days(*_ends(one))) for one in (longer, period))
    return Decimal(own) / Decimal(every) if every else Decimal(months_of(period)) / Decimal(months_of(longer))


def _ends(period: Period) -> tuple[dt.date, dt.date]:
    return period.start - dt.timedelta(days=1), period.end - dt.timedelta(days=1)
