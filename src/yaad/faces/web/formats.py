"""One address, four renderings: the page, a fragment of it to htmx, JSON and CSV."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from yaad.faces.web.templatetags.say import language
from yaad.show import Table

Json = Mapping[str, object]


class Format(StrEnum):
    """What was asked for."""

    HTML = "html"
    FRAGMENT = "fragment"
    JSON = "json"
    CSV = "csv"


ACCEPTED = {"application/json": Format.JSON, "text/csv": Format.CSV}


def wanted(request: HttpRequest, ending: str | None) -> Format:
    """The ending of the address decides, then the Accept header; htmx gets the fragment."""
    if ending:
        return Format(ending)
    if request.headers.get("HX-Request") == "true":
        return Format.FRAGMENT
    accept = request.headers.get("Accept", "").split(",")[0].split(";")[0].strip()
    return ACCEPTED.get(accept, Format.HTML)


def answer(
    request: HttpRequest,
    ending: str | None,
    template: str,
    *,
    context: Callable[[], Mapping[str, object]],
    data: Callable[[], Json],
    table: Callable[[], Table],
) -> HttpResponse:
    """Answer in the format asked for; only what that needs is made.

    Args:
        request: the request.
        ending: ``json`` or ``csv`` when the address ends so.
        template: the page's name; its fragment stands in ``parts/``.
        context: what the templates show.
        data: the JSON object, the same as on the command line.
        table: the rows of the CSV.
    """
    kind = wanted(request, ending)
    if kind is Format.JSON:
        return JsonResponse(data(), json_dumps_params={"ensure_ascii": False})
    if kind is Format.CSV:
        return csv(template, table())
    folder = "web/parts" if kind is Format.FRAGMENT else "web"
    return render(request, f"{folder}/{template}.html", dict(context()))


def csv(name: str, table: Table) -> HttpResponse:
    """A table as a file that spreadsheets open rightly in both languages (they need the byte order mark)."""
    response = HttpResponse("\ufeff" + table.to_csv(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="yaad-{name}-{language()}.csv"'
    return response
