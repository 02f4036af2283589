"""What a figure, funnel or plan shows of itself: one interface for the page, the notebook and the command line."""

import datetime as dt
import html
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from yaad.errors import CannotTell
from yaad.model import Cell
from yaad.show.markup import table_html
from yaad.show.tables import Table
from yaad.text import LANGUAGES, Message, direction, render

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd
    import polars as pl
    import pyarrow as pa

Json = dict[str, Any]  # the values of a JSON object are of any kind by nature


_FITTING: dict[type, "type[Result]"] = {}


class Result:
    """A result that shows itself.

    ``Result(content)`` gives the class that fits the content: `Figures` for a list of `Figure`, `Funnels` for funnels
    and so on, and can be called with each of these directly (needed where the content may be an empty list).

    Attributes:
        content: the typed result itself, as the rooms below give it.
    """

    content_type: ClassVar[type | None] = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.content_type is not None:
            _FITTING[cls.content_type] = cls

    def __new__(cls, content: object, *_rest: object, **_named: object) -> Self:
        """The class that fits the content when asked for any result, else the class asked for."""
        return object.__new__(cast("type[Self]", _class_for(content)) if cls is Result else cls)

    def __init__(self, content: object) -> None:
        self.content = content

    def __repr__(self) -> str:
        """The table as plain text, in the language of ``YAAD_LANG``, else English."""
        return self.table(_language()).to_text() or f"{type(self).__name__}({self.content!r})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Result) and other.content == self.content

    def __hash__(self) -> int:
        return hash((type(self), repr(self.content)))

    def to_dict(self, lang: str = "en") -> Json:
        """The JSON object of the result; `lang` is the language of the few sentences in it."""
        del lang
        return {}

    def records(self) -> list[dict[str, Cell]]:
        """Flat rows, one dict each: the rows of `arrow`, `pandas` and `polars`."""
        return []

    def table(self, lang: str = "en") -> Table:
        """The result as a table in words."""
        return Table(lang, "", (), ())

    def html(self, lang: str = "en") -> str:
        """The part that stands in a page: escaped, without inline styles."""
        return table_html(self.table(lang))

    def chart(self, lang: str = "en", *, dark: bool = False) -> "alt.TopLevelMixin":
        """An Altair chart in the product's look.

        Raises:
            CannotTell: this kind of result is best read as a table.
        """
        del lang, dark
        raise CannotTell(Message("show.no_chart"))

    def arrow(self) -> "pa.Table":
        """The rows as an Arrow table."""
        import pyarrow as pa

        return pa.Table.from_pylist(self.records())

    def pandas(self) -> "pd.DataFrame":
        """The rows as a pandas frame (needs pandas)."""
        import pandas as pd

        return pd.DataFrame.from_records(self.records())

    def polars(self) -> "pl.DataFrame":
        """The rows as a polars frame (needs polars)."""
        import polars as pl

        return pl.DataFrame(self.records(), infer_schema_length=None)

    def _repr_html_(self) -> str:
        """How a notebook shows it: the page's part with its own tokens; language of ``YAAD_LANG``, else English."""
        lang = _language()
        return in_notebook(self.html(lang), lang)


def _language() -> str:
    """The language that the environment asks for, else English."""
    lang = os.environ.get("YAAD_LANG", "en")
    return lang if lang in LANGUAGES else "en"


def _class_for(content: object) -> "type[Result]":
    """By the type of the content, or of its first item."""
    sample = content
    if isinstance(content, Sequence) and not isinstance(content, str):
        sample = next(iter(content), None)
    fitting = (_FITTING[cls] for cls in type(sample).__mro__ if cls in _FITTING)
    return next(fitting, Result)


@cache
def _css(name: str) -> str:
    return (files("yaad.show") / name).read_text("utf-8")


def parts_css() -> str:
    """The rules of all HTML parts, for the stylesheet of a page."""
    return _css("parts.css")


def in_notebook(part: str, lang: str) -> str:
    """An HTML part with the look's tokens and rules around it, for a page that has none of them."""
    style = f"<style>{_css('notebook.css')}{parts_css()}</style>"
    return f'<div class="yaad" lang="{html.escape(lang)}" dir="{direction(lang)}">{style}{part}</div>'


# ---- plain values -----------------------------------------------------------------------------------------------


def plain(value: object, lang: str = "en") -> Any:  # noqa: ANN401 – the values of JSON are of any kind by nature
    """A value as JSON knows it: no NaN, no infinity, dates in ISO form, exact numbers as numbers, messages said."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Message):
        return render(value, lang)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item, lang) for key, item in value.items()}
    if isinstance(value, Iterable):
        return [plain(item, lang) for item in value]
    return _number(value)


def _number(value: object) -> int | float | str | None:
    if isinstance(value, Integral):
        return int(value)
    if not isinstance(value, Real | Decimal):
        return str(value)
    try:
        exact = float(value)
    except (OverflowError, ValueError):  # beyond any float, or a signalling NaN
        return None
    return exact if math.isfinite(exact) else None


def flat(by: Mapping[str, Cell], row: Mapping[str, Cell]) -> dict[str, Cell]:
    """A row with its group's dimensions before it; a dimension named like a column gets ``by_`` before its name."""
    return {(f"by_{key}" if key in row else key): value for key, value in by.items()} | dict(row)
