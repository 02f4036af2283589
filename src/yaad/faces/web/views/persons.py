"""One person of the data, for an owner: what is held of them, all of it as a file, and their erasure."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from yaad.book.persons import Part
from yaad.errors import BookError, UnknownName, YaadError
from yaad.faces.web.formats import Format, wanted
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.people import of_server
from yaad.server import tasks
from yaad.server.jobs import State
from yaad.server.state import opened
from yaad.text import Message
from yaad.text import render as render_words

if TYPE_CHECKING:
    from yaad.server.persons import Preview

TABLES = ("deals", "activities", "stage_moves", "calls", "orders", "contracts", "accounts", "targets")
PHASES = tuple(f"erase_{step}" for step in ("originals", "files", "journal", "rebuild", "look"))


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
    """Begin to erase them, once that was typed; or to do to its end what was broken off."""
    from yaad.server import persons

    access = of_server()
    who, part = _asked(request)
    if not request.POST.get("go_on"):
        if request.POST.get("again", "").strip() != who:
            return _page(request, said=Message("person.type_again"))
        try:
            persons.begin_erasing(access, who, part)
        except YaadError as error:
            return _page(request, error=error)
    return redirect("person-erasing", job=opened().jobs.submit(tasks.ERASE, {}))


@require_GET
def erasing(request: HttpRequest, job: str) -> HttpResponse:
    """How far an erasing is, and what came of it.

    Raises:
        UnknownName: there is none of this number.
    """
    jobs = opened().jobs
    if jobs.arguments(job, tasks.ERASE) is None:
        raise UnknownName("option", job, [])
    found = jobs.progress(job)
    context = {"page": "people", "job": found, "phases": PHASES}
    if wanted(request, None) is Format.FRAGMENT:
        if found.state.final:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "web/parts/progress.html", context)
    if not found.state.final:
        return render(request, "web/person_erasing.html", context)
    if found.state is not State.DONE:
        words = (found.error or {}).get(language()) or render_words(Message("person.broke"), language())
        return _page(request, broken=words)
    return _page(request, done=Message("person.erased", dict(found.result)))


def _asked(request: HttpRequest) -> tuple[str, Part]:
    part = Part.SELLER if request.POST.get("part") == Part.SELLER else Part.CUSTOMER
    return " ".join(request.POST.get("who", "").split()), part


def _page(
    request: HttpRequest,
    *,
    error: YaadError | None = None,
    said: Message | None = None,
    broken: str = "",
    done: Message | None = None,
) -> HttpResponse:
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
    under_way = opened().jobs.latest(tasks.ERASE, {})
    context = {
        "page": "people",
        "typed": {"who": who},
        "is_seller": part is Part.SELLER,
        "preview": preview,
        "part": part.value,
        "counts": [(Message(f"person.table_{name}", {"n": counts[name]})) for name in TABLES if counts.get(name)],
        "namesake": bool(preview and preview.found.names - preview.found.alone),
        "under_way": under_way.id if under_way and not under_way.state.final else "",
        "is_unfinished": persons.is_unfinished(access),
        "said": said,
        "done": done,
        "error": error.say(language()) if error else broken,
    }
    status = 409 if isinstance(error, BookError) else 400 if error or said else 200
    return render(request, "web/person.html", context, status=status)
