"""One person of the data, for an owner: what is held of them, all of it as a file, and their erasure."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from yaad.book.persons import Part
from yaad.errors import BookError, YaadError
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.people import of_server
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.server.persons import Preview

TABLES = ("deals", "activities", "stage_moves", "calls", "orders", "contracts", "accounts", "targets")


def person(request: HttpRequest) -> HttpResponse:
    """Whom is it about; and what is held of them, once that was said."""
    return _page(request)


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """All that is held of them as one file."""
    from yaad.server import persons

    access = of_server()
    who, part = _asked(request)
    try:
        with tempfile.TemporaryDirectory(prefix="yaad-person-") as folder:
            path = Path(folder) / "person.zip"
            persons.export(access, who, part, path)
            data = path.read_bytes()
    except YaadError as error:
        return _page(request, error=error)
    answer = HttpResponse(data, content_type="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="person.zip"'
    return answer


@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Erase them, once that was typed; or do to its end what was broken off."""
    from yaad.server import persons

    access = of_server()
    who, part = _asked(request)
    try:
        if request.POST.get("go_on"):
            done = persons.go_on(access.company, access.account)
        elif request.POST.get("again", "").strip() != who:
            return _page(request, said=Message("person.type_again"))
        else:
            done = persons.erase(access, who, part)
    except YaadError as error:
        return _page(request, error=error)
    told = {"originals": done.originals, "files": done.files, "entries": done.entries}
    context = {"page": "people", "done": Message("person.erased", dict(told)), "typed": {}, "is_seller": False}
    return render(request, "web/person.html", context)


def _asked(request: HttpRequest) -> tuple[str, Part]:
    part = Part.SELLER if request.POST.get("part") == Part.SELLER else Part.CUSTOMER
    return " ".join(request.POST.get("who", "").split()), part


def _page(request: HttpRequest, *, error: YaadError | None = None, said: Message | None = None) -> HttpResponse:
    from yaad.server import persons

    access = of_server()
    who, part = _asked(request)
    preview: Preview | None = None
    if request.method == "POST" and error is None:
        try:
            preview = persons.look(access, who, part)
        except YaadError as refused:
            error = refused
    counts = preview.found.counts if preview else {}
    context = {
        "page": "people",
        "typed": {"who": who},
        "is_seller": part is Part.SELLER,
        "preview": preview,
        "part": part.value,
        "counts": [(Message(f"person.table_{name}", {"n": counts[name]})) for name in TABLES if counts.get(name)],
        "namesake": bool(preview and preview.found.names - preview.found.alone),
        "is_unfinished": persons.is_unfinished(access),
        "said": said,
        "error": error.say(language()) if error else "",
    }
    status = 409 if isinstance(error, BookError) else 400 if error or said else 200
    return render(request, "web/person.html", context, status=status)
