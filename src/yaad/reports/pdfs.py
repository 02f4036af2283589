"""An X-ray → PDF by WeasyPrint, with a clear word where its system libraries are missing."""

from collections import Counter
from typing import Any

from yaad.errors import YaadError
from yaad.reports.paper import paper_html
from yaad.reports.xrays import Xray
from yaad.text import Message

PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
"""Debian's packages that WeasyPrint needs."""


def pdf(xray: Xray) -> bytes:
    """The report as a tagged PDF (PDF/UA); a page that runs over is set once more, closer.

    Nothing is fetched from anywhere, whatever a picture in it asks for.

    Raises:
        YaadError: a system library is missing; says which packages bring it.
    """
    laid = _laid_out(paper_html(xray))
    if over := _running_over(laid, xray):
        laid = _laid_out(paper_html(xray, over))
    written: bytes = laid.write_pdf(pdf_variant="pdf/ua-1")
    return written


def _laid_out(document: str) -> Any:  # noqa: ANN401 - a document of WeasyPrint, which brings no types
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        values: dict[str, object] = {"packages": PACKAGES, "why": str(error).splitlines()[0]}
        raise YaadError(Message("reports.no_pango", values)) from error
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=("data",))
    return weasyprint.HTML(string=document, url_fetcher=fetcher).render(pdf_variant="pdf/ua-1")


def _running_over(laid: Any, xray: Xray) -> list[str]:  # noqa: ANN401 - a document of WeasyPrint without types
    """Ids of the report's pages that take more than one sheet."""
    sheets = Counter(name for sheet in laid.pages for name in sheet.anchors)
    return [page.id for page in xray.pages if sheets[page.id] > 1]
