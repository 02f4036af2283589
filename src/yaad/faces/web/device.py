"""What is written on a device without a network: whose it is, when it was written, and how its sender is answered."""

import datetime as dt
import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.crypto import salted_hmac

from yaad.errors import NotAllowed
from yaad.faces.web.formats import Format, wanted
from yaad.server.scoping import Access, current
from yaad.server.state import opened
from yaad.server.writing import Stamp, stamp
from yaad.text import Message

OLDEST = dt.timedelta(days=31)
"""What was written longer ago than that by the clock of a device is stamped by ours."""
LETTERS = 24


def account_mark(account: int | None) -> str:
    """A word that stands for an account on a device and tells nothing of it."""
    # with a key of the house: without it the few numbers that accounts have could be tried one by one
    key = None if account is None else _own_key()
    return salted_hmac("yaad.device", f"account {account}", secret=key, algorithm="sha256").hexdigest()[:LETTERS]


def _own_key() -> str:
    """Of the server; it outlives the key that signs sessions."""
    from yaad.server.companies import home  # reads tables, which the server of one book does not have
    from yaad.server.device_key import device_key

    return device_key(home().folder)


def mark_of(access: Access) -> str:
    """A word that stands for an account in a company; of one's own book, for the book."""
    book = access.company or hashlib.sha256(str(opened().place.folder).encode()).hexdigest()[:LETTERS]
    return f"{account_mark(access.account)}-{book}"


def is_sent_later(request: HttpRequest) -> bool:
    """Whether a form is sent by the device that kept it, which reads the answer itself."""
    return wanted(request, None) is Format.JSON


def need_own(request: HttpRequest) -> None:
    """Go on only if a form was written by who sends it.

    Raises:
        NotAllowed: it was written by somebody else, or for another company.
    """
    who = request.POST.get("who", "")
    if who and who != mark_of(current()):
        raise NotAllowed(Message("my_day.of_another"))


def stamp_of(request: HttpRequest, since: dt.datetime | None = None) -> Stamp:
    """Who writes, and when it was written: what waited on a device happened before it came.

    Args:
        request: the form; only the device that kept it says when.
        since: when its deal came; nothing was done with it before.
    """
    said = stamp()
    if not is_sent_later(request):
        return said
    try:
        at = dt.datetime.fromisoformat(request.POST.get("written_at", ""))
    except ValueError:
        return said
    if at.tzinfo is None or not said["at"] - OLDEST <= at <= said["at"] or (since is not None and at < since):
        return said
    return Stamp(at=at, by=said["by"])


def told(request: HttpRequest, address: str, said: str = "") -> HttpResponse:
    """The answer to a form that was written down: the page that says so, or where it is.

    Args:
        request: the form.
        address: of the page.
        said: what who wrote it is to know besides, on the device too; empty: nothing.
    """
    if not is_sent_later(request):
        return HttpResponseRedirect(address)
    return JsonResponse({"to": address, "said": said} if said else {"to": address})
