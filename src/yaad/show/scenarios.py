"""What changes bring by the end of a period, as values, table and rows of a page."""

from yaad.model import Cell
from yaad.plan import INQUIRIES
from yaad.plan.scenario import Base, Gain, Scenario, What
from yaad.show import phrases
from yaad.show.beside import month_said
from yaad.show.markup import notes_html, tag
from yaad.show.results import Json, Result, plain
from yaad.show.speech import Said, say_html
from yaad.show.tables import Column, Kind, Shown, Table
from yaad.text import Message, money, number, percent
from yaad.text.numbers import MINUS

SMALL = 10
"""Customers are told with a digit after the point below this."""


class ScenarioResult(Result):
    """What changes bring: ``{"changes": [{"what", "stage", "before", "after", "money", "low", "high"}]}``."""

    content_type = Scenario
    content: Scenario

    def to_dict(self, lang: str = "en") -> Json:
        """The changes one by one, all of them together, and what comes without any."""
        made = self.content
        return {
            "period": made.period.to_dict(),
            "as_of": plain(made.as_of),
            "inquiries_a_month": plain(made.inquiries),
            "customers": plain(made.customers),
            "money": plain(made.money),
            "within_customers": plain(made.within),
            "within_money": plain(made.within_money),
            "unit": made.unit,
            "changes": [_plain(row) for row in made.rows],
            "together": None if made.together is None else _plain(made.together),
            "rule": plain(Message("scenario.rule"), lang),
        }

    def records(self) -> list[dict[str, Cell]]:
        """One row a change, and all together at last."""
        return [dict(_plain(row)) for row in _all(self.content)]

    def table(self, lang: str = "en") -> Table:
        """One row a change: from what to what, what it brings until the period's end, and within the period."""
        made = self.content
        period = month_said(made.period.name)
        columns = (
            Column("change", Message("scenario.head_change"), Kind.NAME),
            Column("ends", Message("levers.head_change"), Kind.TEXT),
            Column("until", Message("scenario.head_until", {"period": period}), Kind.MONEY),
            Column("range", Message("show.head_range_8"), Kind.RANGE),
            Column("within", Message("levers.head_within", {"period": period}), Kind.MONEY),
        )
        rows = tuple(_cells(row, made, lang) for row in _all(made))
        return Table(lang, Message("scenario.title", {"period": period}), columns, rows, notes=self.notes(lang))

    def notes(self, lang: str = "en") -> tuple[Said, ...]:
        """What comes as things go, and what is not to be added up."""
        made = self.content
        notes: list[Said] = [now_said(made, lang)]
        if made.together is not None:
            notes.append(Message("scenario.not_added"))
        if any(row.what is What.SPEED for row in made.rows):
            notes.append(Message("levers.faster"))
        return tuple(notes)

    def html(self, lang: str = "en") -> str:
        """The changes as bars, and what to know."""
        return scenario_html(self.content, lang) + notes_html(self.notes(lang), lang)


def change_said(row: Gain) -> Said:
    """What is changed."""
    if row.what is None:
        return Message("scenario.together")
    if row.stage is None:
        return Message(f"scenario.{row.what.value}")
    return Message(f"scenario.{row.what.value}_of", {"stage": phrases.stage_said(row.stage)})


def ends_said(row: Gain, made: Scenario, lang: str) -> Said:
    """From what to what; nothing of all together."""
    if row.what is None:
        return ""
    if row.before is None and row.after is not None and row.what is What.ROOM:
        return Message("scenario.room_from_none", {"after": number(round(row.after), lang)})
    if row.before is not None and row.after is None and row.what is What.ROOM:
        return Message("scenario.room_to_none", {"before": number(round(row.before), lang)})
    if row.before is None or row.after is None:
        return ""
    key = {What.SPEED: "levers.change_days", What.INQUIRIES: "scenario.a_month"}.get(row.what, "levers.change")
    apart = abs(row.after - row.before)
    ends = [_said(row.what, value, apart, made, lang) for value in (row.before, row.after)]
    return Message(key, {"before": ends[0], "after": ends[1]})


def _said(what: What, value: float, apart: float, made: Scenario, lang: str) -> str:
    """A value as fine as tells it from the other one, that is so far apart."""
    if what is What.STEP:
        return percent(value, lang, 0 if apart >= 0.02 else 1)
    if what is What.SIZE:
        return money(round(value), made.unit, lang)
    return number(round(value, 1 if apart < 1 else 0), lang)


def brings_said(value: float | None, customers: float, made: Scenario, lang: str) -> Said:
    """Money with its sign; customers where no money is known."""
    if value is None:
        return Message("scenario.more_customers", {"count": _signed(number(round(customers, 1), lang))})
    return _signed(money(round(value), made.unit, lang))


def between_said(row: Gain, made: Scenario, lang: str) -> Message:
    """8 of 10 cases, in words."""
    return Message("scenario.between", {"low": _end(row.low, row, made, lang), "high": _end(row.high, row, made, lang)})


def now_said(made: Scenario, lang: str) -> Message:
    """What comes until the end of the period as things go."""
    customers = Message("show.customers", {"n": round(made.customers)})
    if made.customers < SMALL:
        customers = Message("scenario.customers", {"count": number(round(made.customers, 1), lang)})
    values: dict[str, object] = {"customers": customers, "period": month_said(made.period.name)}
    if made.money is None:
        return Message("scenario.now", values)
    return Message("scenario.now_money", values | {"money": money(round(made.money), made.unit, lang)})


def now_of(base: Base, lang: str) -> dict[str, Message]:
    """How inquiries, deal size and speed are now, as far as they are known."""
    days = number(round(sum(base.stays)), lang)
    found = {
        What.INQUIRIES.value: Message("scenario.now_a_month", {"count": number(round(base.a_month), lang)}),
        What.SPEED.value: Message("scenario.now_days", {"count": days}),
    }
    if base.average is not None:
        size = money(round(base.average), base.unit, lang)
        found[What.SIZE.value] = Message("scenario.now_size", {"money": size})
    return found


def moved_nothing(made: Scenario) -> Message:
    """What to do where nothing was changed yet."""
    return Message("scenario.move_one", {"period": month_said(made.period.name)})


def scenario_html(made: Scenario, lang: str) -> str:
    """One row a change: what, from what to what, a bar, what it brings until the end, how sure; nothing without one."""
    most = max((abs(_worth(row)) for row in _all(made)), default=0.0)
    rows = "".join(_row(row, made, most, lang) for row in _all(made))
    return tag("ul", rows, class_="levs") if rows else ""


def _all(made: Scenario) -> tuple[Gain, ...]:
    return made.rows if made.together is None else (*made.rows, made.together)


def _worth(row: Gain) -> float:
    return row.customers if row.money is None else row.money


def _row(row: Gain, made: Scenario, most: float, lang: str) -> str:
    ends = say_html(ends_said(row, made, lang), lang)
    head = tag("b", say_html(change_said(row), lang)) + (tag("small", ends) if ends else "")
    width = 100 * abs(_worth(row)) / most if most else 0.0
    side = "fl" if _worth(row) >= 0 else "wn"
    bar = tag(
        "svg",
        tag("rect", class_="bg", width="100%", height="100%")
        + tag("rect", class_=side, x="0", y="0", width=f"{width:.1f}%", height="100%"),
        class_="lb",
        aria_hidden="true",
    )
    period = month_said(made.period.name)
    until = say_html(brings_said(row.money, row.customers, made, lang), lang)
    within = Message(
        "scenario.of_it", {"worth": brings_said(row.within_money, row.within, made, lang), "period": period}
    )
    value = tag("span", tag("b", until) + tag("small", say_html(within, lang)), class_="mv")
    line = tag("span", say_html(between_said(row, made, lang), lang))
    return tag("li", tag("span", head, class_="nm") + bar + value + tag("span", line, class_="ln"))


def _signed(shown: str) -> str:
    """A gain with a plus; a loss has its sign."""
    return shown if shown.startswith(MINUS) else f"+{shown}"


def _end(value: float, row: Gain, made: Scenario, lang: str) -> str:
    return number(round(value, 1), lang) if row.money is None else money(round(value), made.unit, lang)


def _plain(row: Gain) -> Json:
    return {
        "what": "together" if row.what is None else row.what.value,
        "stage": "inquiries" if row.stage == INQUIRIES else row.stage,
        "before": plain(row.before),
        "after": plain(row.after),
        "customers": plain(row.customers),
        "money": plain(row.money),
        "low": plain(row.low),
        "high": plain(row.high),
        "within_customers": plain(row.within),
        "within_money": plain(row.within_money),
    }


def _cells(row: Gain, made: Scenario, lang: str) -> tuple[Shown, ...]:
    ends = Message("scenario.ends", {"low": _end(row.low, row, made, lang), "high": _end(row.high, row, made, lang)})
    return (
        Shown(row.stage or (row.what.value if row.what else ""), change_said(row)),
        Shown(row.after, ends_said(row, made, lang)),
        Shown(_worth(row), brings_said(row.money, row.customers, made, lang)),
        Shown(None, ends, (row.low, row.high)),
        Shown(row.within if row.within_money is None else row.within_money,
            brings_said(row.within_money, row.within, made, lang)),
    )  # fmt: skip
