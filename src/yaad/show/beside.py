"""What stands beside a plan: the open deals and the months of a period, limits, persons and sources."""

from decimal import Decimal

from yaad.plan import Needed, WhatIf
from yaad.plan.capacity import Carried
from yaad.plan.people import PeoplePlan
from yaad.plan.period import PeriodPlan
from yaad.plan.sources import SourcesPlan
from yaad.plan.whatif import Landed
from yaad.show import phrases
from yaad.show.markup import tag
from yaad.show.results import Json, plain
from yaad.show.speech import Said, say_html
from yaad.show.tables import Column, Kind, Shown, Table, count, date, name, rate
from yaad.text import Message, money, number, percent

LEVEL = 0.8
SMALL = 0.05
"""Customers in a month below which it is told together with others like it."""
LATER = "later"
"""In the place of a month: after all months in which deals were followed."""
STEP = 5
_STAGE = Column("stage", Message("show.head_stage"), Kind.NAME)
_MONTH = Column("month", Message("levers.head_month"), Kind.TEXT)


def month_said(month: str) -> Said:
    """A month such as ``2026-11``, a quarter or a year in words; any other period by its name."""
    year, _, part = month.partition("-")
    if year.isdecimal() and len(year) == 4 and not part:
        return Message("levers.year", {"year": year})
    if year.isdecimal() and part[:1].casefold() == "q":
        return Message("levers.quarter", {"quarter": part[1:], "year": year})
    if year.isdecimal() and len(part) == 2 and part.isdecimal():
        return Message(f"levers.month_{int(part)}", {"year": year})
    return Message("levers.days", {"period": month})


def for_people(inquiries: int) -> int:
    """An inquiry count with a chance, as people see it: up to the next five, since the last digits promise too much.

    >>> for_people(497), for_people(555), for_people(588), for_people(0)
    (500, 560, 590, 0)
    """
    return (inquiries // STEP + 1) * STEP if inquiries else 0


# ---- the period -------------------------------------------------------------------------------------------------


def period_plain(made: PeriodPlan, lang: str) -> Json:
    """A plan of a period as JSON."""
    low, high = made.credit.range
    return {
        **made.period.to_dict(),
        "won": made.credit.won,
        "open": made.credit.open,
        "from_open": plain(made.credit.expected),
        "from_open_low": low,
        "from_open_high": high,
        "missing": plain(made.missing),
        "until": plain(made.until),
        "landing": plain(made.landing),
        "new": {f"{level:g}": inquiries for level, inquiries in made.chance.items()},
        "still": [{"stage": row.stage, "count": row.count, "by": plain(row.last_useful)} for row in made.still],
        "chance_without_new": plain(made.without),
        "pace": made.pace,
        "at_pace": plain(made.at_pace),
        "at_pace_chance": plain(made.at_pace_chance),
        "months": [
            {"month": row.month, "part": plain(row.part), "lands": plain(row.lands), "past": row.past}
            for row in made.months
        ],
        "notes": plain(made.notes, lang),
    }


def period_said(made: PeriodPlan, lang: str) -> tuple[Said, ...]:
    """What the open deals bring, what is missing, and what today's pace comes to."""
    period = month_said(made.period.name)
    low, high = made.credit.range
    ends = number(low, lang) if low == high else f"{number(low, lang)}–{number(high, lang)}"
    lines: list[Said] = []
    if made.credit.won:
        lines.append(Message("levers.won_already", {"n": made.credit.won, "period": period}))
    values: dict[str, object] = {"n": made.credit.open, "period": period, "range": ends}
    lines.append(Message("levers.credit", values | {"customers": _customers(made.credit.expected)}))
    if made.notes:
        return (*lines, *made.notes)
    missing = round(made.missing)
    if missing <= 0:
        return (*lines, Message("levers.none_missing", {"chance": of_ten(made.without, lang)}))
    lines.append(Message("levers.missing", {"customers": Message("show.customers", {"n": missing})}))
    if made.until is not None and made.still:
        sure = made.chance.get(LEVEL)
        said: dict[str, object] = {"count": for_people(made.still[0].count), "day": made.until}
        lines.append(
            Message("levers.new_needed", said | {"sure": "–" if sure is None else number(for_people(sure), lang)})
        )
        lines.append(Message("levers.rest_later", {"share": of_ten(made.landing, lang), "period": period}))
    return (*lines, *pace_said(made, lang))


def period_html(made: PeriodPlan, lang: str) -> str:
    """What the open deals bring and what is still needed: the first line large, the others below it."""
    first, *rest = period_said(made, lang)
    below = "".join(tag("li", say_html(line, lang)) for line in rest)
    return tag("div", say_html(first, lang) + (tag("ul", below) if below else ""), class_="ten credit")


def pace_said(made: PeriodPlan, lang: str) -> tuple[Said, ...]:
    """What today's pace of inquiries comes to."""
    if made.pace is None or made.at_pace is None or made.at_pace_chance is None:
        return ()
    values: dict[str, object] = {"n": made.pace, "customers": _customers(made.at_pace), "target": made.target}
    return (Message("levers.at_pace", values | {"chance": of_ten(made.at_pace_chance, lang)}),)


def of_ten(chance: float, lang: str) -> Said:
    """A chance or a part in words: so many of 10, of 100 below one of ten.

    >>> of_ten(0.82, "en").values, of_ten(0.03, "en").values
    ({'part': '8'}, {'part': '3'})
    """
    if 0.05 <= chance <= 0.95:
        return Message("levers.of_ten", {"part": number(max(round(chance * 10), 1), lang)})
    return Message("levers.of_hundred", {"part": number(round(chance * 100), lang)})


def still_table(made: PeriodPlan, lang: str) -> Table:
    """The new inquiries that are still needed, and how many of them must have come to each stage by when."""
    columns = (
        _STAGE,
        Column("count", Message("levers.head_still"), Kind.COUNT),
        Column("by", Message("show.head_last_useful"), Kind.DAY),
    )
    rows = tuple((_stage(row), count(row.count, lang), date(row.last_useful, lang)) for row in made.still)
    return Table(lang, Message("levers.still", {"period": month_said(made.period.name)}), columns, rows)


def months_table(made: PeriodPlan, lang: str) -> Table:
    """Which months' inquiries the period lives on."""
    period = month_said(made.period.name)
    columns = (
        _MONTH,
        Column("part", Message("levers.head_part", {"period": period}), Kind.RATE),
        Column("lands", Message("levers.head_lands", {"period": period}), Kind.RATE),
    )
    rows = tuple(
        (Shown(row.month, month_said(row.month)), _whole_rate(row.part, lang), _whole_rate(row.lands, lang))
        for row in made.months
    )
    return Table(lang, Message("levers.months_of", {"period": period}), columns, rows)


def _whole_rate(value: float, lang: str) -> Shown:
    return Shown(value, percent(value, lang, 0))


def _customers(value: float) -> Message:
    return Message("show.customers", {"n": round(value)})


def _stage(row: Needed) -> Shown:
    return Shown(row.stage, phrases.stage_said(row.stage))


# ---- limits -----------------------------------------------------------------------------------------------------


def carried_plain(made: Carried, lang: str) -> Json:
    """What the team can carry, as JSON."""
    return {
        "binding": None if made.binding is None else made.binding.stage,
        "customers": plain(made.customers),
        "inquiries_at_most": plain(made.inquiries),
        "more_inquiries": made.more,
        "rooms": [
            {"stage": room.stage, "comes": plain(room.comes), "room": plain(room.room), "enough": room.is_enough}
            for room in made.rooms
        ],
        "notes": plain(carried_said(made, lang), lang),
    }


def carried_said(made: Carried, lang: str) -> tuple[Said, ...]:
    """The step that has too little room, before more inquiries are spoken of; else for how many more there is room."""
    if made.binding is None:
        return () if made.more is None else (Message("levers.room_left", {"n": made.more}),)
    values: dict[str, object] = {
        "stage": phrases.stage_said(made.binding.stage),
        "comes": number(round(made.binding.comes), lang),
        "room": number(round(made.binding.room), lang),
        "customers": Message("show.customers", {"n": int(made.customers)}),
    }
    return (Message("levers.binding", values),)


def carried_table(made: Carried, lang: str) -> Table:
    """Each limited step: how many come, how many it can take."""
    columns = (
        _STAGE,
        Column("comes", Message("levers.head_comes"), Kind.COUNT),
        Column("room", Message("levers.head_room"), Kind.COUNT),
        Column("enough", Message("levers.head_enough"), Kind.TEXT),
    )
    rows = tuple(
        (
            Shown(room.stage, phrases.stage_said(room.stage)),
            count(round(room.comes), lang),
            count(round(room.room), lang),
            Shown("yes" if room.is_enough else "no", Message("levers.yes" if room.is_enough else "levers.no")),
        )
        for room in made.rooms
    )
    return Table(lang, Message("levers.can_carry"), columns, rows)


# ---- persons ----------------------------------------------------------------------------------------------------


def people_plain(made: PeoplePlan, lang: str) -> Json:
    """The persons' plans as JSON."""
    return {
        "team": made.team,
        "apart": made.apart,
        "people": [
            {
                "name": row.name, "target": row.target, "rate": plain(row.rate), "low": plain(row.low),
                "high": plain(row.high), "of": row.of, "on_average": row.needed, "eight_of_ten": row.chance,
                "few": row.few,
            }
            for row in made.people
        ],
        "notes": [plain(made.words, lang)],
    }  # fmt: skip


def people_table(made: PeoplePlan, lang: str) -> Table:
    """One row a person: the part of the target, the own ratio, the inquiries."""
    columns = (
        Column("name", phrases.dimension("rep"), Kind.NAME),
        Column("target", Message("levers.head_target"), Kind.COUNT),
        Column("rate", Message("levers.head_rate"), Kind.RATE),
        Column("on_average", Message("levers.head_average"), Kind.COUNT),
        Column("eight_of_ten", Message("levers.head_sure"), Kind.COUNT),
    )
    rows = tuple(
        (
            name(row.name),
            count(row.target, lang),
            _small_rate(row.rate, lang, few=row.few),
            count(row.needed, lang),
            count(for_people(row.chance), lang),
        )
        for row in made.people
    )
    total = (
        Shown("", Message("levers.people_sum")),
        count(sum(row.target for row in made.people), lang),
        Shown(None, ""),
        count(sum(row.needed for row in made.people), lang),
        count(sum(for_people(row.chance) for row in made.people), lang),
    )
    apart: dict[str, object] = {"apart": number(sum(for_people(row.chance) for row in made.people), lang)}
    words = Message("levers.apart", apart | {"team": number(for_people(made.team), lang)})
    return Table(lang, Message("levers.people"), columns, rows, total, (words, Message("levers.drawn")))


def _small_rate(value: float, lang: str, *, few: bool) -> Shown:
    cell = rate(value, lang)
    return Shown(value, Message("show.rate_few", {"rate": cell.said})) if few else cell


# ---- sources ----------------------------------------------------------------------------------------------------


def sources_plain(made: SourcesPlan, lang: str) -> Json:
    """What each source brings and costs, as JSON."""
    return {
        "unit": made.unit,
        "sure": plain(made.best),
        "sources": [
            {
                "name": row.name, "inquiries": row.of, "a_month": plain(row.monthly), "rate": plain(row.rate),
                "low": plain(row.low), "high": plain(row.high), "few": row.few,
                "per_inquiry": plain(row.per_inquiry), "per_customer": plain(row.per_customer),
                "customer_low": plain(row.customer_low), "customer_high": plain(row.customer_high),
            }
            for row in made.rows
        ],
        "notes": [plain(made.words, lang)],
    }  # fmt: skip


def sources_table(made: SourcesPlan, lang: str) -> Table:
    """One row a source, the cheapest customer first."""
    columns = (
        Column("name", phrases.dimension("source"), Kind.NAME),
        Column("a_month", Message("levers.head_a_month"), Kind.COUNT),
        Column("rate", Message("levers.head_rate"), Kind.RATE),
        Column("per_inquiry", Message("levers.head_per_inquiry"), Kind.MONEY),
        Column("per_customer", Message("levers.head_per_customer"), Kind.MONEY),
        Column("range", Message("show.head_range_8"), Kind.RANGE),
    )
    rows = []
    for row in made.rows:
        ends: tuple[float | None, float | None] = (row.customer_low, row.customer_high)
        rows.append(
            (
                name(row.name),
                Shown(row.monthly, number(round(row.monthly), lang)),
                _small_rate(row.rate, lang, few=row.few),
                _money(row.per_inquiry, made.unit, lang),
                _money(row.per_customer, made.unit, lang),
                Shown(None, _between(*ends, lang), ends),
            )
        )
    return Table(lang, Message("levers.sources"), columns, tuple(rows), notes=(made.words,))


def _between(low: float | None, high: float | None, lang: str) -> str:
    return "" if low is None or high is None else f"{number(round(low), lang)}–{number(round(high), lang)}"


def _money(value: float | None, unit: str | None, lang: str) -> Shown:
    return Shown(value, "–" if value is None else money(value, unit, lang))


# ---- what if ----------------------------------------------------------------------------------------------------


def landed_said(made: WhatIf, lang: str) -> tuple[Said, ...]:
    """In which months the customers land, and what speed does to that."""
    lines: list[Said] = []
    rows = [row for row in made.months if row.customers >= SMALL]
    if rows:
        parts = [
            Message("levers.lands_in", {"month": month_said(row.month), "count": number(round(row.customers, 1), lang)})
            for row in rows
        ]
        lines.append(Message("levers.lands", {"months": phrases.parted(parts)}))
    if made.later >= SMALL:
        values: dict[str, object] = {
            "count": number(round(made.later, 1), lang),
            "month": month_said(made.months[-1].month),
        }
        lines.append(Message("levers.lands_later", values))
    if made.speed < 1:
        lines.append(Message("levers.faster"))
    return tuple(lines)


def instead_said(made: WhatIf, lang: str) -> tuple[Said, ...]:
    """What is more, or less, than with the other number of inquiries."""
    if made.instead is None:
        return ()
    more = made.customers - made.instead.customers
    values: dict[str, object] = {
        "inquiries": number(made.instead.inquiries, lang),
        "more": number(round(abs(float(more)), 1), lang),
    }
    if made.value is None or made.instead.value is None:
        return (Message("levers.more_than" if more >= 0 else "levers.less_than", values),)
    values["money"] = money(abs(made.value - made.instead.value), made.unit, lang)
    return (Message("levers.more_money_than" if more >= 0 else "levers.less_money_than", values),)


def landed_table(made: WhatIf, lang: str) -> Table:
    """One row a month: customers and money that land in it."""
    with_money = made.average is not None
    columns: tuple[Column, ...] = (_MONTH, Column("customers", Message("levers.head_customers"), Kind.COUNT))
    columns += (Column("value", Message("levers.head_money"), Kind.MONEY),) if with_money else ()
    shown = [row for row in made.months if row.customers >= SMALL]
    rest = [row for row in made.months if row.customers < SMALL]
    if rest:
        money_left = sum((row.value for row in rest if row.value is not None), Decimal(0)) if with_money else None
        shown.append(Landed("", sum(row.customers for row in rest), money_left))
    words: dict[str, Said] = {"": Message("levers.other_months"), LATER: Message("levers.later_still")}
    if made.later >= SMALL:
        money_later = None if made.average is None else Decimal(str(made.later)) * made.average
        shown.append(Landed(LATER, made.later, money_later))
    rows = []
    for row in shown:
        month = Shown(row.month, words.get(row.month) or month_said(row.month))
        cells = (month, Shown(row.customers, number(round(row.customers, 1), lang)))
        value = None if row.value is None else float(row.value)
        rows.append((*cells, _money(value, made.unit, lang)) if with_money else cells)
    return Table(lang, Message("levers.when_it_lands"), columns, tuple(rows))
