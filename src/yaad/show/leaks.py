"""Where the money leaks, as values, table and rows of a page."""

from yaad.insight.leaking import Leaking, Leaks
from yaad.model import Cell
from yaad.show import phrases
from yaad.show.markup import notes_html, tag
from yaad.show.results import Json, Result, plain
from yaad.show.speech import Said, say_html
from yaad.show.tables import Column, Kind, Shown, Table, count, rate, text
from yaad.text import Message, money, number, percent

VERY_SURE = 0.01


class LeaksResult(Result):
    """Leaks: ``{"leaks": [{"stage", "group", "money"}], "compared": n}``."""

    content_type = Leaks
    content: Leaks

    def to_dict(self, lang: str = "en") -> Json:
        """The leaks that stand out, the most money first, and how many comparisons were made."""
        made = self.content
        return {
            "leaks": [_plain(leak, lang) for leak in made.rows],
            "compared": made.compared,
            "as_of": plain(made.as_of),
            "notes": plain(self.notes(), lang),
            "rule": plain(Message("levers.leak_rule_method"), lang),
        }

    def records(self) -> list[dict[str, Cell]]:
        """One row a leak."""
        return [
            {
                "stage": leak.stage, "next_stage": leak.next_stage, "dimension": leak.dimension, "group": leak.group,
                "against": leak.against, "rate": leak.rate, "expected": leak.expected, "n": leak.n, "open": leak.open,
                "customers_a_month": leak.customers, "money_a_month": leak.money, "low": leak.money_low,
                "high": leak.money_high,
            }
            for leak in self.content.rows
        ]  # fmt: skip

    def table(self, lang: str = "en") -> Table:
        """One row a leak: where, how many move on, how many of others do, what it costs a month, what to do."""
        columns = (
            Column("where", Message("levers.head_where"), Kind.NAME),
            Column("rate", Message("levers.head_goes_on"), Kind.RATE),
            Column("expected", Message("levers.head_like"), Kind.RATE),
            Column("lost", Message("levers.head_a_month_lost"), Kind.MONEY),
            Column("range", Message("show.head_range_8"), Kind.RANGE),
            Column("n", Message("levers.head_behind"), Kind.COUNT),
            Column("do", Message("levers.head_do"), Kind.TEXT),
        )
        rows = tuple(_cells(leak, lang) for leak in self.content.rows)
        return Table(lang, Message("levers.leaks_title"), columns if rows else (), rows, notes=self.notes())

    def notes(self) -> tuple[Said, ...]:
        """That no leak stands out, or that too little is known to say so."""
        if self.content.rows:
            return ()
        compared = self.content.compared
        return (Message("levers.no_leak", {"n": compared}) if compared else Message("levers.no_compare"),)

    def html(self, lang: str = "en") -> str:
        """One row a leak."""
        return leaks_html(self.content, lang) + notes_html(self.notes(), lang)


def leak_said(leak: Leaking, lang: str) -> Message:
    """The leak in one sentence."""
    values: dict[str, object] = {
        "stage": leak.stage,
        "next_stage": leak.next_stage,
        "rate": percent(leak.rate, lang, 0),
        "expected": percent(leak.expected, lang, 0),
    }
    if leak.group is None:
        return Message("levers.leak_past_all", values)
    values["group"] = leak.called
    return Message("levers.leak_others" if leak.against == "others" else "levers.leak_past_group", values)


def leaks_lead(made: Leaks, lang: str) -> tuple[Said, ...]:
    """The leak that costs most, in one sentence; that none stands out."""
    if not made.rows:
        return (Message("levers.lead_no_leak"),) if made.compared else ()
    worst = made.rows[0]
    return (leak_said(worst, lang), Message("levers.lead_leak", {"worth": leak_cost(worst, lang)}))


def leak_cost(leak: Leaking, lang: str) -> Said:
    """What a leak costs a month; customers where amounts do not tell."""
    if leak.money is None:
        return Message("levers.lost_customers", {"count": number(round(leak.customers, 1), lang)})
    return money(round(leak.money), leak.unit, lang)


def leak_evidence(leak: Leaking, lang: str) -> tuple[Said, ...]:
    """How sure it is, and between what the cost lies."""
    lines: list[Said] = [Message("levers.leak_sure_very" if leak.sure <= VERY_SURE else "levers.leak_sure")]
    if leak.money_low is not None and leak.money_high is not None:
        ends: dict[str, object] = {
            "low": money(round(leak.money_low), leak.unit, lang),
            "high": money(round(leak.money_high), leak.unit, lang),
        }
        lines.append(Message("levers.leak_between", ends))
    lines.append(Message("levers.leak_behind", {"n": leak.n}))
    return tuple(lines)


def leaks_html(made: Leaks, lang: str) -> str:
    """One row a leak: the sentence, the bar of what it costs, evidence, what to do first and then."""
    most = max((leak.money or leak.customers for leak in made.rows), default=0.0)
    return tag("ul", "".join(_row(leak, most, lang) for leak in made.rows), class_="levs") if made.rows else ""


def _row(leak: Leaking, most: float, lang: str) -> str:
    width = 100 * (leak.money or leak.customers) / most if most > 0 else 0.0
    fill = tag("rect", class_="wn", x="0", y="0", width=f"{width:.1f}%", height="100%")
    bar = tag("svg", tag("rect", class_="bg", width="100%", height="100%") + fill, class_="lb", aria_hidden="true")
    cost = Message("levers.a_month", {"worth": leak_cost(leak, lang)})
    lines = "".join(tag("span", say_html(line, lang)) for line in leak_evidence(leak, lang))
    lines += "".join(tag("span", say_html(line, lang), class_="do") for line in (leak.first, leak.then))
    head = tag("span", tag("b", say_html(leak_said(leak, lang), lang)), class_="nm")
    value = tag("span", tag("b", say_html(cost, lang)), class_="mv")
    return tag("li", head + bar + value + tag("span", lines, class_="ln"))


def _plain(leak: Leaking, lang: str) -> Json:
    return {
        "words": plain(leak_said(leak, lang), lang),
        "stage": leak.stage, "next_stage": leak.next_stage, "dimension": leak.dimension, "group": leak.group,
        "against": leak.against, "rate": plain(leak.rate), "expected": plain(leak.expected), "low": plain(leak.low),
        "high": plain(leak.high), "n": leak.n, "open": leak.open, "customers_a_month": plain(leak.customers),
        "money_a_month": plain(leak.money), "money_low": plain(leak.money_low), "money_high": plain(leak.money_high),
        "unit": leak.unit, "luck": plain(leak.sure), "first": plain(leak.first, lang), "then": plain(leak.then, lang),
    }  # fmt: skip


def _cells(leak: Leaking, lang: str) -> tuple[Shown, ...]:
    ends: tuple[float | None, float | None] = (leak.money_low, leak.money_high)
    between = ""
    if leak.money_low is not None and leak.money_high is not None:
        between = f"{number(round(leak.money_low), lang)}–{number(round(leak.money_high), lang)}"
    way: Said = Message("levers.way", {"stage": leak.stage, "next_stage": leak.next_stage})
    where = way if leak.called is None else phrases.together([leak.called, way])
    lost = leak_cost(leak, lang)
    do = Message("levers.two_lines", {"first": leak.first, "then": leak.then})
    return (
        Shown(leak.called or leak.stage, where),
        rate(leak.rate, lang),
        rate(leak.expected, lang),
        Shown(leak.money if leak.money is not None else leak.customers, lost),
        Shown(None, between, ends),
        count(leak.n, lang),
        text(do, lang),
    )
