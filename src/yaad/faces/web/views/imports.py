"""What the book is made of: its imports, each of which can be taken back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from yaad.faces.web.progress import part_alone
from yaad.faces.web.templatetags.say import language
from yaad.server import tasks
from yaad.server.jobs import State
from yaad.server.questions import reading
from yaad.server.state import opened


@require_POST
def undo(request: HttpRequest, name: str) -> HttpResponse:
    """Begin to take an import back."""
    del request
    reading.imported(name)
    job = opened().jobs.submit(tasks.UNDO, {"book": str(opened().place.book), "name": name})
    return redirect("undoing", job=job)


@require_GET
def undoing(request: HttpRequest, job: str) -> HttpResponse:
    """How far the taking back is; the list of imports when it is done."""
    found = opened().jobs.of_mine(job)
    done = found.state is State.DONE
    if told := part_alone(request, found):
        return told
    if done:
        return redirect("files")
    error = (found.error or {}).get(language()) if found.state is State.FAILED else None
    return render(request, "web/undoing.html", {"page": "files", "job": found, "error": error})
