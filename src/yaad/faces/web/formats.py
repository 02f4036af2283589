"""One address, several renderings: the page, a fragment of it to htmx, JSON, and files to take away."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TypeVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from yaad.faces.web.templatetags.say import language
from yaad.server import taken_out
from yaad.server.taken_out import download, result_as_file
from yaad.show import Result, Table

Json = Mapping[str, object]
View = TypeVar("View", bound=Callable[..., HttpResponse])


class Format(StrEnum):
    """What was asked for."""

    HTML = "html"
    FRAGMENT = "fragment"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


FILES = {one: taken_out.FILES[one.value] for one in (Format.CSV, Format.XLSX, Format.PARQUET)}
ACCEPTED = {"application/json": Format.JSON, "text/csv": Format.CSV}


def wanted(request: HttpRequest, ending: str | None) -> Format:
    """The ending of the address decides, then the Accept header; htmx gets the fragment."""
    if ending in list(Format):  # another one is of a file that is made by itself, such as a PDF
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
        ending: ``json``, ``csv``, ``xlsx`` or ``parquet`` when the address ends so.
        template: the page's name; its fragment stands in ``parts/``.
        context: what the templates show.
        data: the JSON object, the same as on the command line.
        table: the rows of the files.
    """
    kind = wanted(request, ending)
    if kind is Format.JSON:
        return JsonResponse(data(), json_dumps_params={"ensure_ascii": False})
    if kind in FILES:
        return table_file(template, table(), kind)
    folder = "web/parts" if kind is Format.FRAGMENT else "web"
    return render(request, f"{folder}/{template}.html", dict(context()))


def as_file(
    request: HttpRequest,
    ending: str | None,
    name: str,
    found: Result,
    table: Callable[[], Table] | None = None,
) -> HttpResponse:
    """A result that has no page of its own, as a file; JSON where the address has no ending.

    Args:
        request: the request.
        ending: see `answer`.
        name: of the file.
        found: what is told.
        table: the rows of the files where they are not the result's own.
    """
    rows = table or (lambda: found.table(language()))
    return answer(
        request, ending or Format.JSON, name, context=dict, data=lambda: found.to_dict(language()), table=rows
    )


def gives_file(view: View) -> View:
    """Say of a view that it has no page: what it gives is taken away or read by a program, whatever its address."""
    view.gives_file = True  # type: ignore[attr-defined] # functions take attributes; wrappers carry them on
    return view


def is_file(view: Callable[..., HttpResponse]) -> bool:
    """Whether a view has no page."""
    return getattr(view, "gives_file", False)


def table_file(name: str, table: Table, kind: Format) -> HttpResponse:
    """A result as a file that spreadsheets open rightly in both languages, or that a program reads."""
    return download(result_as_file(table, kind.value), FILES[kind], f"yaad-{name}-{language()}.{kind.value}")
