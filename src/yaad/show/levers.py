"""What each improvement is worth, as values, table and rows of a page."""

from collections.abc import Sequence

from yaad.model import Cell
from yaad.plan.levers import Aim, Kind, Lever, Levers
from yaad.show import phrases
from yaad.show.beside import carried_plain, carried_said, month_said
from yaad.show.markup import notes_html, tag
from yaad.show.results import Json, Result, plain
from yaad.show.speech import Said, say_html
from yaad.show.tables import Column, Shown, Table
from yaad.show.tables import Kind as Holds
from yaad.text import Message, money, number, percent

FIRST = 6
"""Improvements that stand on a page at once."""


class LeversResult(Result):
    """Improvements: ``{"levers": [{"kind", "stage", "money", "within"}]}``."""

    content_type = Levers
    content: Levers

    def to_dict(self, lang: str = "en") -> Json:
        """The improvements, those that bring most within the period first, and all of them together."""
        made = self.content
        return {
            "period": made.period.to_dict(),
            "as_of": plain(made.as_of),
            "inquiries": plain(made.inquiries),
            "customers": plain(made.customers),
            "money": plain(made.money),
            "average": plain(made.average),
            "unit": made.unit,
            "levers": [_plain(lever, lang) for lever in made.rows],
            "together": [_plain(lever, lang) for lever in made.together],
            "capacity": carried_plain(made.carried, lang) if made.carried.rooms else None,
            "rule": plain(Message("levers.rule"), lang),
        }

    def records(self) -> list[dict[str, Cell]]:
        """One row an improvement."""
        return [
            {
                "kind": lever.kind.value,
                "aim": lever.aim.value,
                "stage": lever.stage,
                "before": lever.before,
                "after": lever.after,
                "customers": lever.customers,
                "money": lever.money,
                "low": lever.low,
                "high": lever.high,
                "within_customers": lever.lands,
                "within_money": lever.lands_money,
                "once": lever.once,
            }
            for lever in (*self.content.rows, *self.content.together)
        ]

    def table(self, lang: str = "en") -> Table:
        """One row an improvement: from what to what, its worth a period, and how much of it lands in this one."""
        made = self.content
        period = month_said(made.period.name)
        columns = (
            Column("lever", Message("levers.head_lever"), Holds.NAME),
            Column("change", Message("levers.head_change"), Holds.TEXT),
            Column("within", Message("levers.head_within", {"period": period}), Holds.MONEY),
            Column("worth", Message("levers.head_worth"), Holds.MONEY),
            Column("range", Message("show.head_range_8"), Holds.RANGE),
            Column("customers", Message("levers.head_customers"), Holds.COUNT),
        )
        rows = tuple(_cells(lever, made, lang) for lever in (*made.rows, *made.together))
        return Table(lang, Message("levers.title", {"period": period}), columns, rows, notes=self.notes(lang))

    def notes(self, lang: str = "en") -> tuple[Said, ...]:
        """The step without room first, what the table is of, and what speed is."""
        made = self.content
        base: dict[str, object] = {
            "n": round(made.inquiries),
            "customers": Message("show.customers", {"n": round(made.customers)}),
            "period": month_said(made.period.name),
        }
        speed = any(lever.kind is Kind.SPEED for lever in made.rows)
        return (
            *carried_said(made.carried, lang),
            Message("levers.base", base),
            *((Message("levers.faster"),) if speed else ()),
        )

    def html(self, lang: str = "en") -> str:
        """The improvements as bars, those that bring most within the period first."""
        return levers_html(self.content, lang) + notes_html(self.notes(lang), lang)


def lever_said(lever: Lever) -> Said:
    """What is improved."""
    if lever.kind is Kind.STEP and lever.stage is not None:
        key = "levers.more_to" if lever.aim is Aim.TENTH else f"levers.to_{lever.aim.value}"
        return Message(key, {"stage": phrases.stage_said(lever.stage)})
    return Message(f"levers.kind_{lever.kind.value}")


def change_said(lever: Lever, made: Levers, lang: str) -> Said:
    """From what to what."""
    if lever.kind in (Kind.STEPS, Kind.EVERYTHING):
        return Message("levers.tenth_each")
    if lever.kind is Kind.STEP:
        ends = [
            percent(value, lang, 0 if lever.after - lever.before >= 0.02 else 1)
            for value in (lever.before, lever.after)
        ]
    elif lever.kind is Kind.SIZE:
        ends = [money(value, made.unit, lang) for value in (lever.before, lever.after)]
    else:
        ends = [number(round(value), lang) for value in (lever.before, lever.after)]
    key = "levers.change_days" if lever.kind is Kind.SPEED else "levers.change"
    return Message(key, {"before": ends[0], "after": ends[1]})


def worth_said(value: float | None, customers: float, made: Levers, lang: str) -> Said:
    """Money with a plus; customers where no money is known."""
    if value is None:
        return Message("levers.plus_customers", {"count": number(round(customers, 1), lang)})
    return Message("levers.plus", {"money": money(round(value), made.unit, lang)})


def levers_lead(made: Levers, lang: str) -> tuple[Said, ...]:
    """A step without room, else the improvement that brings most within the period."""
    tight = carried_said(made.carried, lang) if made.carried.binding is not None else ()
    sure = [lever for lever in made.rows if lever.low is None or lever.low > 0]
    if tight or not sure or not sure[0].worth > 0:
        return tight
    best = sure[0]
    values: dict[str, object] = {
        "lever": lever_said(best),
        "worth": worth_said(best.lands_money, best.lands, made, lang),
        "period": month_said(made.period.name),
    }
    return (Message("levers.lead_lever", values),)


def evidence_said(lever: Lever, made: Levers, lang: str) -> tuple[Said, ...]:
    """How sure it is, whose level it is, and that it comes once."""
    lines: list[Said] = []
    if lever.low is not None and lever.high is not None:
        ends: dict[str, object] = {
            "low": money(round(lever.low), made.unit, lang),
            "high": money(round(lever.high), made.unit, lang),
        }
        lines.append(Message("levers.once_between" if lever.once else "levers.period_between", ends))
    if lever.who and lever.n is not None:
        key = "levers.was_in" if lever.aim is Aim.BEST_QUARTER else "levers.is_of"
        lines.append(Message(key, {"who": phrases.together(lever.who), "n": lever.n}))
        if lever.low is not None and lever.low < 0:
            lines.append(Message("levers.may_be_luck"))
    return tuple(lines)


def action_said(lever: Lever) -> Said | None:
    """What to do first; None where the evidence is of all together."""
    if lever.kind is Kind.STEP:
        last = phrases.step_of(lever.stage or "") == "closing" or lever.lands >= 0.999 * lever.customers
        return Message("levers.do_close" if last else f"levers.do_{lever.aim.value}")
    return Message(f"levers.do_{lever.kind.value}") if lever.kind in (Kind.INQUIRIES, Kind.SIZE, Kind.SPEED) else None


def levers_html(made: Levers, lang: str, rows: Sequence[Lever] | None = None) -> str:
    """One row an improvement: what, from what to what, a bar, what lands in the period, evidence and what to do."""
    most = max((lever.worth for lever in made.rows), default=0.0)
    shown = made.rows if rows is None else rows
    return tag("ul", "".join(_row(lever, made, most, lang) for lever in shown), class_="levs") if shown else ""


def first_levers(made: Levers) -> tuple[list[Lever], list[Lever]]:
    """The improvements that bring most and are sure to bring something, and all others."""
    first = [lever for lever in made.rows if lever.low is None or lever.low > 0][:FIRST]
    return first, [lever for lever in made.rows if lever not in first]


def _row(lever: Lever, made: Levers, most: float, lang: str) -> str:
    head = tag("b", say_html(lever_said(lever), lang)) + tag("small", say_html(change_said(lever, made, lang), lang))
    width = max(min(100 * lever.worth / most, 100.0), 0.0) if most > 0 else 0.0
    fill = tag("rect", class_="fl", x="0", y="0", width=f"{width:.1f}%", height="100%")
    bar = tag("svg", tag("rect", class_="bg", width="100%", height="100%") + fill, class_="lb", aria_hidden="true")
    within = say_html(worth_said(lever.lands_money, lever.lands, made, lang), lang)
    worth = Message("levers.of_which", {"worth": worth_said(lever.money, lever.customers, made, lang)})
    value = tag("span", tag("b", within) + tag("small", say_html(worth, lang)), class_="mv")
    below = [*evidence_said(lever, made, lang)]
    action = action_said(lever)
    lines = "".join(tag("span", say_html(line, lang)) for line in below)
    lines += tag("span", say_html(action, lang), class_="do") if action is not None else ""
    return tag("li", tag("span", head, class_="nm") + bar + value + tag("span", lines, class_="ln"))


def _plain(lever: Lever, lang: str) -> Json:
    return {
        "kind": lever.kind.value,
        "aim": lever.aim.value,
        "stage": lever.stage,
        "words": plain(lever_said(lever), lang) if isinstance(lever_said(lever), Message) else lever_said(lever),
        "before": plain(lever.before),
        "after": plain(lever.after),
        "customers": plain(lever.customers),
        "money": plain(lever.money),
        "low": plain(lever.low),
        "high": plain(lever.high),
        "within_customers": plain(lever.lands),
        "within_money": plain(lever.lands_money),
        "once": lever.once,
        "who": list(lever.who),
        "n": lever.n,
        "months": [{"month": month, "value": plain(value)} for month, value in lever.months],
    }


def _cells(lever: Lever, made: Levers, lang: str) -> tuple[Shown, ...]:
    ends: tuple[float | None, float | None] = (lever.low, lever.high)
    between = ""
    if lever.low is not None and lever.high is not None:
        between = f"{number(round(lever.low), lang)}–{number(round(lever.high), lang)}"
    words = lever_said(lever)
    return (
        Shown(lever.stage or lever.kind.value, words),
        Shown(lever.after, change_said(lever, made, lang)),
        Shown(lever.worth, worth_said(lever.lands_money, lever.lands, made, lang)),
        Shown(lever.money, worth_said(lever.money, lever.customers, made, lang)),
        Shown(None, between, ends),
        Shown(lever.customers, number(round(lever.customers, 1), lang)),
    )
