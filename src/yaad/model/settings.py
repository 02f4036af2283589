"""What a company says of itself: what counts as achieved, what sources cost, how much a stage can take, who works when.

Each say is one `SettingEntry`: a name – alone, or with what it is about after a colon – and a value in JSON:

- ``achieved``: ``{"by": "closed"}``, ``"ordered"``, or ``{"by": "invoiced", "column": "invoice date"}`` (``collected``
  likewise): by which event a sale counts towards a target, and the column of deals that holds its day.
- ``answer_minutes``: ``30``: minutes of opening hours within which a new inquiry is to be answered.
- ``inquiry_days``: ``30``: touches of one person that come within so many days of another are one inquiry.
- ``inquiry_rules``: who is handed a new inquiry; see `yaad.model.inquiries.Handing`.
- ``margin``: ``0.35``: the part of revenue that is kept as gross margin, above 0 to 1.
- ``source_cost:<source>``: ``{"per": "inquiry", "amount": "45.00", "currency": "ILS", "tax": "net"}``, or ``"month"``.
- ``capacity:<stage>``: ``40``: deals a month that can be taken into a stage, by all people together.
- ``exit:<stage>``: ``["The budget is known", "We know who decides"]``: what has to be true before a deal goes on from
  it; see `yaad.model.leaving`.
- ``person:<name>``: ``{"start": "2026-03-15", "end": null, "share": 0.5, "team": "North", "away": [{"start":
  "2026-05-03", "end": "2026-05-28", "why": "reserve"}]}``: first and last day, part of a full position, team, and days
  without work, ends included.
- ``team:<name>``: ``{"under": "North"}``: the team that it is part of; ``{"under": null}`` where it is part of none.
- ``customer:<name>``: ``"one"`` or ``"apart"``: whether the deals under a name that comes with several telephone
  numbers are of one customer.
- ``judgement:<period>`` and ``judgement:<period>/<person>``: ``{"commit": "120000", "best": "150000"}``: what is said
  to come in it for sure, and at best.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from yaad.errors import InputError, UnknownName
from yaad.model.calendar import Calendar
from yaad.model.inquiries import DAYS, MOST_DAYS, Handing
from yaad.model.leaving import EXIT, Exits, read_exit
from yaad.model.money import Tax, read_amount
from yaad.model.periods import Period
from yaad.text import Message

INQUIRY_DAYS, INQUIRY_RULES = "inquiry_days", "inquiry_rules"
NAMES = (
    "achieved",
    "answer_minutes",
    INQUIRY_DAYS,
    INQUIRY_RULES,
    "margin",
    "source_cost",
    "capacity",
    EXIT,
    "person",
    "team",
    "customer",
    "judgement",
)
"""Names of settings."""
ABOUT = frozenset({"source_cost", "capacity", EXIT, "person", "team", "customer", "judgement"})
"""Those that are about something: ``name:what``."""
Said = TypeVar("Said")
JUDGEMENT = "judgement"
LONGEST_ANSWER = 60 * 24 * 30


class Achieved(StrEnum):
    """By which event a sale counts towards a target."""

    CLOSED = "closed"
    ORDERED = "ordered"
    INVOICED = "invoiced"
    COLLECTED = "collected"


class Per(StrEnum):
    """What a cost is paid for."""

    INQUIRY = "inquiry"
    MONTH = "month"


class Why(StrEnum):
    """Why somebody is away."""

    LEAVE = "leave"
    RESERVE = "reserve"
    OTHER = "other"


class Same(StrEnum):
    """Whether what comes under one name is one customer."""

    ONE = "one"
    APART = "apart"


@dataclass(frozen=True)
class AchievedBy:
    """What counts as achieved.

    Attributes:
        by: the event.
        column: column of deals, or of the company's own, that holds its day; only of invoices and money collected.
    """

    by: Achieved = Achieved.CLOSED
    column: str | None = None


@dataclass(frozen=True)
class SourceCost:
    """What a source of inquiries costs: an amount for each inquiry, or each month."""

    per: Per
    amount: Decimal
    currency: str | None = None
    tax: Tax = Tax.UNKNOWN


@dataclass(frozen=True)
class Away:
    """Days without work, both ends included."""

    start: dt.date
    end: dt.date
    why: Why = Why.LEAVE


@dataclass(frozen=True)
class Working:
    """When and how much a person works.

    Attributes:
        start, end: first and last day; None: since ever, for ever.
        share: part of a full position, in (0, 1].
        team: whose team the person is in; None: that of the branch.
        away: leave and reserve duty.
    """

    start: dt.date | None = None
    end: dt.date | None = None
    share: float = 1.0
    team: str | None = None
    away: tuple[Away, ...] = ()

    def part_of(self, period: Period, calendar: Calendar) -> float:
        """The part of a period's working days that the person works, times the share of a full position.

        >>> march = Period.parse("2026-03")
        >>> Working().part_of(march, Calendar())
        1.0
        >>> Working(start=dt.date(2026, 3, 17), share=0.5).part_of(march, Calendar())  # 11 of 22 working days
        0.25
        """
        every = calendar.working_days(period.start - dt.timedelta(days=1), period.end - dt.timedelta(days=1))
        if not every:
            return self.share
        return self.share * sum(self.works_on(day) for day in every) / len(every)

    def works_on(self, day: dt.date) -> bool:
        """Whether the person is there on a working day."""
        began = self.start is None or day >= self.start
        goes_on = self.end is None or day <= self.end
        return began and goes_on and not any(one.start <= day <= one.end for one in self.away)


@dataclass(frozen=True)
class Judgement:
    """What somebody says that a period brings in the end.

    Attributes:
        commit: for sure; None when not said.
        best: at best; None when not said.
    """

    commit: Decimal | None = None
    best: Decimal | None = None

    @classmethod
    def read(cls, plain: dict[str, Any]) -> "Judgement":
        """From its JSON.

        Raises:
            ValueError: an amount cannot be read.
        """
        try:
            amounts = [
                None if plain.get(name) is None else read_amount(str(plain[name])) for name in ("commit", "best")
            ]
        except InputError as error:
            raise ValueError(plain) from error
        return cls(*amounts)


def judgement_name(period: str, person: str | None) -> str:
    """The name of the setting that holds it."""
    return f"{JUDGEMENT}:{period}/{person}" if person else f"{JUDGEMENT}:{period}"


def read_judgement_name(about: str) -> tuple[str, str | None]:
    """The period and the person that it is about.

    >>> read_judgement_name("2026-11/Dana"), read_judgement_name("2026-11")
    (('2026-11', 'Dana'), ('2026-11', None))
    """
    period, _, person = about.partition("/")
    return period, person or None


def person_of_setting(name: str) -> str | None:
    """The person whom a say is about: when they work, or what they promise; None: the company's.

    >>> person_of_setting("person:Dana"), person_of_setting("judgement:2026-11/Dana"), person_of_setting("margin")
    ('Dana', 'Dana', None)
    """
    kind, about = read_name(name)
    return about if kind == "person" else read_judgement_name(about)[1] if kind == JUDGEMENT else None


@dataclass(frozen=True)
class Settings:
    """What a company said of itself; what nobody spoke of is as usual.

    Attributes:
        achieved: what counts towards a target.
        answer_minutes: within how many minutes of opening hours an inquiry is to be answered; None: nobody said.
        inquiry_days: touches of one person within so many days of another are one inquiry.
        handing: who is handed a new inquiry.
        margin: the part of revenue that is kept as gross margin, 0–1; None: nobody said.
        source_costs: source → what it costs.
        capacity: stage → deals a month that can be taken into it.
        exits: stage → what has to be true before a deal goes on from it.
        people: person → when and how much.
        teams: team → the team that it is part of; None: of none.
        customers: name → whether its deals are of one customer, where somebody was asked.
        judgements: period, or period/person → what is said to come.
    """

    achieved: AchievedBy = field(default_factory=AchievedBy)
    answer_minutes: int | None = None
    inquiry_days: int = DAYS
    handing: Handing = field(default_factory=Handing)
    margin: float | None = None
    source_costs: Mapping[str, SourceCost] = field(default_factory=dict)
    capacity: Mapping[str, int] = field(default_factory=dict)
    exits: Exits = field(default_factory=dict)
    people: Mapping[str, Working] = field(default_factory=dict)
    teams: Mapping[str, str | None] = field(default_factory=dict)
    customers: Mapping[str, Same] = field(default_factory=dict)
    judgements: Mapping[str, Judgement] = field(default_factory=dict)

    def working(self, person: str | None) -> Working:
        """When a person works; always and whole where nobody said."""
        return self.people.get(person or "", Working())

    def teams_under(self, team: str) -> frozenset[str]:
        """A team and all teams that are part of it, at whatever depth.

        >>> north = Settings(teams={"Haifa": "North", "Port": "Haifa", "South": None})
        >>> sorted(north.teams_under("North"))
        ['Haifa', 'North', 'Port']
        """
        found = {team}
        while more := {name for name, above in self.teams.items() if above in found} - found:
            found |= more
        return frozenset(found)

    def people_under(self, team: str) -> frozenset[str]:
        """The people of a team and of all teams that are part of it."""
        teams = self.teams_under(team)
        return frozenset(name for name, one in self.people.items() if one.team in teams)

    def with_entry(self, name: str, value: str | None) -> "Settings":
        """The settings after one say.

        Args:
            name: of the setting.
            value: JSON text; None takes an earlier say back.

        Raises:
            UnknownName: no such setting.
            InputError: the value is not what the setting holds.
        """
        kind, _ = read_name(name)
        plain = None if value is None else _json(name, value)
        if kind == "achieved":
            return replace(self, achieved=AchievedBy() if plain is None else _read(name, plain, _achieved))
        if kind == "answer_minutes":
            return replace(self, answer_minutes=None if plain is None else _read(name, plain, _minutes))
        if kind == INQUIRY_DAYS:
            return replace(self, inquiry_days=DAYS if plain is None else _read(name, plain, _days))
        if kind == INQUIRY_RULES:
            return replace(self, handing=Handing() if plain is None else _read(name, plain, Handing.read))
        if kind == "margin":
            return replace(self, margin=None if plain is None else _read(name, plain, _margin))
        held, read = OF_EACH[kind]
        changed: dict[str, Any] = {held: _with(getattr(self, held), name, plain, read)}
        return replace(self, **changed)


def read_name(name: str) -> tuple[str, str]:
    """A setting's name and what it is about.

    Raises:
        UnknownName: no such setting.

    >>> read_name("capacity:Quote"), read_name("achieved")
    (('capacity', 'Quote'), ('achieved', ''))
    """
    kind, _, about = name.partition(":")
    if kind not in NAMES or bool(about.strip()) != (kind in ABOUT):
        raise UnknownName("option", name, [f"{one}:…" if one in ABOUT else one for one in NAMES])
    return kind, about.strip()


def _with(held: Mapping[str, Said], name: str, plain: Any, read: Callable[[Any], Said]) -> dict[str, Said]:  # noqa: ANN401 - JSON may be anything; `read` holds it to what it wants
    about = read_name(name)[1]
    rest = {key: one for key, one in held.items() if key != about}
    return rest if plain is None else {**rest, about: _read(name, plain, read)}


def _json(name: str, value: str) -> Any:  # noqa: ANN401 - JSON may be anything; each reader holds it to what it wants
    try:
        return json.loads(value)
    except ValueError:
        raise _refused(name, value) from None


def _read(name: str, plain: Any, read: Callable[[Any], Said]) -> Said:  # noqa: ANN401 - JSON may be anything; `read` holds it to what it wants
    try:
        return read(plain)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _refused(name, json.dumps(plain, ensure_ascii=False)) from None


def _refused(name: str, value: str) -> InputError:
    return InputError(Message("goals.bad_setting", {"name": name, "value": value}))


def _achieved(plain: dict[str, Any]) -> AchievedBy:
    by, column = Achieved(plain["by"]), plain.get("column") or None
    if (column is not None) != (by in (Achieved.INVOICED, Achieved.COLLECTED)):
        raise ValueError(plain)
    return AchievedBy(by, None if column is None else str(column))


def _minutes(plain: Any) -> int:  # noqa: ANN401 - held to a whole number here
    return _whole(plain, 1, LONGEST_ANSWER)


def _days(plain: Any) -> int:  # noqa: ANN401 - held to a whole number here
    return _whole(plain, 1, MOST_DAYS)


def _margin(plain: Any) -> float:  # noqa: ANN401 - held to a number here
    if isinstance(plain, bool) or not isinstance(plain, int | float) or not 0 < plain <= 1:
        raise ValueError(plain)
    return float(plain)


def _capacity(plain: Any) -> int:  # noqa: ANN401 - held to a whole number here
    return _whole(plain, 0, 10**9)


def _whole(plain: Any, least: int, most: int) -> int:  # noqa: ANN401 - held to a whole number here
    if isinstance(plain, bool) or not isinstance(plain, int) or not least <= plain <= most:
        raise ValueError(plain)
    return plain


def _cost(plain: dict[str, Any]) -> SourceCost:
    try:
        amount = read_amount(str(plain["amount"]))
    except InputError as error:
        raise ValueError(plain) from error
    currency = plain.get("currency") or None
    return SourceCost(Per(plain["per"]), amount, currency, Tax(plain.get("tax") or Tax.UNKNOWN))


def _working(plain: dict[str, Any]) -> Working:
    share = float(plain.get("share", 1.0))
    if not 0 < share <= 1:
        raise ValueError(plain)
    away = tuple(
        Away(_day(one["start"]), _day(one["end"]), Why(one.get("why") or Why.LEAVE)) for one in plain.get("away") or ()
    )
    start, end = (_day(plain[name]) if plain.get(name) else None for name in ("start", "end"))
    if any(one.end < one.start for one in away) or (start and end and end < start):
        raise ValueError(plain)
    return Working(start, end, share, plain.get("team") or None, away)


def _under(plain: dict[str, Any]) -> str | None:
    above = plain["under"]
    if above is not None and not (isinstance(above, str) and above.strip()):
        raise ValueError(plain)
    return above


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


OF_EACH: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "source_cost": ("source_costs", _cost),
    "capacity": ("capacity", _capacity),
    EXIT: ("exits", read_exit),
    "person": ("people", _working),
    "team": ("teams", _under),
    "customer": ("customers", Same),
    JUDGEMENT: ("judgements", Judgement.read),
}
"""Settings that are about something: where they are held, and what reads one."""
