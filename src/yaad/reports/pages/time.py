"""Page 3: how long deals stay in each stage, and which to call today."""

from yaad.reports.asked import Asked
from yaad.reports.page import Page, Part, only
from yaad.show import Calls, DwellTimes, dwell_html, notes_html, say_html, sheet_average, table_html, time_until_closing
from yaad.show.markup import tag
from yaad.show.speech import Said
from yaad.show.tables import span
from yaad.text import Message, money


def time(asked: Asked, lang: str) -> Page:
    """The page of the time."""
    times = DwellTimes([asked.dwells])
    return Page(
        "time",
        Message("reports.title_time"),
        _says(asked, lang),
        _sure(asked, lang),
        _todo(asked),
        tuple(_parts(asked, lang)),
        ((Message("reports.tab_time"), times.table(lang)), (Message("reports.tab_calls"), asked.calls.table(lang))),
        {**times.to_dict(lang), "stuck": asked.stuck, **asked.calls.to_dict(lang)},
    )


def _says(asked: Asked, lang: str) -> tuple[Said, ...]:
    if not asked.dwells.total.n:
        return (Message("reports.no_times"),)
    stuck = [Message("show.lead_stuck", {"n": asked.stuck})] if asked.stuck else []
    return (time_until_closing(asked.dwells.total, lang), *stuck)


def _sure(asked: Asked, lang: str) -> tuple[Said, ...]:
    total = asked.dwells.total
    if not total.n:
        return (Message("reports.no_times_unlock"),)
    said: list[Said] = [Message("reports.half_of", {"n": total.n, "open": total.n_open})]
    if total.low is not None:
        said.append(Message("reports.time_range", {"range": span(total.low, total.high, "days", lang).said}))
    average = sheet_average(total, lang)
    return (*said, average) if average else tuple(said)


def _todo(asked: Asked) -> tuple[Said, ...]:
    calls = asked.calls.content
    if not calls:
        return (Message("reports.no_calls"),)
    said: list[Said] = [Message("reports.call_these", {"n": len(calls), "name": calls[0].name})]
    if asked.stuck:
        said.append(Message("reports.clear_stuck", {"n": asked.stuck}))
    return tuple(said)


# ---- parts ------------------------------------------------------------------------------------------------------


def _parts(asked: Asked, lang: str) -> list[Part]:
    parts = []
    if asked.dwells.total.n:
        whole = DwellTimes([asked.dwells]).table(lang)
        table = only(whole, "stage", "median_days", "mean_days", "mean_closed_days", "n_open")
        times = table_html(table, caption=False) + notes_html(whole.notes, lang)
        parts.append(Part(dwell_html(asked.dwells, lang, with_notes=False), Message("show.dwell"), half=True))
        parts.append(Part(times, Message("reports.h_three_times"), half=True, name="times"))
    parts.append(Part(_calls(asked.calls, lang), Message("show.calls"), name="calls"))
    return parts


def _calls(calls: Calls, lang: str) -> str:
    """A row a deal: who, why and what next, where it stands and what it is worth."""
    if not calls.content:
        return tag("p", say_html(Message("reports.no_calls"), lang), class_="empty")
    rows = ""
    for deal in calls.content:
        beside = " · ".join(say_html(part, lang) for part in (deal.owner, deal.phone) if part)
        who = tag("b", say_html(deal.name, lang)) + (tag("small", beside) if beside else "")
        why = say_html(deal.why, lang) + tag("em", say_html(deal.next_step, lang))
        stands = tag("b", say_html(deal.stage, lang))
        if deal.amount is not None:
            worth = money(deal.amount, deal.currency, lang)
            stands = tag("b", say_html(worth, lang)) + tag("small", say_html(deal.stage, lang))
        rows += tag("tr", tag("th", who, scope="row") + tag("td", why, class_="why") + tag("td", stands, class_="val"))
    return tag("table", tag("tbody", rows), class_="calls")
