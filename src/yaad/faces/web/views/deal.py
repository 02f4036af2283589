"""The page of a deal: where it stands and what happened; what people do with it, say of it, and take back."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from yaad.book import Book
from yaad.book.next_steps import is_said_anew
from yaad.book.papers import MOST
from yaad.errors import InputError, UnknownName, YaadError
from yaad.faces.web.beginning import begin
from yaad.faces.web.entry_numbers import entry_number, entry_numbers
from yaad.faces.web.form_keys import form_key
from yaad.faces.web.formats import answer
from yaad.faces.web.quotes_on_deal import on_deal_page
from yaad.faces.web.reaching import reach
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.leaving import SEPARATOR, asked_of, asks, leaving_of, one_of, onward_of
from yaad.faces.web.views.opt_outs import asked_in_short, asked_said, ways
from yaad.facts import as_text, checked_values
from yaad.insight.closing_words import ClosingWords
from yaad.insight.deal import Deal
from yaad.model import ACTS, DealEntry, StageType
from yaad.model.entries import HELD, PLANNED
from yaad.model.opt_outs import CALLS
from yaad.server.questions import goal_reading, reading
from yaad.server.roles import Capability
from yaad.server.scoping import current
from yaad.server.state import opened
from yaad.server.statuses import status_of
from yaad.server.writing import Stamp, stamp, write_once
from yaad.show.deal import agreed_said, details_said, field_said, lead, line_said, when_said
from yaad.show.speech import Said, say_plain
from yaad.text import Message, money

STEP = ("next_step", "next_step_day")
EDITED = (
    "name", "account", "contact", "phone", "email", "owner", "amount", "expected_close_day", "source", "product",
    "branch", "campaign",
)  # fmt: skip
"""Fields that a form changes, in the order in which they stand there."""
SHOWN = ("contact", "phone", "email", "amount", "owner", "source", "product", "branch", "campaign", "lost_reason",
         "created_day", "expected_close_day")  # fmt: skip
WENT = (HELD, "no_show", "cancelled", PLANNED)
LONGEST = 2000
"""Letters of free words."""
FEW = 3
"""With fewer words of others to choose from, some of ours stand beside them."""
Writes = Callable[[Book], list[DealEntry]]


def deal(request: HttpRequest, ending: str | None = None) -> HttpResponse:
    """One deal."""
    if reading.is_empty():
        return begin(request)
    result = one_of(request.GET.get("id", ""))
    return answer(
        request,
        ending,
        "deal",
        context=lambda: _context(request, result.content),
        data=lambda: result.to_dict(language()),
        table=lambda: result.table(language()),
    )


@require_POST
def note(request: HttpRequest) -> HttpResponse:
    """Write a note."""

    def write(book: Book) -> list[DealEntry]:
        text = _words(request.POST, "text")
        if not text:
            raise InputError(Message("deal.nothing_typed"))
        return [book.note(_id(request), text, key=_key(request), **stamp())]

    return written(request, write)


@require_POST
def did(request: HttpRequest) -> HttpResponse:
    """Write down what was done with the customer, or is planned; and what is next, where that was said too."""
    return written(request, lambda book: did_and_next(book, _id(request), request.POST, _key(request), stamp()))


def did_and_next(book: Book, deal_id: str, given: Mapping[str, str], key: str, when: Stamp) -> list[DealEntry]:
    """Write down what was done or is planned, and what is next, as a form says them.

    Args:
        book: to write into.
        deal_id: of the deal.
        given: ``did``, ``went``, ``text``, ``incoming``, ``due``, ``settles``, ``next_step``, ``next_step_day``.
        key: idempotency key of the form.
        when: who writes, and when it was.

    Returns:
        What was done; then what is next, unless somebody has said that anew since it was: an old day beside a new step
        would be an agreement that nobody made.

    Raises:
        InputError: a field cannot be read; nothing is written then.
    """
    went, settles = given.get("went", ""), entry_number(given.get("settles", ""))
    step = {name: given.get(name, "").strip() for name in STEP}
    text, due = _words(given, "text"), _due(given.get("due", ""), book.zone)
    how = PLANNED if due is not None and not went else went
    checked_values(step)  # all of it can be kept before any of it is
    act = book.act(
        deal_id,
        given.get("did", ""),
        went=how,
        text=text,
        incoming="incoming" in given,
        due=due,
        settles=settles,
        key=key,
        **when,
    )
    again = f"{act.key}-step"
    if not any(step.values()) or is_said_anew(book, deal_id, when["at"], again):
        return [act]
    says = {name: value or None for name, value in step.items()}
    return [act, book.change(deal_id, says, key=again, **when)]


@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Change fields; one that says something else by now is told, and none is overwritten."""
    given = request.POST
    seen = {name: given.get(f"seen_{name}", "") for name in (*STEP, *EDITED) if f"seen_{name}" in given}
    typed = {name: given.get(name, "").strip() for name in seen}
    values: dict[str, str | None] = {
        name: typed[name] or None for name in seen if not _is_kept(typed[name], seen[name])
    }

    def write(book: Book) -> list[DealEntry]:
        saw = {name: seen[name] for name in values}
        return [book.change(_id(request), values, seen=saw, key=_key(request), **stamp())]

    return written(request, write) if values else redirect(_address(_id(request)))


def _is_kept(typed: str, seen: str) -> bool:
    r"""Whether a field came back as it was shown: a form ends lines in another way, a field of one line has none.

    >>> _is_kept("call\r\nback", "call  \nback "), _is_kept("callback", "call\nback"), _is_kept("call", "call back")
    (True, True, False)
    """
    lines = [[line.rstrip() for line in text.strip().splitlines()] for text in (typed, seen)]
    return lines[0] == lines[1] or typed.strip() == "".join(seen.splitlines()).strip()


@require_POST
def move(request: HttpRequest) -> HttpResponse:
    """Move the deal from the stage in which it was seen; where it ends, why is asked first."""
    stage, seen = (request.POST.get(name, "") for name in ("stage", "seen"))
    if stage == seen:
        return redirect(_address(_id(request)))
    if _types().get(stage) in (StageType.WON, StageType.LOST):
        return redirect(reverse("deal-close") + "?" + urlencode({"id": _id(request), "to": stage}))
    if asks(_id(request), seen, stage):
        return redirect(leaving_of(_id(request), stage))
    return written(request, lambda book: [book.move(_id(request), stage, seen=seen, key=_key(request), **stamp())])


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what was written: all that one form wrote, the last first."""
    numbers = entry_numbers(request.POST.getlist("number"))

    def write(book: Book) -> list[DealEntry]:
        return [book.undo(_id(request), one, **stamp()) for one in sorted(numbers, reverse=True)]

    return written(request, write, back="1")


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest) -> HttpResponse:
    """Ask why a deal is won or lost, and what was done well; then close it."""
    given = request.GET if request.method == "GET" else request.POST
    to = _closing(given.get("to", ""))
    if request.method == "GET":
        return _closing_page(request, one_of(given.get("id", "")).content, to)
    is_won = _types().get(to) is StageType.WON

    def write(book: Book) -> list[DealEntry]:
        step = {name: given.get(name, "").strip() or None for name in STEP}
        checked_values(step)  # all of it can be kept before any of it is
        reason = _words(given, "other") or _words(given, "reason")
        how: dict[str, Any] = {"to_stage": to, "seen": given.get("seen", ""), "reason": reason, "key": _key(request)}
        if not is_won:
            return [book.lose(_id(request), text=_words(given, "text"), **how, **stamp())]
        well = [one.strip() for one in (*request.POST.getlist("well"), *given.get("text", "").splitlines())]
        told = "\n".join(dict.fromkeys(one for one in well if one))[:LONGEST]
        amount = given.get("amount", "").strip()
        entries = [
            book.win(
                _id(request),
                amount=amount if amount and amount != given.get("seen_amount", "") else None,
                ticked=request.POST.getlist("ticked"),
                done_well=told,
                **how,
                **stamp(),
            )
        ]
        if any(step.values()):
            entries.append(book.change(_id(request), step, key=f"{entries[0].key}-step", **stamp()))
        return entries

    return written(request, write, again=lambda error: _closing_page(request, one_of(_id(request)).content, to, error))


# ---- writing -----------------------------------------------------------------------------------------------------


def written(
    request: HttpRequest,
    write: Writes,
    *,
    again: Callable[[YaadError], HttpResponse] | None = None,
    **more: str,
) -> HttpResponse:
    """Write, and show the deal; what cannot be written is said there.

    Args:
        request: the form.
        write: what to write.
        again: the page that says what is wrong; the deal's when absent.
        more: what the address says of it; the numbers of what was written when absent.

    Raises:
        UnknownName: there is no such deal, or not for who asks.
    """
    one_of(_id(request))
    try:
        entries = write_once(write)
    except YaadError as error:
        if again is not None:
            return again(error)
        found = one_of(_id(request)).content
        shown = _context(request, found, error)
        return render(request, "web/deal.html", shown, status=status_of(error))
    try:
        one_of(_id(request))
    except UnknownName:  # handed to somebody else, or taken back whole
        return render(request, "web/deal_gone.html", {"page": "pipeline", "back": bool(more)})
    done = ",".join(str(entry.seq) for entry in entries)
    return redirect(_address(_id(request), **(more or {"done": done})))


def _address(deal_id: str, **more: str) -> str:
    return reverse("deal") + "?" + urlencode({"id": deal_id, **more})


def _id(request: HttpRequest) -> str:
    return request.POST.get("id", "")


def _key(request: HttpRequest) -> str:
    """What makes a form that is sent twice one entry."""
    return form_key(request.POST)


def _words(given: Mapping[str, str], name: str) -> str:
    """Free words of a form.

    Raises:
        InputError: they are too many.
    """
    text = given.get(name, "").strip()
    if len(text) > LONGEST:
        raise InputError(Message("deal.too_long", {"n": LONGEST}))
    return text


def _due(text: str, zone: str) -> dt.datetime | None:
    """When something is planned for, by the company's clock.

    Raises:
        InputError: it is no time.
    """
    if not text.strip():
        return None
    try:
        at = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(Message("deal.no_time", {"text": text.strip()})) from None
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))


# ---- what is shown -----------------------------------------------------------------------------------------------


def _types() -> dict[str, StageType]:
    """Stage → its type, in the company's order."""
    return {stage.name: stage.type for stage in reading.pipeline().stages}


def _closing(name: str) -> str:
    """A won or lost stage by its name; the first won one where none is named.

    Raises:
        UnknownName: there is no such stage.
    """
    known = [stage for stage, kind in _types().items() if kind in (StageType.WON, StageType.LOST)]
    if name in known or not known:
        return name
    if name:
        raise UnknownName("stage", name, known)
    return known[0]


def _context(request: HttpRequest, found: Deal, error: YaadError | None = None) -> dict[str, object]:
    access, lang = current(), language()
    types = _types()
    values = {name: as_text(found.values[name]) or "" for name in (*STEP, *EDITED)}
    return {
        "page": "pipeline",
        "deal": found,
        "lead": lead(found, lang),
        "facts": list(_facts(found)),
        "reach": _reach(found),
        "asked": [(one, asked_said(one)) for one in found.asked_not],
        "not_to_be_called": any(one.what == CALLS for one in found.asked_not),
        "has_handle": bool(found.values["phone"] or found.values["email"]),
        "ways": ways(),
        "lines": [(one, when_said(one, lang), line_said(one, lang), details_said(one)) for one in found.happened],
        "plans": [(one, line_said(one, lang)) for one in found.plans],
        "values": values,
        "edited": [(name, field_said(name), values[name]) for name in EDITED],
        "owners": sorted({*goal_reading.people(), *filter(None, [values["owner"]])}),
        "acts": ACTS,
        "went": WENT,
        "stages": [(name, kind.value) for name, kind in types.items()],
        "ends": [(name, kind.value) for name, kind in types.items() if kind in (StageType.WON, StageType.LOST)],
        "aside": [
            (name, kind.value)
            for name, kind in types.items()
            if kind in (StageType.ATTEMPT, StageType.ON_HOLD, StageType.NOT_INQUIRY) and name != found.stage
        ],
        "onward": onward_of(found),
        "lacks_more": [line for line in found.lacks if line not in found.needed],
        "may_note": access.may(Capability.NOTE),
        "may_write": access.may(Capability.WRITE),
        **on_deal_page(request, found),
        "most_of_file": MOST >> 20,
        "key": uuid.uuid4().hex,
        "typed": request.POST,
        "done": _done(request, found) if error is None else None,
        "back": "back" in request.GET,
        "error": error.say(lang) if error else "",
    }


def _facts(found: Deal) -> Iterator[tuple[Said, Said, str]]:
    """What is told of the deal: each field, what it says, and where a link leads."""
    values, lang = found.values, language()
    if values["account"]:
        where = reverse("customer") + "?" + urlencode({"is": values["account"]}) if found.has_page else ""
        yield field_said("account"), values["account"], where
    for name in SHOWN:
        value = values[name]
        if value is None or value == "":
            continue
        if name == "amount":
            value = money(value, values["currency"], lang, short=False)
        elif name.endswith("_day"):
            value = Message("deal.on_day", {"day": value})
        elif name == "phone" and found.asked_not:
            value = Message("opt_outs.number", {"phone": value, "what": asked_in_short(found.asked_not[0])})
        yield field_said(name) if name != "created_day" else Message("deal.field_created_day"), value, ""
    if found.agreed is not None:
        yield Message("touches.field_agreed"), agreed_said(found.agreed, lang), ""
    for own, text in found.custom.items():
        if text:
            yield own, text, ""


def _reach(found: Deal) -> object:
    """How the customer is reached, with prepared words in the language of the page."""
    book, values = opened().shelf.book, found.values
    name = values["contact"] or values["account"] or ""
    said: dict[str, object] = {"name": name, "company": book.name} if name else {"company": book.name}
    words = say_plain(Message("deal.hello" if name else "deal.hello_nobody", said), language())
    phone = None if any(one.what == CALLS for one in found.asked_not) else values["phone"]
    return reach(phone, found.custom, book.dials_in, words, values["email"])


def _done(request: HttpRequest, found: Deal) -> dict[str, object] | None:
    """What the form that was sent has done, and the numbers that take it back."""
    numbers = entry_numbers(request.GET.get("done", "").split(","))
    lines = [one for one in found.happened if one.number in numbers]
    if not lines:
        return None
    first = min(lines, key=lambda one: one.number or 0)
    words = Message("deal.done", {"what": line_said(first, language())})
    if first.without:
        without = SEPARATOR.join(first.without)
        words = Message("exits.done_without", {"what": line_said(first, language()), "without": without})
    return {"words": words, "numbers": numbers}


def _closing_page(request: HttpRequest, found: Deal, to: str, error: YaadError | None = None) -> HttpResponse:
    kind = _types().get(to)
    if kind is None:
        raise InputError(Message("book.no_closing_stage"))
    said: ClosingWords = opened().shelf.ask("closing_words", lambda book: book.closing_words())
    key = "won" if kind is StageType.WON else "lost"
    context = {
        "page": "pipeline",
        "deal": found,
        "to": to,
        "kind": key,
        "reasons": _offered(said.won if key == "won" else said.lost, key),
        "well": _offered(said.done_well, "well") if key == "won" else [],
        "chosen": request.POST.getlist("well"),
        "asked": asked_of(found, to),
        "ticked": request.POST.getlist("ticked"),
        "amount": as_text(found.values["amount"]) or "",
        "currency": found.values["currency"],
        "values": {name: as_text(found.values[name]) or "" for name in STEP},
        "key": request.POST.get("key") or uuid.uuid4().hex,
        "typed": request.POST,
        "error": error.say(language()) if error else "",
    }
    return render(request, "web/deal_close.html", context, status=status_of(error) if error else 200)


OFFERED = ("1", "2", "3", "4", "5")


def _offered(said: tuple[str, ...], kind: str) -> list[str]:
    """Words to choose from: what others said; while that is little, some that are usual."""
    if len(said) >= FEW:
        return list(said)
    usual = (say_plain(Message(f"deal.offered_{kind}_{number}"), language()) for number in OFFERED)
    return list(dict.fromkeys((*said, *usual)))
