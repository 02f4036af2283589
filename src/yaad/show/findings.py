"""The doctor's list: what is missing, impossible or silent in the data, and what that takes away."""

from yaad.model import Cell, Finding
from yaad.show.results import Json, Result, plain
from yaad.show.tables import Column, Kind, Shown, Table, count, text
from yaad.text import Message


class Findings(Result):
    """What was found in the data: ``{"findings": [{"id", "count", "of", "words", "means"}]}``."""

    content_type = Finding
    content: list[Finding]

    def to_dict(self, lang: str = "en") -> Json:
        """One object a finding; the sentences in the language asked for."""
        return {
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

    def records(self) -> list[dict[str, Cell]]:
        """One row a finding."""
        return [{"id": found.id, "count": found.count, "of": found.of} for found in self.content]

    def table(self, lang: str = "en") -> Table:
        """One row a finding, with what it means; a sentence when there is none."""
        rows = tuple(_row(found, lang) for found in self.content)
        notes = () if rows else (Message("quality.all_well"),)
        return Table(lang, Message("quality.title"), _COLUMNS, rows, notes=notes)


_COLUMNS = (
    Column("finding", Message("quality.head_finding"), Kind.NAME),
    Column("count", Message("quality.head_count"), Kind.COUNT),
    Column("of", Message("quality.head_of"), Kind.COUNT),
    Column("means", Message("quality.head_means"), Kind.TEXT),
)


def _row(found: Finding, lang: str) -> tuple[Shown, ...]:
    return (text(found.words, lang), count(found.count, lang), count(found.of, lang), text(found.means, lang))
