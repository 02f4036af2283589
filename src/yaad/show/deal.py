"""One deal in words: what it says in a sentence, its timeline line by line, and all of it as values."""

import datetime as dt
from collections.abc import Sequence

from yaad.insight.deal import Deal
from yaad.insight.timeline import Change, Happened, Kind
from yaad.model import ACTS, WENT, WRITTEN, Cell
from yaad.model.entries import HELD
from yaad.show.results import Json, Result, plain
from yaad.show.speech import Said, say_plain
from yaad.show.tables import Column, Shown, Table
from yaad.show.tables import Kind as Holds
from yaad.show.tables import text as text_cell
from yaad.text import Message, moment, money

SEVERAL = ("changes", "ticked", "without")
"""Members of a line that hold several values: no row of a file does."""


class DealResult(Result):
    """One deal: ``{"deal_id", "name", "stage", "says", "days", "chance", "level", "reasons", "timeline": […], …}``."""

    content_type = Deal
    content: Deal

    def to_dict(self, lang: str = "en") -> Json:
        """All that is told of the deal; the sentences in it are in the language."""
        told = self.content
        return {
            "deal_id": told.deal_id,
            "name": told.name,
            "stage": told.stage or None,
            "outcome": told.outcome,
            "says": [say_plain(one, lang) for one in lead(told, lang)],
            "days": plain(told.days),
            "usual_days": plain(told.usual_days),
            "limit_days": plain(told.limit_days),
            "stuck": told.is_stuck,
            "chance": plain(told.chance),
            "level": None if told.level is None else told.level.value,
            "reasons": [plain(one, lang) for one in told.reasons],
            "withheld": plain(told.withheld, lang),
            "share_of_stage": plain(told.share),
            "overdue": told.is_overdue,
            "others": [
                {
                    "deal_id": one.deal_id,
                    "name": one.name,
                    "stage": one.stage or None,
                    "outcome": one.outcome,
                    "amount": plain(one.amount),
                    "currency": one.currency,
                }
                for one in told.others
            ],
            "others_more": told.others_more,
            "needed": list(told.needed),
            "lacks": list(told.lacks),
            "timeline": [_line(one, lang) for one in told.happened],
            "timeline_more": told.more,
            "asked_not": [
                {"what": one.what, "at": one.at.isoformat(), "by": one.by, "channel": one.channel}
                for one in told.asked_not
            ],
            "as_of": plain(told.as_of),
        }

    def records(self) -> list[dict[str, Cell]]:
        """One row a line of the timeline."""
        told = self.content
        lines = (_line(one, "en") for one in told.happened)
        return [{name: value for name, value in line.items() if name not in SEVERAL} for line in lines]

    def table(self, lang: str = "en") -> Table:
        """One row a line of the timeline, the latest first; what the deal says stands below."""
        told = self.content
        rows = tuple(_shown(one, lang) for one in told.happened)
        notes: tuple[Said, ...] = tuple(lead(told, lang))
        if told.more:
            notes = (*notes, Message("deal.more_lines", {"n": told.more}))
        return Table(lang, told.name, _COLUMNS, rows, notes=notes)


def lead(deal: Deal, lang: str) -> list[Said]:
    """What the page of a deal says in a few sentences: how long, how sure, what is next; how it ended."""
    if not deal.is_open:
        return _ended(deal, lang)
    said: list[Said] = [deal.waiting] if deal.waiting is not None else []
    if deal.level is not None:
        said.append(Message("deal.lead_chance", {"level": deal.level.words}))
    said.append(step_said(deal))
    return said


def step_said(deal: Deal) -> Message:
    """What is agreed, and by when; or that nothing is."""
    step, day = deal.values["next_step"], deal.values["next_step_day"]
    if deal.has_no_step:
        return Message("deal.lead_no_step")
    if day is None:
        return Message("deal.lead_step", {"step": step})
    key = "late" if deal.is_overdue else "by"
    if not step:
        return Message(f"deal.lead_day_{key}", {"day": day})
    return Message(f"deal.lead_step_{key}", {"step": step, "day": day})


def _ended(deal: Deal, lang: str) -> list[Said]:
    day = deal.values["closed_day"]
    key = f"deal.lead_{deal.outcome}" if day is None else f"deal.lead_{deal.outcome}_on"
    said: list[Said] = [Message(key, {} if day is None else {"day": day})]
    if deal.outcome == "won" and deal.values["amount"] is not None:
        amount = money(deal.values["amount"], deal.values["currency"], lang, short=False)
        said.append(Message("deal.lead_amount", {"amount": amount}))
    how = deal.ended
    if how is not None and how.reason:
        said.append(Message("deal.because", {"reason": how.reason}))
    return said


# ---- the timeline ------------------------------------------------------------------------------------------------


def line_said(one: Happened, lang: str) -> Said:
    """What happened, in one line."""
    match one.kind:
        case Kind.DID:
            return _did_said(one, lang)
        case Kind.CALL:
            return _call_said(one)
        case Kind.ORDER:
            return _order_said(one, lang)
        case Kind.QUOTE | Kind.QUOTE_OPENED | Kind.QUOTE_WITHDRAWN:
            return _quote_said(one, lang)
        case Kind.CHANGED | Kind.NOTE | Kind.FILE:
            return Message("papers.line_file" if one.kind is Kind.FILE else f"deal.is_{one.kind.value}")
        case _:
            return Message(f"deal.line_{one.kind.value}", {"stage": one.stage or "–"})


def _call_said(one: Happened) -> Message:
    way = "in" if one.incoming else "out"
    if one.went != HELD:
        return Message(f"deal.missed_{way}")
    if not one.seconds:
        return Message(f"deal.call_{way}")
    return Message(f"deal.call_{way}_for", {"n": max(round(one.seconds / 60), 1)})


def _order_said(one: Happened, lang: str) -> Message:
    if one.amount is None:
        return Message("deal.ordered", {"order": one.text})
    amount = money(one.amount, one.currency, lang, short=False)
    return Message("deal.ordered_for", {"order": one.text, "amount": amount})


def _quote_said(one: Happened, lang: str) -> Message:
    if one.amount is None:
        return Message(f"quotes.line_{one.kind.value}")
    return Message("quotes.line_quote_of", {"amount": money(one.amount, one.currency, lang, short=False)})


def _did_said(one: Happened, lang: str) -> Said:
    if one.did not in ACTS:  # as a file calls it
        went = Message(f"deal.went_{one.went}") if one.went in WENT else None
        did: Said = one.did or Message("deal.did_other")
        return did if went is None else Message("deal.did_and_went", {"did": did, "went": went})
    did = Message(f"deal.came_{one.did}" if one.incoming else f"deal.did_{one.did}")
    if one.due is not None:
        return Message("deal.did_planned", {"did": did, "at": moment(one.due, lang)})
    if not one.went or one.went == HELD:
        return did
    key = "no_answer" if one.did == "call" and one.went == "no_show" else one.went
    return Message("deal.did_and_went", {"did": did, "went": Message(f"deal.went_{key}")})


def details_said(one: Happened) -> list[Said]:
    """What is told of it below: each change, the reason, what was done well, free words."""
    said: list[Said] = [change_said(change) for change in one.changes]
    said += _came_said(one)
    if one.reason:
        said.append(Message("deal.because", {"reason": one.reason}))
    said += [Message("deal.well", {"what": line}) for line in one.done_well.splitlines() if line.strip()]
    said += [Message("exits.ticked", {"line": line}) for line in one.ticked]
    said += [Message("exits.without", {"line": line}) for line in one.without]
    if one.text and one.kind is not Kind.ORDER:
        said.append(one.text)
    return said


def _came_said(one: Happened) -> list[Said]:
    """Of a touch from outside: how it came, what brought it, and what the customer agreed to."""
    if not one.channel:
        return []
    told = {name: getattr(one, name) for name in ("source", "campaign") if getattr(one, name)}
    key = f"touches.came_{'_'.join(told)}" if told else "touches.came"
    said: list[Said] = [Message(key, {"channel": channel_said(one), **told})]
    return [*said, *([Message("touches.agreed", {"words": one.consent})] if one.consent else [])]


def channel_said(one: Happened) -> Message:
    """By which way a touch came."""
    return Message(f"inquiries.channel_{one.channel}")


def agreed_said(one: Happened, lang: str) -> Message:
    """What the customer agreed to, when and by which way."""
    values: dict[str, object] = {"words": one.consent, "when": when_said(one, lang), "channel": channel_said(one)}
    if not one.source:
        return Message("touches.agreed_on", values)
    return Message("touches.agreed_from", values | {"source": one.source})


def change_said(change: Change) -> Message:
    """What a field said, and what it says now."""
    field = field_said(change.field)
    before, now = _value(change.field, change.before), _value(change.field, change.after)
    if before is None:
        return Message("deal.filled", {"field": field, "now": now or "–"})
    if now is None:
        return Message("deal.emptied", {"field": field, "before": before})
    return Message("deal.from_to", {"field": field, "before": before, "now": now})


def field_said(field: str) -> Said:
    """What a column of deals is called."""
    return Message(f"deal.field_{field}") if field in WRITTEN else field


def _value(field: str, value: str | None) -> object:
    """A value of a column as text, on its way into a sentence."""
    if value and field.endswith("_day"):
        return dt.date.fromisoformat(value)
    if value and field == "amount":
        return float(value)
    if value and field == "tax":
        return Message(f"deal.tax_{value}")
    return value


def when_said(one: Happened, lang: str) -> Said:
    """When it was: by the clock where that is known."""
    if one.at is not None:
        return moment(one.at, lang)
    return Message("deal.some_day") if one.day is None else Message("deal.on_day", {"day": one.day})


_COLUMNS = (
    Column("day", Message("deal.head_when"), Holds.DAY),
    Column("said", Message("deal.head_what"), Holds.TEXT),
    Column("more", Message("deal.head_more"), Holds.TEXT),
    Column("by", Message("deal.head_by"), Holds.NAME),
    Column("number", Message("deal.head_number"), Holds.COUNT),
)


def _shown(one: Happened, lang: str) -> tuple[Shown, ...]:
    more = _joined(details_said(one), lang)
    return (
        Shown(one.day, when_said(one, lang)),
        text_cell(line_said(one, lang), lang),
        Shown(more, more),
        Shown(one.by, one.by or ""),
        Shown(one.number, "" if one.number is None else str(one.number)),
    )


def _joined(said: Sequence[Said], lang: str) -> str:
    return " · ".join(say_plain(one, lang) for one in said)


def _line(one: Happened, lang: str) -> Json:
    return {
        "kind": one.kind.value,
        "at": None if one.at is None else one.at.isoformat(),
        "day": plain(one.day),
        "by": one.by,
        "said": say_plain(line_said(one, lang), lang),
        "stage": one.stage or None,
        "did": one.did,
        "went": one.went,
        "incoming": one.incoming,
        "due": None if one.due is None else one.due.isoformat(),
        "text": one.text,
        "reason": one.reason,
        "done_well": one.done_well,
        "ticked": list(one.ticked),
        "without": list(one.without),
        "amount": plain(one.amount),
        "currency": one.currency,
        "seconds": plain(one.seconds),
        "changes": [{"field": change.field, "before": change.before, "after": change.after} for change in one.changes],
        "number": one.number,
        "waits": one.waits,
        "channel": one.channel,
        "source": one.source,
        "campaign": one.campaign,
        "consent": one.consent,
    }
