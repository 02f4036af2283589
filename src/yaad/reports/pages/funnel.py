"""Page 2: of every 10 inquiries, where most is lost, and what that is worth."""

from yaad.model import Funnel
from yaad.reports.asked import Asked
from yaad.reports.page import Page, Part, only
from yaad.show import Funnels, Table, funnel_html, leak_ten, leak_worth, of_ten, say_html, table_html
from yaad.show.funnels import is_early
from yaad.show.markup import tag
from yaad.show.phrases import dimension
from yaad.show.speech import Said
from yaad.show.tables import span
from yaad.text import Message, money, percent

GROUPS = 6
"""Sources on paper; the workbook has them all."""
FEW = 20
"""Below so many deals a share says little."""


def funnel(asked: Asked, lang: str) -> Page:
    """The page of the funnel."""
    flow = asked.funnel
    tables = [(Message("reports.tab_funnel"), Funnels([flow]).table(lang))]
    data: dict[str, object] = Funnels([flow]).to_dict(lang)
    if asked.split:
        tables.append((Message("reports.tab_split"), asked.split[1].table(lang)))
        data["split"] = asked.split[1].to_dict(lang)
    leak = asked.leak
    if leak is not None:
        data["leak"] = {"stage": leak.stage, "lost": leak.lost, "value": leak.value, "certain": leak.certain}
    return Page(
        "funnel",
        Message("reports.title_funnel"),
        _says(asked),
        _sure(asked, lang),
        _todo(asked),
        tuple(_parts(asked, lang)),
        tuple(tables),
        data,
    )


def _entered(flow: Funnel) -> int:
    return flow.stages[0].entered if flow.stages else 0


def _says(asked: Asked) -> tuple[Said, ...]:
    if not _entered(asked.funnel):
        return (Message("show.nothing_here"),)
    if asked.leak is None:
        return (Message("reports.nothing_lost"),)
    return (asked.leak.words,)


def _sure(asked: Asked, lang: str) -> tuple[Said, ...]:
    flow, leak, whole = asked.funnel, asked.leak, asked.to_closing
    said: list[Said] = []
    if leak is not None and len(flow.stages) > 1:
        said.append(Message("reports.leak_stays" if leak.certain else "reports.leak_may_change"))
    if whole is not None and whole.rate_expected is not None and whole.low is not None and whole.entered:
        values: dict[str, object] = {
            "rate": percent(whole.rate_expected, lang, 1),
            "range": span(whole.low, whole.high, "rate", lang).said,
            "n": whole.entered,
        }
        said.append(Message("reports.to_closing", values))
    said += [
        Message("show.too_early_stage", {"stage": row.stage, "n": row.open}) for row in flow.stages if row.immature
    ]
    if _entered(flow) < FEW:
        said.append(Message("reports.few_deals", {"n": _entered(flow)}))
    return tuple(said)


def _todo(asked: Asked) -> tuple[Said, ...]:
    leak = asked.leak
    if leak is None:
        return (Message("reports.keep_counting"),)
    said: list[Said] = []
    if leak.open:
        said.append(Message("reports.call_open", {"n": leak.open, "stage": leak.where}))
    said.append(Message("reports.ask_lost", {"stage": leak.where}))
    said.append(Message("reports.hear_won", {"stage": leak.next_stage}))
    return tuple(said)


# ---- parts ------------------------------------------------------------------------------------------------------


def _parts(asked: Asked, lang: str) -> list[Part]:
    flow, leak = asked.funnel, asked.leak
    if not _entered(flow):
        return []
    marked = leak.stage if leak and leak.certain else None
    parts = [
        Part(_ten(flow, lang), name="tenline"),
        Part(funnel_html(flow, lang, leak=marked), Message("show.funnel"), half=True),
    ]
    beside = _leak(asked, lang) + _split(asked, lang)
    if beside:
        parts.append(Part(beside, half=True, name="beside"))
    return parts


def _split(asked: Asked, lang: str) -> str:
    """The way to closing by source, or by what else the data have."""
    if asked.split is None:
        return ""
    name, rows = asked.split
    table = rows.table(lang)
    early = all(row.rate_expected is None for row in rows.content)
    wanted = ("undecided", "rate") if early else ("rate_expected", "range")
    shown = only(table, name, "entered", "reached", *wanted)
    what = Message("show.undecided_is" if early else "show.expected_is")
    shown = Table(lang, "", shown.columns, shown.rows[:GROUPS], notes=(what, *_rest(len(table.rows))))
    head = tag("h2", say_html(Message("reports.h_split", {"by": dimension(name)}), lang))
    return tag("div", head + table_html(shown, caption=False), class_="split")


def _rest(count: int) -> tuple[Message, ...]:
    return (Message("reports.more", {"n": count - GROUPS}),) if count > GROUPS else ()


def _ten(flow: Funnel, lang: str) -> str:
    """The line that people remember, large."""
    line = of_ten(flow)
    if line is None:
        return ""
    rests_on = "" if is_early(flow) else tag("small", say_html(Message("show.of_ten_rests_on"), lang))
    return tag("p", say_html(line, lang) + rests_on, class_="ten")


def _leak(asked: Asked, lang: str) -> str:
    leak = asked.leak
    if leak is None:
        return ""
    said = [line for line in (leak_worth(leak, lang), leak_ten(leak, lang)) if line is not None]
    if leak.value:
        hero = tag("span", say_html(money(leak.value, leak.unit, lang), lang), class_="huge")
        under = Message("reports.leak_value", {"n": leak.lost, "stage": leak.where})
        said = said[1:]
    else:
        hero = tag(
            "span",
            say_html(Message("reports.of_them", {"lost": leak.lost, "entered": leak.entered}), lang),
            class_="huge",
        )
        under = Message("reports.leak_count", {"stage": leak.where, "next_stage": leak.next_stage})
    html = (
        tag("h2", say_html(Message("reports.h_leak"), lang))
        + tag("p", hero, class_="hero")
        + tag("p", say_html(under, lang), class_="under")
    )
    html += "".join(tag("p", say_html(line, lang)) for line in said)
    if leak.why is not None and not leak.value:
        html += tag("p", say_html(leak.why, lang), class_="muted")
    return tag("div", html, class_="leak")
