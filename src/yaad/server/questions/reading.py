"""What is asked of the figures of a book, through the shelf that keeps the answers until the data change."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Literal, TypeVar

from yaad.book import Book, ImportRecord
from yaad.book.chances import are_kept
from yaad.errors import UnknownName
from yaad.insight import Gap, Leak
from yaad.measures import Measure
from yaad.measures.namesakes import Namesake
from yaad.model import FEW, Dwells, Figure, Funnel, Grain, Pipeline
from yaad.reports import table_sizes
from yaad.server.state import opened
from yaad.show import Calls, Chances, Conversions, DwellTimes, Explained, Figures, Findings, Funnels, Result
from yaad.show.speech import Said

UNITS = ("count", "rate", "number", "hours", "days", "money")

HEADLINE = ("inquiries", "win_rate", "won_value", "open_value", "deal_value_mean")
TO_CALL = 10
"""Deals to call that are told at once."""
ENOUGH = FEW
"""From so many deals on the first page tells rates, times and where most is lost; of fewer they are chance."""
FEW_BROUGHT = 2
"""From so many open deals that came with files on, it matters until when the files are."""
ALL = 1_000_000
"""Rows of a list that is told whole."""
RatiosOf = Literal["mature", "all", "expected"]
Kind = TypeVar("Kind", bound=Result)


def ask(
    kind: type[Kind], name: str, question: Callable[[Book], Result], *about: object, as_of: dt.date | None = None
) -> Kind:
    """Ask the book for a result of one kind; a list of no group at all is one of that kind too.

    Args:
        kind: of the result.
        name: of the question.
        question: to the book.
        about: what it is about; with `name` it tells one question from another.
        as_of: the day to see the book from; the data's own when absent.
    """

    def seen(book: Book) -> Result:
        if as_of is None:
            return question(book)
        with closing(Book.open(book.root, as_of=as_of, viewer=book.viewer)) as past:
            return question(past)

    found = opened().shelf.ask(name, seen, *about, as_of)
    return found if isinstance(found, kind) else kind(found.content)


def is_empty() -> bool:
    """Whether nothing was imported yet."""
    return opened().shelf.book.is_empty


def imports() -> Sequence[ImportRecord]:
    """The imports that the book is made of, the latest first."""
    return [] if is_empty() else opened().shelf.ask("imports", lambda b: b.imports())[::-1]


def imported(name: str) -> ImportRecord:
    """The import of this name.

    Raises:
        UnknownName: there is none.
    """
    known = {record.name: record for record in imports()}
    if name not in known:
        raise UnknownName("import", name, known)
    return known[name]


def files_until() -> dt.date | None:
    """The latest day that files speak of, where what was written here since has moved the day of the data; else None.

    Days are counted to the day of the data, so it is told beside that as long as open deals came with files; the first
    deal, which is typed and comes in like a file, is none.
    """
    today = as_of()
    told = None if today is None else opened().shelf.ask("files_until", _files_until)
    return told if told and today and told < today else None


def _files_until(book: Book) -> dt.date | None:
    deals = book.facts.deals
    brought = deals.filter((deals.outcome == "open") & deals.file.notnull()).limit(FEW_BROUGHT).count()
    (n,) = book.facts.run(brought.as_table()).column(0).to_pylist()
    return book.facts.pin.files_until if n == FEW_BROUGHT else None


def as_of() -> dt.date | None:
    """The day of the data; None while there are none."""
    return None if is_empty() else opened().shelf.ask("as_of", lambda b: b.facts.pin.seen_from and b.as_of)


def columns() -> list[str]:
    """The columns of deals that hold anything."""
    return opened().shelf.ask("columns", lambda b: b.columns)


def pipeline() -> Pipeline:
    """The stages of the company."""
    return opened().shelf.ask("pipeline", lambda b: b.pipeline)


def stages() -> list[str]:
    """The names between which conversion can be asked: open stages that the data speak of, and won."""
    return [stage.name for stage in (*pipeline().measured, *pipeline().won[:1])]


def funnels(by: str, period: str, as_of: dt.date | None = None) -> Funnels:
    """Funnels by a dimension (empty: one of all)."""
    return ask(Funnels, "funnel", lambda b: b.funnel(by or None, period or None), by, period, as_of=as_of)


def funnel(period: str = "") -> Funnel:
    """The funnel of all."""
    return funnels("", period).content[0]


def leak(period: str = "") -> Leak | None:
    """Where most is lost; None when nothing is."""
    return opened().shelf.ask("leak", lambda b: b.where_most_is_lost(period or None), period)


def conversion(start: str, end: str, by: str, period: str, as_of: dt.date | None = None) -> Conversions:
    """The way between two stages; the first and the last where none is said."""
    return ask(
        Conversions,
        "conversion",
        lambda b: b.conversion(start or None, end or None, by or None, period or None),
        start,
        end,
        by,
        period,
        as_of=as_of,
    )


def dwells(basis: str, by: str, period: str, as_of: dt.date | None = None) -> DwellTimes:
    """Times in stage by a dimension (empty: one of all), of the first visit unless each is said."""
    whole = "visit" if basis == "visit" else "first"
    return ask(
        DwellTimes, "dwell", lambda b: b.dwell(whole, by or None, period or None), whole, by, period, as_of=as_of
    )


def dwell(basis: str = "first", period: str = "") -> Dwells:
    """Times in stage of all."""
    return dwells(basis, "", period).content[0]


def figures(ids: Sequence[str], by: str = "", period: str = "", as_of: dt.date | None = None) -> Figures:
    """Figures of the catalogue.

    Raises:
        UnknownName: there is no such measure.
    """
    for name in ids:
        words(name)
    return ask(
        Figures,
        "figures",
        lambda b: b.measure(*ids, by=by or None, period=period or None),
        *ids,
        by,
        period,
        as_of=as_of,
    )


def months() -> list[str]:
    """The months in which a deal came or was won, as they are typed, in order."""
    found = figures(["inquiries", "won"], Grain.MONTH.value)
    return sorted({str(one.by[Grain.MONTH.value]) for one in found.content if one.value and one.by[Grain.MONTH.value]})


def figure(name: str, period: str = "") -> Figure:
    """One figure of all."""
    return figures([name], "", period).content[0]


def few_deals() -> dict[str, int] | None:
    """Of a book with a handful of deals, how many are ``open``, ``won`` and ``lost``, and ``n`` in all; else None."""
    counts = opened().shelf.ask("few_deals", _by_outcome)
    return None if counts["n"] >= ENOUGH or not counts["n"] else counts


def _by_outcome(book: Book) -> dict[str, int]:
    deals = book.facts.deals
    rows = book.facts.run(deals.group_by("outcome").aggregate(n=deals.count())).to_pylist()
    found = {row["outcome"]: int(row["n"]) for row in rows}
    counts = {name: found.get(name, 0) for name in ("open", "won", "lost")}
    return counts | {"n": sum(counts.values())}  # what was no inquiry is no deal


def headline() -> list[tuple[Figure, Said]]:
    """The figures that stand on the first page, with their names."""
    return [(one, words(one.id)) for one in figures(HEADLINE).content]


def all_figures(period: str) -> Figures:
    """All figures of the catalogue."""
    return figures(list(catalogue()), "", period)


def by_unit(found: Sequence[Figure]) -> list[tuple[str, list[tuple[Figure, Said, Said]]]]:
    """Figures in groups by what they count, each with its name and what it means."""
    groups: dict[str, list[tuple[Figure, Said, Said]]] = {unit: [] for unit in UNITS}
    known = catalogue()
    for one in found:
        measure = known[one.id]
        groups[str(measure.unit)].append((one, measure.name, measure.words))
    return [(unit, rows) for unit, rows in groups.items() if rows]


def catalogue() -> Mapping[str, Measure]:
    """Every measure that the book knows, by its id: the company's own beside those of the catalogue."""
    return opened().shelf.ask("catalogue", lambda b: b.catalogue)


def words(measure: str) -> Said:
    """What a measure is called.

    Raises:
        UnknownName: there is no such measure.
    """
    known = catalogue()
    if measure not in known:
        raise UnknownName("measure", measure, known)
    return known[measure].name


def explanation(measure: str, by: str, period: str, limit: int, as_of: dt.date | None = None) -> Explained:
    """What stands behind a measure.

    Raises:
        UnknownName: there is no such measure.
    """
    words(measure)
    return ask(
        Explained,
        "explain",
        lambda b: b.explain(measure, by or None, period or None, limit),
        measure,
        by,
        period,
        limit,
        as_of=as_of,
    )


def stuck(as_of: dt.date | None = None) -> Explained:
    """All deals that are stuck."""
    return explanation("stuck", "", "", ALL, as_of)


def calls(limit: int = TO_CALL) -> Calls:
    """The deals to call; ranked anew once the chances are known."""
    return opened().shelf.ask("calls", lambda b: b.deals_to_call(limit), limit, has_chances())


def has_chances() -> bool:
    """Whether the chances of these data were computed already."""
    return opened().shelf.glance(lambda b: are_kept(b.root, b.facts.deals_version))


def chances() -> Chances | None:
    """The chances of the open deals; None while they are not computed, which takes too long for a page."""
    return opened().shelf.ask("chances", lambda b: b.win_chances()) if has_chances() else None


def tables() -> Mapping[str, int]:
    """The tables of the book that have rows: how many."""
    sizes: Mapping[str, int] = opened().shelf.ask("table_sizes", table_sizes)
    return {name: rows for name, rows in sizes.items() if rows}


def doctor() -> Findings:
    """What was found in the data, and what they can and cannot tell."""
    return opened().shelf.ask("doctor", lambda b: b.doctor())


def namesakes() -> list[Namesake]:
    """Names that may be of one customer or of several."""
    return opened().shelf.ask("namesakes", lambda b: b.namesakes())


def cannot_tell() -> list[Gap]:
    """What these data cannot tell, and what would unlock it."""
    return opened().shelf.ask("cannot_tell", lambda b: b.cannot_tell())
