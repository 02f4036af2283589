"""The scorecard of a book: which measures stand on it, the company's own among them, and what they are held to."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

from yaad.book.disk import appearing
from yaad.errors import InputError, UnknownName
from yaad.measures import REGISTRY, Measure, Scope, adds_up, holds_in_parts, measure
from yaad.measures.columns import ALIASES
from yaad.measures.own_measures import OwnMeasures
from yaad.measures.own_yaml import read_own_measures, write_own_measures
from yaad.measures.quotas import Quotas
from yaad.measures.scorecards import LEADING, Scorecard, SeenFrom, scorecard
from yaad.model import Figure, Period, Target, Whose
from yaad.model.targets import target_period
from yaad.text import Message

FILE = "measures.yaml"
"""In the folder of a book: the company's own measures, and what stands first on its scorecard."""


def own_measures(root: Path) -> OwnMeasures:
    """What the company defined; nothing where it defined nothing.

    Raises:
        InputError: the file cannot be read, or says what cannot be; names the line.
    """
    return _read(root / FILE, _stamp(root))


def version(root: Path) -> str:
    """Changes whenever the definitions do."""
    size, when = _stamp(root)
    return f"{size}-{when}" if size else ""


def _stamp(root: Path) -> tuple[int, int]:
    try:
        state = (root / FILE).stat()
    except FileNotFoundError:
        return 0, 0
    return state.st_size, state.st_mtime_ns


@lru_cache(maxsize=16)
def _read(path: Path, stamp: tuple[int, int]) -> OwnMeasures:
    return definitions(path) if stamp[0] else OwnMeasures()


def definitions(path: Path) -> OwnMeasures:
    """What a file of definitions says.

    Raises:
        InputError: it is absent, cannot be read, or says what cannot be; names the line.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        raise InputError(Message("errors.file_absent", {"path": str(path)})) from None
    except UnicodeDecodeError:
        raise InputError(Message("kpis.not_utf8", {"name": path.name}), file=path.name) from None
    return read_own_measures(text, path.name)


def check(scope: Scope, own: OwnMeasures, name: str) -> None:
    """Ask each definition of the book, so that a column that it does not have is found now and not on a page.

    Raises:
        InputError: a definition asks for what the data do not have; names the line.
    """
    for one in own.measures:
        try:
            measure([one.id], replace(scope, own=own.made()).asking(by=(), all_time=True))
        except UnknownName as error:
            values: dict[str, object] = {"column": error.name, "known": ", ".join(error.known)}
            raise InputError(Message("kpis.unknown_column", values), file=name, row=one.line) from None


def add(root: Path, own: OwnMeasures) -> OwnMeasures:
    """Put definitions into a book; one of the same id takes the place of the older one. Gives all of them."""
    before = own_measures(root)
    ids = {one.id for one in own.measures}
    kept = tuple(one for one in before.measures if one.id not in ids)
    made = OwnMeasures((*kept, *own.measures), own.first or before.first)
    _write(root, made)
    return own_measures(root)


def remove(root: Path, name: str) -> OwnMeasures:
    """Take a definition out of a book. Gives those that are left.

    Raises:
        UnknownName: the company defined no such measure.
    """
    before = own_measures(root)
    known = [one.id for one in before.measures]
    if name not in known:
        raise UnknownName("measure", name, known)
    left = tuple(one for one in before.measures if one.id != name)
    _write(root, OwnMeasures(left, tuple(one for one in before.first if one != name)))
    return own_measures(root)


def _write(root: Path, own: OwnMeasures) -> None:
    with appearing(root / FILE) as partial:
        partial.write_text(write_own_measures(own), "utf-8")


@dataclass(frozen=True)
class Scorecards:
    """What the scorecards of one book are made of.

    Attributes:
        scope: the book's facts.
        own: what the company defined.
        targets: all that were set.
        seen_from: the same facts as they were on a day.
        is_large: whether the book is so large that it is not looked back at unasked, since that makes all stays anew –
            those of everybody, whoever looks.
    """

    scope: Scope
    own: OwnMeasures
    targets: Sequence[Target] = ()
    seen_from: SeenFrom | None = None
    is_large: bool = False

    def ids(self, *, whole: bool) -> tuple[str, ...]:
        """The measures that stand on the scorecard: those that the company put first, or the usual ones; then its own.

        Args:
            whole: all other measures of the catalogue after them.
        """
        leading = self.own.first or tuple(name for name in LEADING if name in REGISTRY)
        own = tuple(one.id for one in self.own.measures)
        return tuple(dict.fromkeys((*leading, *own, *(REGISTRY if whole else ()))))

    def of(
        self, period: Period | None, measures: Sequence[str] | None, *, whole: bool, look_back: bool | None = None
    ) -> Scorecard:
        """The scorecard of a period; of the month of the data's day when none is said.

        Of the usual measures only those stand on it that the data tell anything of.

        Args:
            period: see `Period.parse`.
            measures: ids; those of `ids` when absent.
            whole: see `ids`.
            look_back: whether what goes on changing is compared too, by the facts as they were then; unless said, in
                books that are not large, since it makes all stays anew.

        Raises:
            UnknownName: no such measure, or none that knows the breakdown.
        """
        asked = replace(self.scope, period=period or month_of(self.scope.as_of))
        back = not self.is_large if look_back is None else look_back
        seen_from = self.seen_from if back else None
        made = scorecard(asked, measures or self.ids(whole=whole), self._target, seen_from)
        return made if measures or whole or self.own.first else made.told()

    def _target(self, each: Measure, figure: Figure) -> float | None:
        """What was wanted of a figure; None where nobody set it, or in another currency or tax than the figure's."""
        whose = _whose(figure)
        if figure.period is None or whose is None:
            return None
        sums, holds = (partial(one, own=self.scope.own) for one in (adds_up, holds_in_parts))
        quotas = Quotas(self.targets, self.scope.settings, self.scope.calendar, adds_up=sums, holds=holds)
        try:
            wanted = quotas.wanted(each.id, target_period(figure.period.name), whose)
        except InputError:  # the period is no month, quarter or year, or the targets cannot be added up
            return None
        is_other = wanted is not None and wanted.currency is not None and wanted.currency != figure.unit
        return None if wanted is None or is_other else float(wanted.value)


def _whose(figure: Figure) -> Whose | None:
    """Whose target a figure is held to; None of groups that have none."""
    names = {ALIASES.get(name, name): value for name, value in figure.by.items()}
    if len(names) > 1 or not names.keys() <= set(Whose.PARTS) or None in names.values():
        return None
    return Whose(**{name: str(value) for name, value in names.items()})


def month_of(day: dt.date) -> Period:
    """The month of a day."""
    return Period.parse(f"{day:%Y-%m}")
