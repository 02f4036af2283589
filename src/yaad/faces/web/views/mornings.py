"""The morning as plain text to share, by mail to who asks for it, and how that is stopped."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from yaad.errors import InputError, YaadError
from yaad.faces.web import beginning
from yaad.faces.web.templatetags.say import language
from yaad.faces.web.views.people import of_server
from yaad.server.questions import my_day_reading, reading

PLAIN = "text/plain; charset=utf-8"


@require_safe
def text(request: HttpRequest) -> HttpResponse:
    """The morning of somebody, or of all whom one sees, in plain text: what the page of the day says."""
    if reading.is_empty():
        return beginning.begin_here(request)
    return HttpResponse(_told(request.GET.get("owner", "").strip()), content_type=PLAIN)


def _told(owner: str) -> str:
    asked = my_day_reading.asked(owner)
    return my_day_reading.text(asked.person, dt.datetime.now(dt.UTC)).text(language())


@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest) -> HttpResponse:
    """One's own morning mail: whether it is sent and when, what became of the last one, and what it says now."""
    access = of_server()
    from yaad.server import mornings

    error: YaadError | None = None
    if request.method == "POST":
        try:
            if request.POST.get("what") == "stop":
                mornings.stop(access)
                return redirect(reverse("morning-mail") + "?stopped")
            mornings.ask(access, request.POST.get("hour", ""))
            return redirect(reverse("morning-mail") + "?saved")
        except InputError as refused:
            error = refused
    context = {
        "page": "today",
        "asked": mornings.asked(access),
        "hours": [(hour, f"{hour:02}:00") for hour in mornings.HOURS],
        "usual": mornings.USUAL,
        "is_able": mornings.is_able(),
        "error": error.message if error else None,
        "is_saved": "saved" in request.GET,
        "is_stopped": "stopped" in request.GET,
        "text": None if reading.is_empty() else _told(""),
    }
    return render(request, "web/morning_mail.html", context, status=400 if error else 200)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, word: str) -> HttpResponse:
    """Stop a morning mail by the word that stands in it: the form does, at once where a program sends it (RFC 8058).

    A look does not: whoever looks mails through for others follows their links.
    """
    from yaad.server import mornings

    try:
        if request.method == "POST":
            mornings.stop_by(word)
        else:
            mornings.read_word(word)
    except InputError as refused:
        return render(request, "web/morning_stop.html", {"error": refused.message}, status=404)
    answer = render(request, "web/morning_stop.html", {"is_done": request.method == "POST"})
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
