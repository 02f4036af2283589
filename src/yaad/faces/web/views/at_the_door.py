"""Doors that anybody may use who has the address: a public form, and a webhook for senders who know its secret."""

import datetime as dt
import hashlib
import secrets
import time

from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from yaad.errors import InputError, YaadError
from yaad.faces.web.templatetags.say import language
from yaad.facts import KeyTaken
from yaad.model.inquiries import Touch
from yaad.server.acting import in_company
from yaad.server.doors.keeping import FORM, Door, Doors
from yaad.server.doors.reading import Read, body_of
from yaad.server.doors.signing import is_signed
from yaad.server.doors.taking import Sent, access_of, receive, take
from yaad.server.headers import POLICY
from yaad.server.limits import Limit
from yaad.server.scoping import on_behalf_of
from yaad.text import Message

KEY_LENGTH = 100
QUICKEST, LONGEST = 2, 24 * 3600
"""Seconds: nobody fills a form in sooner, and a form that is older is shown anew."""
SALT = "yaad.inquiries.form"
BAIT = "website"
"""A field that nobody sees: whoever fills it in is no person."""
FIELDS = {"name": 200, "phone": 60, "email": 200, "text": 4000}
by_sender, by_door, by_webhook = Limit(6), Limit(120), Limit(600)
"""What one address, all addresses together, and the sender of a webhook may send a minute."""


@csrf_exempt
def door(request: HttpRequest, company: str, key: str) -> HttpResponse:
    """Answer at a door."""
    found = _found(company, key)
    if found is None:
        return _plain(404, Message("inquiries.no_door"))
    doors, one = found
    with on_behalf_of(access_of(one, company)), translation.override(one.lang):
        return (_form if one.kind == FORM else _webhook)(request, doors, one)


def _found(company: str, key: str) -> tuple[Doors, Door] | None:
    """The door of an address, in a company that there is."""
    from yaad.server.companies import folder_of
    from yaad.server.models import Company

    if len(key) > KEY_LENGTH:
        return None
    with in_company(company):
        if not Company.objects.filter(pk=company, deleted_at__isnull=True).exists():
            return None
    doors = Doors(folder_of(company))
    one = doors.by_key(key)
    return None if one is None else (doors, one)


# ---- the form -----------------------------------------------------------------------------------------------------


def _form(request: HttpRequest, doors: Doors, one: Door) -> HttpResponse:
    del doors
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponse(status=405)
    if request.method != "POST":
        return _shown(request, one)
    wait = max(by_sender.wait(f"{one.id} {request.META.get('REMOTE_ADDR', '')}"), by_door.wait(one.id))
    if wait:
        response = _shown(request, one, Message("inquiries.too_often", {"n": wait}), 429)
        response["Retry-After"] = str(wait)
        return response
    if request.POST.get(BAIT):
        return _shown(request, one, thanks=True)  # a machine is told nothing
    try:
        nonce, touch = _nonce(request.POST.get("token", ""), one), _touch(request, one)
        said = hashlib.sha256("\0".join(vars(touch).values()).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        # the same sent twice is one, and what was put right and sent again is another touch
        receive(one, Read(touch), f"form:{one.id}:{nonce}:{said}", dt.datetime.now(dt.UTC))
    except YaadError as error:
        return _shown(request, one, _for_strangers(error), 400)
    return _shown(request, one, thanks=True)


def _for_strangers(error: YaadError) -> Message:
    """What somebody of nowhere is told: in the words of the door, and nothing of the book behind it."""
    is_ours = error.message.key.startswith("inquiries.") and not isinstance(error, KeyTaken)
    return error.message if is_ours else Message("inquiries.not_taken")


def _touch(request: HttpRequest, one: Door) -> Touch:
    """What was filled in.

    Raises:
        InputError: nobody could be answered, a text is too long, or what has to be agreed to was not.
    """
    said = {name: request.POST.get(name, "").strip() for name in FIELDS}
    if any(len(value) > FIELDS[name] for name, value in said.items()):
        raise InputError(Message("inquiries.too_long", {"n": FIELDS["text"]}))
    if not (said["phone"] or said["email"]):
        raise InputError(Message("inquiries.how_to_answer"))
    consent = one.consent if one.consent and request.POST.get("consent") else ""
    return Touch(**said, channel="form", campaign=request.GET.get("utm_campaign", "")[:100], consent=consent)


def _token(one: Door) -> str:
    return signing.dumps([one.id, secrets.token_hex(8), time.time()], salt=SALT)


def _nonce(token: str, one: Door) -> str:
    """What tells one filling in from another.

    Raises:
        InputError: it was sent quicker than anybody types, later than a day, or from another form.
    """
    try:
        door_id, nonce, made = signing.loads(token, salt=SALT)
        age = time.time() - float(made)
    except (signing.BadSignature, ValueError, TypeError):
        raise InputError(Message("inquiries.old_form")) from None
    if door_id != one.id or age > LONGEST:
        raise InputError(Message("inquiries.old_form"))
    if age < QUICKEST:
        raise InputError(Message("inquiries.too_quick"))
    return str(nonce)


def _shown(
    request: HttpRequest, one: Door, error: Message | None = None, status: int = 200, *, thanks: bool = False
) -> HttpResponse:
    from yaad.server.state import opened

    context = {
        "door": one,
        "called": opened().shelf.book.name,
        "token": _token(one),
        "typed": request.POST if error else {},
        "error": error,
        "thanks": thanks,
        "bait": BAIT,
        "fields": FIELDS,
        "lang": one.lang,
        "dir": "rtl" if one.lang == "he" else "ltr",
    }
    response = render(request, "web/door.html", context, status=status)
    sites = " ".join(one.sites) or "'none'"
    response["Content-Security-Policy"] = POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {sites}")
    return response


# ---- the webhook --------------------------------------------------------------------------------------------------


def _webhook(request: HttpRequest, doors: Doors, one: Door) -> HttpResponse:
    if request.method == "GET":
        return _challenge(request, one)
    if request.method != "POST":
        return HttpResponse(status=405)
    if wait := by_webhook.wait(one.id):
        response = _plain(429, Message("inquiries.too_often", {"n": wait}))
        response["Retry-After"] = str(wait)
        return response
    body, now = request.body, dt.datetime.now(dt.UTC)
    if not is_signed(doors.secret(one), body, request.headers, now.timestamp(), _google_key(request)):
        return _plain(401, Message("inquiries.not_signed"))
    answer = take(doors, one, Sent(body, request.content_type or ""), now)
    if answer.refused:
        return _plain(503, Message("inquiries.too_many_letters"))
    status = 202 if answer.kept else 200
    return JsonResponse({"taken": answer.taken, "kept": answer.kept}, status=status)


def _google_key(request: HttpRequest) -> object:
    try:
        plain = body_of(request.body, request.content_type or "")
    except InputError:
        return None
    return plain.get("google_key") if isinstance(plain, dict) else None


def _challenge(request: HttpRequest, one: Door) -> HttpResponse:
    """Meta asks whether the door is ours before it sends anything: the key of the address is the word for that."""
    asked = request.GET
    is_right = secrets.compare_digest(asked.get("hub.verify_token", "").encode(), one.key.encode())
    if asked.get("hub.mode") != "subscribe" or not is_right:
        return _plain(403, Message("inquiries.not_signed"))
    return HttpResponse(asked.get("hub.challenge", "")[:200], content_type="text/plain; charset=utf-8")


def _plain(status: int, said: Message) -> HttpResponse:
    from yaad.text import render as words

    return HttpResponse(words(said, language()), status=status, content_type="text/plain; charset=utf-8")
