"""The sales X-ray: four pages from a book, in one language, for a consultant to lay on the table."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from yaad.book import Book
from yaad.errors import InputError
from yaad.intake import Kind
from yaad.reports.asked import Asked
from yaad.reports.page import Page
from yaad.reports.pages.funnel import funnel
from yaad.reports.pages.plan import plan
from yaad.reports.pages.quality import quality
from yaad.reports.pages.time import time
from yaad.reports.sizes import table_sizes
from yaad.reports.source import Source
from yaad.show import say_plain
from yaad.show.results import Json
from yaad.text import Message

OF_PAGE = re.compile(r"\s*(\d{1,3})\s*[:.]\s+(.+)", re.DOTALL)
PAGES = 4
LOGOS = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".svg": "image/svg+xml"}
LARGEST_LOGO = 5_000_000


@dataclass(frozen=True)
class Xray:
    """An X-ray.

    Attributes:
        company: whose book it is.
        as_of: the data's day.
        lang: the language of all its texts.
        pages: the four of them.
        logo: the consultant's, as the bytes of a picture and its type; None without one.
    """

    company: str
    as_of: dt.date
    lang: str
    pages: tuple[Page, ...]
    logo: tuple[bytes, str] | None = None

    def to_dict(self) -> Json:
        """``{"company", "as_of", "pages": [{"id", "says", "sure", "next", "remarks", "data"}]}``."""
        return {
            "company": self.company,
            "as_of": self.as_of.isoformat(),
            "pages": [
                {
                    "id": page.id,
                    "says": [say_plain(line, self.lang) for line in page.says],
                    "sure": [say_plain(line, self.lang) for line in page.sure],
                    "next": [say_plain(line, self.lang) for line in page.todo],
                    "remarks": list(page.remarks),
                    "data": page.data,
                }
                for page in self.pages
            ],
        }


def xray(
    book: Book,
    lang: str,
    *,
    source: Source | None = None,
    company: str = "",
    target: int | None = None,
    remarks: Sequence[str] = (),
    logo: Path | None = None,
    on_progress: Callable[[int, int | None], None] | None = None,
) -> Xray:
    """The X-ray of a book.

    Args:
        book: the book; it must hold something.
        lang: the language of the report.
        source: the account of the import that brought the data; absent for a book that has long been there.
        company: whose report it is; the book's own name when empty.
        target: customers to plan for; as many as the last full quarter won when absent.
        remarks: what the consultant says; ``2: …`` puts a remark on page 2, without a number it stands on page 1.
        logo: a picture (PNG, JPEG or SVG) for the head of each page.
        on_progress: called with the pages that are made, and how many there are.

    Raises:
        InputError: the target is below 1, the logo is no such picture, a remark is for a page that there is not, or the
            book holds no deals.
    """
    if target is not None and target < 1:
        raise InputError(Message("plan.bad_target", {"target": target}))
    picture, placed = _picture(logo) if logo else None, _placed(remarks)
    _refuse_without_deals(book)
    asked = Asked(book, target)
    makers: tuple[Callable[[Asked, str], Page], ...] = (partial(_quality, source or Source()), funnel, time, plan)
    pages = []
    for number, make in enumerate(makers):
        if on_progress is not None:
            on_progress(number, len(makers))
        pages.append(make(asked, lang))
    return Xray(
        company or book.name,
        asked.as_of,
        lang,
        tuple(page.remarked(placed.get(number, ())) for number, page in enumerate(pages, 1)),
        picture,
    )


def _quality(source: Source, asked: Asked, lang: str) -> Page:
    return quality(asked, source, lang)


def _placed(remarks: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """Remarks by the page that they belong to.

    >>> _placed(["Well done.", "3: Call these first."])
    {1: ('Well done.',), 3: ('Call these first.',)}

    Raises:
        InputError: there is no such page.
    """
    placed: dict[int, tuple[str, ...]] = {}
    for remark in remarks:
        found = OF_PAGE.fullmatch(remark)
        page, text = (int(found[1]), found[2]) if found else (1, remark)
        if not 1 <= page <= PAGES:
            raise InputError(Message("reports.no_such_page", {"page": page}))
        if text.strip():
            placed[page] = (*placed.get(page, ()), text.strip())
    return placed


def _refuse_without_deals(book: Book) -> None:
    """All four pages are counted from deals: without any there is nothing to count, not zero of everything."""
    rows = table_sizes(book)
    if rows["deals"]:
        return
    held = [name for name in rows if rows[name] and name in list(Kind)]
    if not held:
        raise InputError(Message("reports.xray_of_nothing"))
    most = max(held, key=lambda name: rows[name])
    raise InputError(Message("reports.xray_needs_deals", {"kind": Message(f"intake.kind_{most}"), "n": rows[most]}))


def _picture(path: Path) -> tuple[bytes, str]:
    kind = LOGOS.get(path.suffix.lower())
    if not path.is_file():
        raise InputError(Message("errors.file_absent", {"path": str(path)}))
    if kind is None or path.stat().st_size > LARGEST_LOGO:
        raise InputError(Message("reports.bad_logo", {"path": str(path)}))
    return path.read_bytes(), kind
