"""One person of the data, for an owner: what is held of them, all of it as a file, and their erasure, by jobs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from yaad.book.persons import Part
from yaad.errors import BookError, InputError, UnknownName, YaadError
from yaad.faces.web.progress import part_alone
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.people import of_server
from yaad.server import tasks
from yaad.server.jobs import State
from yaad.server.state import opened
from yaad.server.taken_out import FILES, download
from yaad.text import Message
from yaad.text import render as render_words

TABLES = ("deals", "activities", "stage_moves", "calls", "orders", "contracts", "accounts", "targets")
PHASES = tuple(f"erase_{step}" for step in ("find", "originals", "files", "journal", "rebuild", "look"))


def person(request: HttpRequest) -> HttpResponse:
    """Whom is it about; once that was said, a job looks for them."""
    return _begun(request, "look") if request.method == "POST" else _page(request)


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Begin to write all that is held of them as one file."""
    return _begun(request, "export")


@require_GET
def asked(request: HttpRequest, job: str) -> HttpResponse:
    """How far a job is that was begun here, and what came of it.

    Raises:
        UnknownName: there is none of this number, or not for who asks.
    """
    from yaad.server import asked_persons

    of_server()
    is_look, found = asked_persons.is_look(job), opened().jobs.progress(job)
    if part := part_alone(request, found):
        return part
    if not found.state.final:
        title = "person.looking" if is_look else "person.collecting"
        return render(request, "web/person_asked.html", {"page": "people", "job": found, "title": title})
    try:
        if is_look:
            return _page(request, looked=job)
        return _page(request, taken=(job, asked_persons.waits(job)))
    except UnknownName:
        raise
    except YaadError as error:
        return _page(request, error=error)


@require_POST
def fetch(request: HttpRequest, job: str) -> HttpResponse:
    """What a job wrote, handed out once.

    Raises:
        UnknownName: there is no such job, not for who asks, or it was handed out already.
    """
    from yaad.server import asked_persons

    del request
    of_server()
    return download(asked_persons.archive(job), FILES["zip"], "person.zip")


@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Begin to erase them, once that was typed; or to do to its end what was broken off."""
    from yaad.server import asked_persons

    of_server()
    if request.POST.get("go_on"):
        return redirect("person-erasing", job=opened().jobs.submit(tasks.ERASE, {}))
    who, part = _asked(request)
    looked = request.POST.get("looked", "")
    if request.POST.get("again", "").strip() != who:
        return _page(request, said=Message("person.type_again"), looked=looked)
    try:
        return redirect("person-erasing", job=asked_persons.begin_erasing(who, part))
    except YaadError as error:
        return _page(request, error=error, looked=looked)


@require_GET
def erasing(request: HttpRequest, job: str) -> HttpResponse:
    """How far an erasing is, and what came of it.

    Raises:
        UnknownName: there is none of this number.
    """
    from yaad.server import asked_persons

    of_server()
    jobs = opened().jobs
    if jobs.arguments(job, tasks.ERASE) is None:
        raise UnknownName("option", job, [])
    found = jobs.progress(job)
    if part := part_alone(request, found, PHASES):
        return part
    if not found.state.final:
        return render(request, "web/person_erasing.html", {"page": "people", "job": found, "phases": PHASES})
    if why := asked_persons.why_not(job):
        return _page(request, error=InputError(why))
    if found.state is not State.DONE:
        words = (found.error or {}).get(language()) or render_words(Message("person.broke"), language())
        return _page(request, broken=words)
    return _page(request, done=Message("person.erased", dict(found.result)))


def _begun(request: HttpRequest, what: str) -> HttpResponse:
    """The page of a job that looks for somebody or writes what is held of them."""
    from yaad.server import asked_persons

    of_server()
    try:
        job = asked_persons.begin(what, *_asked(request))
    except YaadError as error:
        return _page(request, error=error)
    return redirect("person-asked", job=job)


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
    looked: str = "",
    taken: tuple[str, bool] | None = None,
) -> HttpResponse:
    """The page.

    Args:
        request: the request.
        error: what went wrong.
        broken: the same, in words.
        said: what stands above the form of erasing.
        done: what was done.
        looked: the job that has looked for somebody; what it found is shown.
        taken: the job that has written what is held of somebody, and whether that waits to be fetched.
    """
    from yaad.server import asked_persons, persons

    access = of_server()
    preview = asked_persons.found_of(looked) if looked else None
    who, part = (preview.who, Part(preview.part)) if preview else _asked(request)
    counts = preview.counts if preview else {}
    under_way = opened().jobs.latest(tasks.ERASE)
    context = {
        "page": "people",
        "typed": {"who": who},
        "is_seller": part is Part.SELLER,
        "preview": preview,
        "looked": looked,
        "taken": taken,
        "part": part.value,
        "counts": [(Message(f"person.table_{name}", {"n": counts[name]})) for name in TABLES if counts.get(name)],
        "under_way": under_way.id if under_way and not under_way.state.final else "",
        "is_unfinished": persons.is_unfinished(access),
        "said": said,
        "done": done,
        "error": error.say(language()) if error else broken,
    }
    status = 409 if isinstance(error, BookError) else 400 if error or said else 200
    return render(request, "web/person.html", context, status=status)
