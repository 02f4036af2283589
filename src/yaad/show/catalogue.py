"""The list of everything that can be measured."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from yaad.model import Cell
from yaad.show.results import Json, Result, plain
from yaad.show.tables import Column, Kind, Shown, Table
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.measures import Measure


class Catalogue(Result):
    """All measures: ``{"measures": [{"id", "kind", "unit", "words"}]}``."""

    content: "Sequence[Measure]"

    def to_dict(self, lang: str = "en") -> Json:
        """One object a measure; `words` in the language asked for."""
        return {"measures": [_row(measure) | {"words": plain(measure.words, lang)} for measure in self.content]}

    def records(self) -> list[dict[str, Cell]]:
        """One row a measure."""
        return [_row(measure) | {"words": plain(measure.words)} for measure in self.content]

    def table(self, lang: str = "en") -> Table:
        """One row a measure: the name to type, and what it says."""
        rows = tuple(
            (
                Shown(measure.id, measure.id),
                Shown(measure.id, measure.name),
                Shown(measure.id, measure.words),
                Shown(measure.unit, Message(f"show.unit_{measure.unit}")),
            )
            for measure in self.content
        )
        return Table(lang, Message("show.catalogue"), _COLUMNS, rows)


_COLUMNS = (
    Column("id", Message("show.head_id"), Kind.NAME),
    Column("name", Message("show.head_measure"), Kind.TEXT),
    Column("words", Message("show.head_words"), Kind.TEXT),
    Column("unit", Message("show.head_unit"), Kind.TEXT),
)


def _row(measure: "Measure") -> dict[str, Cell]:
    return {"id": str(measure.id), "kind": str(measure.kind), "unit": str(measure.unit)}
