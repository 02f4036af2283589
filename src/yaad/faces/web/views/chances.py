"""The open deals by their chance to close, why, and how right that was on past days."""

from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yaad.errors import CannotTell
from yaad.faces.web import computing
from yaad.faces.web.beginning import begin
from yaad.faces.web.failing import say
from yaad.faces.web.filters import Choice, Filters, page_of
from yaad.faces.web.formats import Format, answer, wanted
from yaad.faces.web.templatetags.say import language
from yaad.insight.winning import Level, Order, StageRate, Wanted, WinChances, chosen
from yaad.model import DwellRow
from yaad.server.questions import reading
from yaad.show import Chances
from yaad.show.chances import kept_said, lead, levels_said, refused, scores_table, stages_table, used, why
from yaad.text import Message

SHOWN = 25
"""Deals on one page; the file has them all."""
KEPT = ("owner", "stage", "level", "q", "sort")
NOT_YET = 503
"""The status of a file whose figures are being computed."""


def chances(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """The open deals with their chance and next step; the share closed from each stage where no chance is told."""
    if reading.is_empty():
        return begin(request)
    whole = reading.chances()
    if whole is None:
        return _wait(request, ending)
    filters = Filters.of(request, *KEPT)
    asked = _wanted(request, whole.content)
    told = chosen(whole.content, asked)
    result = Chances(told)

    def context() -> Mapping[str, object]:
        number = page_of(request)
        first = (number - 1) * SHOWN
        pages = max(-(-len(told.deals) // SHOWN), 1)
        usual, rates = _by_stage(told)
        return {
            "page": "chances",
            "filters": filters,
            "asked": asked,
            "told": whole.content,
            "told_by": Message("chances.told_by", {"how": Message(f"chances.method_{told.method}")}),
            "lead": lead(whole.content, language()),
            "levels": levels_said(whole.content),
            "chosen": told,
            "chosen_lead": lead(told, language()) if len(told.deals) != len(whole.content.deals) else "",
            "rows": [
                (deal, why(deal), usual.get(deal.stage), rates.get(deal.stage))
                for deal in told.deals[first : first + SHOWN]
            ],
            "strips": _strips(whole.content, asked, filters),
            "sorts": _sorts(_orders(told), asked, filters),
            "stages": stages_table(told, language()),
            "kept": kept_said(told, language()),
            "scores": scores_table(told, language()) if told.scores else None,
            "correction": Message(f"chances.correction_{told.correction}"),
            "used": used(told),
            "refused": refused(told),
            "number": number,
            "of_pages": pages,
            "before": filters.href(page=str(number - 1)) if number > 1 else None,
            "after": filters.href(page=str(number + 1)) if number < pages else None,
        }

    return answer(
        request,
        ending,
        "chances",
        context=context,
        data=lambda: result.to_dict(language()),
        table=lambda: result.table(language()),
    )


def _wait(request: HttpRequest, ending: str | None) -> HttpResponse:
    """The page while the chances are computed; a file is not there yet, and may be asked for again in a moment."""
    waiting = computing.waiting("chances")
    if wanted(request, ending) is not Format.HTML:
        response = say(request, CannotTell(Message("chances.not_yet")), NOT_YET)
        response["Retry-After"] = "5"
        return response
    return render(request, "web/chances.html", {"page": "chances", "waiting": waiting})


def _wanted(request: HttpRequest, told: WinChances) -> Wanted:
    """What the address asks for; a level or an order that is none of these deals' is not looked at."""
    asked = request.GET
    orders = _orders(told)
    return Wanted(
        owner=asked.get("owner", ""),
        stage=asked.get("stage", ""),
        level=Level(asked["level"]) if asked.get("level") in set(Level) else None,
        words=asked.get("q", "").strip(),
        order=Order(asked["sort"]) if asked.get("sort") in orders else orders[0],
    )


def _orders(told: WinChances) -> list[Order]:
    """In which orders deals can stand, the usual one first; without chances by how long they wait."""
    return [Order.DAYS, Order.AMOUNT] if told.method is None else [*Order]


def _by_stage(told: WinChances) -> tuple[dict[str, DwellRow], dict[str, StageRate]]:
    """The usual time in each stage, and the share that is closed from it."""
    return {row.stage: row for row in reading.dwell().stages}, {row.stage: row for row in told.stages}


def _strips(told: WinChances, asked: Wanted, filters: Filters) -> list[tuple[str, Message, list[Choice]]]:
    """Links for levels, stages and persons: name of the part of the address, its words, its choices."""
    strips = []
    if told.method is not None:
        levels = [(level.value, level.words) for level in Level]
        strips.append(_strip("level", levels, asked.level or "", filters))
    strips.append(_strip("stage", [(row.stage, row.stage) for row in told.stages], asked.stage, filters))
    owners = sorted({deal.owner for deal in told.deals if deal.owner})
    strips.append(_strip("owner", [(owner, owner) for owner in owners], asked.owner, filters))
    return [strip for strip in strips if len(strip[2]) > 2]


def _strip(
    name: str, choices: Sequence[tuple[str, Message | str]], current: str, filters: Filters
) -> tuple[str, Message, list[Choice]]:
    links = [Choice(Message("chances.all"), filters.href(**{name: ""}), not current)]
    links += [Choice(words, filters.href(**{name: value}), value == current) for value, words in choices]
    return name, Message(f"chances.filter_{name}"), links


def _sorts(orders: Sequence[Order], asked: Wanted, filters: Filters) -> list[Choice]:
    """Links for the order."""
    return [
        Choice(Message(f"chances.sort_{order.value}"), filters.href(sort=order.value), order is asked.order)
        for order in orders
    ]
