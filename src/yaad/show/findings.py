"""The doctor's list: what is missing, impossible or silent in the data, what that takes away, and what unlocks it."""

from collections.abc import Sequence
from itertools import groupby

from yaad.insight import Gap
from yaad.measures import Tellable
from yaad.model import Cell, Finding
from yaad.show.phrases import dimension, measure_said
from yaad.show.results import Json, Result, plain
from yaad.show.speech import Said, say_plain
from yaad.show.tables import Column, Kind, Shown, Table, count, text
from yaad.text import Message


class Findings(Result):
    """What was found in the data, and what they can and cannot tell.

    ``{"findings": [{"id", "count", "of", "words", "means"}], "cannot_tell": [{"column", "about", "words",
    "measures"}], "measures": [{"id", "can", "why", "column", "without_stages"}]}``

    Attributes:
        gaps: questions that the data leave without an answer; None where they were not asked for.
        measures: every measure of the catalogue, whether it can be told; None where they were not asked for.
    """

    content_type = Finding
    content: list[Finding]

    def __init__(
        self, content: list[Finding], *, gaps: Sequence[Gap] | None = None, measures: Sequence[Tellable] | None = None
    ) -> None:
        super().__init__(content)
        self.gaps = gaps
        self.measures = measures

    def to_dict(self, lang: str = "en") -> Json:
        """One object a finding, a gap and a measure; the sentences in the language asked for."""
        found: Json = {
            "findings": [
                {
                    "id": found.id,
                    "count": found.count,
                    "of": found.of,
                    "words": plain(found.words, lang),
                    "means": plain(found.means, lang),
                }
                for found in self.content
            ]
        }
        if self.gaps is not None:
            found["cannot_tell"] = [self._gap(gap, lang) for gap in self.gaps]
        if self.measures is not None:
            found["measures"] = [_measure(one, lang) for one in self.measures]
        return found

    def _gap(self, gap: Gap, lang: str) -> Json:
        """One gap with the measures that it takes away."""
        told = self.measures or ()
        lost = [one.id for one in told if (gap.column and one.column == gap.column) or gap.about in one.without]
        words = {"about": say_plain(gap.about, lang), "words": plain(gap.words, lang)}
        return {"column": gap.column, **words, "measures": lost}

    def not_told(self) -> list[Said]:
        """How many figures can be computed, and for each reason which cannot; nothing when all can."""
        measures = self.measures or ()
        missing = sorted((one for one in measures if not one.can), key=_reason)
        if not missing:
            return []
        values: dict[str, object] = {"n": len(measures) - len(missing), "of": len(measures)}
        return [Message("quality.told", values), *(_without(list(same)) for _, same in groupby(missing, key=_reason))]

    def records(self) -> list[dict[str, Cell]]:
        """One row a finding."""
        return [{"id": found.id, "count": found.count, "of": found.of} for found in self.content]

    def table(self, lang: str = "en") -> Table:
        """One row a finding, with what it means; a sentence when there is none."""
        rows = tuple(_row(found, lang) for found in self.content)
        notes: list[Said] = [
            Message("quality.cannot", {"about": gap.about, "words": gap.words}) for gap in self.gaps or ()
        ]
        notes += self.not_told()
        if not rows and not self.gaps:
            notes.insert(0, Message("quality.all_well"))
        return Table(lang, Message("quality.title"), _COLUMNS, rows, notes=tuple(notes))


_COLUMNS = (
    Column("finding", Message("quality.head_finding"), Kind.NAME),
    Column("count", Message("quality.head_count"), Kind.COUNT),
    Column("of", Message("quality.head_of"), Kind.COUNT),
    Column("means", Message("quality.head_means"), Kind.TEXT),
)


def _row(found: Finding, lang: str) -> tuple[Shown, ...]:
    return (text(found.words, lang), count(found.count, lang), count(found.of, lang), text(found.means, lang))


def _measure(one: Tellable, lang: str) -> Json:
    said = {"id": one.id, "name": say_plain(measure_said(one.id), lang), "can": one.can, "why": plain(one.why, lang)}
    return {**said, "column": one.column, "without_stages": list(one.without)}


def _reason(one: Tellable) -> str:
    return repr((one.column, one.why))


def _without(ones: Sequence[Tellable]) -> Message:
    names: Said = measure_said(ones[-1].id)
    for one in reversed(ones[:-1]):
        names = Message("show.and_then", {"first": measure_said(one.id), "rest": names})
    values: dict[str, object] = {"measures": names, "why": ones[0].why or ""}
    if ones[0].column is None:
        return Message("quality.not_told", values)
    return Message("quality.not_told_without", values | {"column": dimension(ones[0].column)})
