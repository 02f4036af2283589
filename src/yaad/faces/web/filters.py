"""What a page of figures is narrowed to: a dimension and a period, as links and as a form."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

from yaad.errors import InputError
from yaad.model import SCHEMAS, Grain, Period
from yaad.show.speech import Said
from yaad.text import LANGUAGES, Message, has_key

FIRST = ("source", "owner", "product", "branch", "campaign", "lost_reason")
"""Dimensions that people ask for first, in this order."""
GRAINS = (Grain.MONTH, Grain.QUARTER, Grain.YEAR)
ENDING = re.compile(r"\.(json|csv|xlsx|parquet)$")
OFFERED = 2
"""How many periods of each length are offered."""


@dataclass(frozen=True)
class Choice:
    """One link of a filter."""

    words: Said
    href: str
    current: bool


@dataclass(frozen=True)
class Filters:
    """What was asked for; empty texts mean everything, all time.

    Attributes:
        by: a dimension.
        period: a period as it is typed.
        path: of the page.
        kept: further parts of the address that the links keep.
    """

    by: str
    period: str
    path: str
    kept: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, request: HttpRequest, *kept: str) -> "Filters":
        """Read the address.

        Raises:
            InputError: the period is none.
        """
        period = request.GET.get("period", "").strip()
        if period:
            Period.parse(period)
        path = ENDING.sub("", request.path).rstrip("/") + "/"
        others = tuple((name, request.GET[name]) for name in kept if request.GET.get(name))
        return cls(request.GET.get("by", "").strip(), period, path, others)

    def href(self, **changed: str) -> str:
        """The address with some parts changed."""
        parts = {"by": self.by, "period": self.period, **dict(self.kept), **changed}
        query = urlencode({name: value for name, value in parts.items() if value})
        return f"{self.path}?{query}" if query else self.path

    def file(self, ending: str) -> str:
        """The same figures as a file."""
        page, question, query = self.href().partition("?")
        return f"{page.rstrip('/')}.{ending}{question}{query}"

    def dimensions(self, columns: Sequence[str]) -> list[Choice]:
        """Links for the dimensions that these data have."""
        names = [*(name for name in FIRST if name in columns), *GRAINS, *_own(columns)]
        links = [Choice(Message("web.by_nothing"), self.href(by=""), not self.by)]
        links += [Choice(dimension(name), self.href(by=name), self.by == name) for name in names]
        if self.by and not any(link.current for link in links):
            links.append(Choice(dimension(self.by), self.href(), current=True))
        return links

    def periods(self, months: Sequence[str]) -> list[Choice]:
        """Links for all time and for the latest periods in which there is anything.

        Args:
            months: those in which a deal came or was won, as they are typed, in order.
        """
        links = [Choice(Message("web.all_time"), self.href(period=""), not self.period)]
        links += [Choice(name, self.href(period=name), self.period == name) for name in _latest(months)]
        if self.period and not any(link.current for link in links):
            links.append(Choice(self.period, self.href(), current=True))
        return links


def page_of(request: HttpRequest) -> int:
    """The number of the page of a long list, from 1.

    Raises:
        InputError: it is none.
    """
    asked = request.GET.get("page", "1")
    if not asked.isdecimal() or not int(asked) or len(asked) > 6:
        raise InputError(Message("kpis.no_such_page", {"page": asked}))
    return int(asked)


def dimension(name: str) -> Said:
    """What a dimension is called: in words, or as the company's own column."""
    key = f"show.by_{name}"
    return Message(key) if has_key(key, LANGUAGES[0]) else name


def _own(columns: Sequence[str]) -> list[str]:
    """The company's own columns: those that the vocabulary does not name."""
    return [name for name in columns if name not in SCHEMAS["deals"].names]


def _latest(months: Sequence[str]) -> list[str]:
    """The last two of these months, of their quarters and of their years, as they are typed.

    >>> _latest(["2025-12", "2026-09", "2026-10"])
    ['2026-10', '2026-09', '2026-Q4', '2026-Q3', '2026', '2025']
    """
    quarters = [f"{month[:4]}-Q{(int(month[5:]) - 1) // 3 + 1}" for month in months]
    years = [month[:4] for month in months]
    return [name for names in (months, quarters, years) for name in list(dict.fromkeys(reversed(names)))[:OFFERED]]
