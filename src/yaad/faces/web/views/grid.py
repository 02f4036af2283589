"""The open deals as a grid: cells are changed one by one, by a form of the row or like in a spreadsheet."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from yaad.book import Book
from yaad.book.deals import entries_of, own_columns_of, own_values_of
from yaad.errors import InputError, UnknownName, YaadError
from yaad.faces.web import beginning
from yaad.faces.web.entry_numbers import entry_number
from yaad.faces.web.form_keys import form_key
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.board_many import Picked
from yaad.faces.web.views.leaving import AT, GRID, SEPARATOR, asks, leaving_of
from yaad.faces.web.views.pipeline import filters_of, form_head, narrowing, narrowing_of_form, owners_of, wanted_of
from yaad.facts import as_text, is_same_text
from yaad.insight.board import called
from yaad.insight.grid import COLUMNS, URGENT, Line
from yaad.model import DealEntry, LeavingEntry, StageType
from yaad.server.questions import board_reading, reading
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.server.statuses import status_of
from yaad.server.writing import stamp, write_once
from yaad.show.deal import field_said
from yaad.show.speech import Said, say_plain
from yaad.text import Message, money

KINDS = {"amount": "amount", "next_step_day": "day", "expected_close_day": "day", "stage": "stage", "owner": "owner"}
"""Column → what is typed there; free words when absent."""
FALLING = "-"
"""So begins the name of a column by which the last comes first."""
OWN = "own"
"""Under this name stand the company's own columns that are shown beside, a line each."""
MOST_OWN = 8
SCRIPT = "HX-Request"
"""The header by which our script asks for rows alone."""


@dataclass(frozen=True)
class Head:
    """A head of the grid.

    Attributes:
        name: of the column.
        words: what it is called.
        kind: what is typed below.
        sorted: how, in a word of ``aria-sort``; empty: not by it.
        href: the address that sorts by it.
    """

    name: str
    words: Said
    kind: str
    sorted: str
    href: str


@dataclass(frozen=True)
class Cell:
    """A cell.

    Attributes:
        name: of its column.
        value: what it says, as text.
        typed: the same, or what was typed and not taken.
        shown: the same as people read it.
        kind: what is typed there.
        choices: what can be chosen there; empty: anything is typed.
        is_late: it is a day that is over.
    """

    name: str
    value: str
    typed: str
    shown: Said
    kind: str
    choices: Sequence[str]
    is_late: bool

    @property
    def words(self) -> Said:
        """What its column is called."""
        return field_said(self.name) if self.name != "stage" else Message("deal.field_stage")

    @property
    def held(self) -> str:
        """What its field holds, which is of one line."""
        return " ".join(self.typed.splitlines())

    @property
    def label(self) -> str:
        """The same as bare text."""
        return say_plain(self.words, language())


@dataclass(frozen=True)
class Row:
    """A row; `edit` is the address at which it is a form, `own` what stands in the company's own columns."""

    deal_id: str
    name: str
    cells: Sequence[Cell]
    edit: str
    own: Sequence[str] = ()


@require_GET
def grid(request: HttpRequest) -> HttpResponse:
    """The grid."""
    if reading.is_empty():
        return beginning.begin_here(request)
    return _page(request)


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Change cells of a row. What cannot be kept is told, and keeps nothing else of the row out.

    Where one says something else by now, nothing of the row is overwritten.
    """
    given = request.POST
    deal, key = given.get("deal", ""), form_key(given)
    seen = {name: given.get(f"seen_{name}", "") for name in COLUMNS if f"seen_{name}" in given}
    typed = {name: given.get(name, "").strip() for name in seen}
    values: dict[str, str | None] = {
        name: typed[name] or None for name in seen if not is_same_text(typed[name], seen[name])
    }
    stage = values.pop("stage", None) or ""
    try:
        bad = opened().shelf.once(lambda book: _without_bad(book, deal, values))
    except YaadError as error:  # there is no such deal
        return _told(request, [deal], error=error) if _is_script(request) else _page(request, error)
    asked = _asked_first(request, deal, seen.get("stage", ""), stage)

    def write(book: Book) -> list[DealEntry]:
        if stage and "at_once" in given:
            _hold_open(book, deal, stage)
        saw = {name: seen[name] for name in values}
        if values:
            book.hold(deal, saw, key)
        done: list[DealEntry] = []
        if stage and not asked:
            done.append(book.move(deal, stage, seen=seen["stage"], key=f"{key}-stage", **stamp()))
        if values:
            done.append(book.change(deal, values, seen=saw, key=key, **stamp()))
        return done

    try:
        done = write_once(write)
    except YaadError as error:
        return _told(request, [deal], error=error) if _is_script(request) else _page(request, error)
    if bad:  # what is asked of a stage is asked once all else is right
        words = "grid.bad_cells" if done else "grid.bad_alone"
        why = InputError(Message(words, {"why": " ".join(one.say(language()) for one in bad)}))
        return _told(request, [deal], done=done, error=why) if _is_script(request) else _page(request, why, done)
    return _onward(request, deal, done, asked)


def _onward(request: HttpRequest, deal: str, done: Sequence[DealEntry], asked: str) -> HttpResponse:
    """Where a row that was kept leads: to what is asked first, else to the grid."""
    if asked:
        return HttpResponse(headers={"X-Goes-To": asked}) if _is_script(request) else redirect(asked)
    if _is_script(request):
        return _told(request, [deal], done=done)
    numbers = {"deal": deal, "done": ",".join(str(one.seq) for one in done)} if done else {}
    return redirect(f"{reverse('grid')}?{urlencode({**_narrowed(request), **numbers})}")


def _asked_first(request: HttpRequest, deal: str, seen: str, stage: str) -> str:
    """The address that asks something before the deal goes to a stage; empty: nothing is asked."""
    if not stage or "at_once" in request.POST:  # of a block nothing is asked: it is said what it went without
        return ""
    kinds = {one.name: one.type for one in opened().shelf.book.pipeline.stages}
    if kinds.get(stage) in (StageType.WON, StageType.LOST):  # asks why, and what was done well
        return f"{reverse('deal-close')}?{urlencode({'id': deal, 'to': stage})}"
    if not asks(deal, seen, stage):
        return ""
    return leaving_of(deal, stage, GRID, {f"{AT}{name}": value for name, value in _narrowed(request).items()})


def _without_bad(book: Book, deal: str, values: dict[str, str | None]) -> list[YaadError]:
    """Take out what cannot be kept, and say why of each.

    Raises:
        UnknownName: no such deal.
    """
    bad: list[YaadError] = []
    now = book.deal_now(deal) if values else {}
    for name, value in list(values.items()):
        try:
            book.told({name: value}, now)
        except YaadError as error:
            bad.append(error)
            del values[name]
    return bad


def _hold_open(book: Book, deal: str, stage: str) -> None:
    """Hold that a row of a block closes no deal: why, and what was done well, is asked of each on its own."""
    if book.pipeline.stage(stage).type in (StageType.WON, StageType.LOST):
        values: dict[str, object] = {"name": called(book.deal_now(deal), book.opt_outs), "stage": stage}
        raise InputError(Message("grid.closes_alone", values))


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what was done, the last first."""
    picked = [Picked.of(text) for text in dict.fromkeys(request.POST.getlist("pick"))]
    picked.sort(key=lambda one: one.number, reverse=True)
    deals = list(dict.fromkeys(one.deal for one in picked))
    try:
        write_once(lambda book: [book.undo(one.deal, one.number, **stamp()) for one in picked])
    except YaadError as error:
        return _told(request, deals, error=error) if _is_script(request) else _page(request, error)
    if _is_script(request):
        return _told(request, deals)
    return redirect(f"{reverse('grid')}?{urlencode({**_narrowed(request), 'back': '1'})}")


# ---- what is shown -------------------------------------------------------------------------------------------------


def _is_script(request: HttpRequest) -> bool:
    return SCRIPT in request.headers


def _narrowed(request: HttpRequest) -> dict[str, str]:
    """What narrows and sorts the grid: as its address says, or the form that was sent."""
    if request.method == "POST":
        told = {name.removeprefix(AT): str(value) for name, value in request.POST.items() if name.startswith(AT)}
        found = narrowing_of_form(request.POST)
    else:
        told = {name: str(value) for name, value in request.GET.items()}
        found = narrowing(request.GET)
    found.pop("all", None)
    sort = told.get("sort", "")
    if sort.removeprefix(FALLING) in COLUMNS:
        found["sort"] = sort
    own = request.POST.getlist(AT + OWN) if request.method == "POST" else request.GET.getlist(OWN)
    names = list(dict.fromkeys(one.strip() for text in own for one in text.splitlines() if one.strip()))
    if names:
        found[OWN] = "\n".join(names[:MOST_OWN])
    page = entry_number(told.get("page", ""))
    return found | ({"page": str(page)} if page and page > 1 else {})


def _page(request: HttpRequest, error: YaadError | None = None, kept: Sequence[DealEntry] = ()) -> HttpResponse:
    """The page; what was kept all the same is said beside what was not."""
    asked = _narrowed(request)
    sort = asked.get("sort", URGENT)
    order, is_falling = sort.removeprefix(FALLING), sort.startswith(FALLING)
    page = int(asked.get("page", "1"))
    found, ground = board_reading.grid(wanted_of(asked), order, page, is_falling=is_falling)
    request.as_of = ground.standing.as_of  # type: ignore[attr-defined] # the day of what this page shows
    stages = [(one.name, one.type.value) for one in ground.standing.pipeline.stages]
    owners = owners_of(found.choices, ground.look.moment)
    edited = request.POST.get("deal", "") if error else request.GET.get("edit", "")
    typed = request.POST if error and "pick" not in request.POST else {}
    names = [name for name, _ in stages]
    board = {name: value for name, value in asked.items() if name not in ("sort", "page", OWN)}
    own, values = _own(asked, [one.card.deal_id for one in found.lines])
    context = {
        "page": "pipeline",
        "grid": found,
        "heads": list(_heads(asked, order, is_falling=is_falling)),
        "rows": [
            replace(_row(one, asked, {"stage": names, "owner": owners}, typed, edited), own=values[one.card.deal_id])
            for one in found.lines
        ],
        "own_heads": own,
        "own_names": _own_names(asked, ground.look.moment),
        "most_own": MOST_OWN,
        "edited": edited,
        "asked": asked,
        "narrowed": f"?{urlencode(board)}" if board else "",
        "here_now": _address(asked),
        "before": _address(asked | {"page": str(found.page - 1)}) if found.page > 1 else "",
        "after": _address(asked | {"page": str(found.page + 1)}) if found.page < found.pages else "",
        "stages": stages,
        "owners": owners,
        "may_write": current().may(Capability.WRITE),
        "form_head": form_head(request, asked),
        "key": uuid.uuid4().hex,
        **filters_of({name: value for name, value in asked.items() if name != "page"}, found.choices, "grid"),
        **_done(request, error),
        **({"done": _said(_name_of(found.lines, kept), kept), "picks": _picks(kept)} if kept else {}),
        "error": error.say(language()) if error else "",
    }
    return render(request, "web/grid.html", context, status=status_of(error) if error and not kept else 200)


def _told(
    request: HttpRequest,
    deals: Sequence[str],
    *,
    done: Sequence[DealEntry] | None = None,
    error: YaadError | None = None,
) -> HttpResponse:
    """Rows as they are by now, and what was done or why not; a row that is open no more is left out."""
    asked = _narrowed(request)
    lines = board_reading.lines(deals)
    _, own = _own(asked, [one.card.deal_id for one in lines])
    rows = [replace(_row(one, asked, {}, {}, ""), own=own[one.card.deal_id]) for one in lines]
    said: Message | None = None if error else Message("pipeline.taken_back")
    if done:
        said = _said(rows[0].name if rows else deals[0], done)
    context = {
        "rows": rows,
        "may_write": True,
        "form_head": form_head(request, asked),
        "done": said,
        "picks": _picks(done or ()),
        "error": error.say(language()) if error else "",
    }
    status = status_of(error) if error and not done else 200
    return render(request, "web/parts/grid_answer.html", context, status=status)


def _own(asked: Mapping[str, str], deals: Sequence[str]) -> tuple[list[str], dict[str, list[str]]]:
    """The company's own columns that are asked for, and what each deal says there; nobody is asked where none is."""
    names = asked.get(OWN, "").splitlines()
    if not names or not deals:
        return names, {deal: ["" for _ in names] for deal in deals}
    said = opened().shelf.once(lambda book: own_values_of(book, deals, names))
    return names, {deal: [said.get(deal, {}).get(name, "") for name in names] for deal in deals}


def _own_names(asked: Mapping[str, str], of_moment: str) -> list[tuple[str, bool]]:
    """The company's own columns, and whether each is shown; others come once the data are others."""
    shown = asked.get(OWN, "").splitlines()
    known, _ = opened().shelf.lasting("own columns", own_columns_of, of_moment, of_moment)
    return [(name, name in shown) for name in dict.fromkeys([*known, *shown])]


def _picks(done: Sequence[DealEntry]) -> list[str]:
    """What takes back what was done."""
    return [urlencode({"deal": one.deal_id, "number": one.seq}) for one in done]


def _name_of(lines: Sequence[Line], done: Sequence[DealEntry]) -> str:
    """What the deal is called to which something was done."""
    return next((one.card.name for one in lines if one.card.deal_id == done[0].deal_id), done[0].deal_id)


def _said(name: str, done: Sequence[DealEntry]) -> Message:
    without = [line for one in done if isinstance(one, LeavingEntry) for line in one.without]
    if without:
        return Message("grid.saved_without", {"name": name, "what": SEPARATOR.join(without)})
    return Message("grid.saved", {"name": name})


def _done(request: HttpRequest, error: YaadError | None) -> dict[str, object]:
    """What the form that was left has done, and what takes it back."""
    if error is not None:
        return {}
    if "back" in request.GET:
        return {"done": Message("pipeline.taken_back")}
    deal = request.GET.get("deal", "")
    numbers = {entry_number(one) for one in request.GET.get("done", "").split(",")} - {None}
    if not deal or not numbers:
        return {}
    try:
        name, written = opened().shelf.once(
            lambda book: (called(book.deal_now(deal), book.opt_outs), entries_of(book, deal))
        )
    except UnknownName:  # it was handed on, or taken back by somebody else
        return {}
    mine = [one for one in written if one["seq"] in numbers and one["counts"]]
    if not mine:
        return {}
    without = [line for one in mine for line in one.get("without", ())]
    said = Message("grid.saved", {"name": name})
    if without:
        said = Message("grid.saved_without", {"name": name, "what": SEPARATOR.join(without)})
    return {"done": said, "picks": [urlencode({"deal": deal, "number": one["seq"]}) for one in mine]}


def _heads(asked: Mapping[str, str], order: str, *, is_falling: bool) -> "list[Head]":
    kept = {name: value for name, value in asked.items() if name not in ("sort", "page")}
    found = []
    for name in COLUMNS:
        how = ("descending" if is_falling else "ascending") if name == order else ""
        sort = f"{FALLING}{name}" if how == "ascending" else name
        words = Message("deal.field_stage") if name == "stage" else field_said(name)
        found.append(Head(name, words, KINDS.get(name, "text"), how, _address(kept | {"sort": sort})))
    return found


def _address(asked: Mapping[str, str], **more: str) -> str:
    return f"{reverse('grid')}?{urlencode({**asked, **more})}"


def _row(
    line: Line, asked: Mapping[str, str], choices: Mapping[str, Sequence[str]], typed: Mapping[str, str], edited: str
) -> Row:
    card = line.card
    mine = typed if card.deal_id == edited else {}
    cells = [_cell(line, name, choices.get(name, ()), mine) for name in COLUMNS]
    return Row(card.deal_id, card.name, cells, _address(asked, edit=card.deal_id) + "#edited")


def _cell(line: Line, name: str, choices: Sequence[str], typed: Mapping[str, str]) -> Cell:
    told: Any = line.says[name]
    value = as_text(told) or ""
    shown: Said = value
    if value and name == "amount":
        shown = money(float(told), line.says["currency"], language(), short=False)
    elif isinstance(told, dt.date):
        shown = Message("deal.on_day", {"day": told})
    late = name == "next_step_day" and line.card.is_overdue
    return Cell(name, value, typed.get(name, value), shown, KINDS.get(name, "text"), choices, late)
