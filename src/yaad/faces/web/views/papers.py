"""Files on a deal: attached on its page, and taken home from there."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from yaad.book import Book
from yaad.errors import InputError
from yaad.faces.web.form_keys import form_key
from yaad.faces.web.views.deal import written
from yaad.model import DealEntry
from yaad.server.state import opened
from yaad.server.taken_out import FILES, download
from yaad.server.writing import stamp
from yaad.text import Message


@require_POST
def attach(request: HttpRequest) -> HttpResponse:
    """Attach a file to a deal."""

    def write(book: Book) -> list[DealEntry]:
        file = request.FILES.get("file")
        if file is None:
            raise InputError(Message("papers.none"))
        key = form_key(request.POST)
        return [book.attach(request.POST.get("id", ""), file.name or "", file.chunks(), key=key, **stamp())]

    return written(request, write)


@require_safe
def document(request: HttpRequest, number: int) -> HttpResponse:
    """The document of a quote, to take home."""
    entry, path = opened().shelf.once(lambda book: book.quote_document(request.GET.get("id", ""), number))
    return download(path.read_bytes(), FILES["pdf"], entry.file_name, f"quote-{number}.pdf")


@require_safe
def paper(request: HttpRequest, number: int) -> HttpResponse:
    """A file of a deal, to take home: a browser shows it as no page of ours."""
    entry, path = opened().shelf.once(lambda book: book.file_of_deal(request.GET.get("id", ""), number))
    return download(path.read_bytes(), FILES["bin"], entry.file_name, f"deal-file-{number}")
