"""What a run has to say, in every language: who reads it later may speak another one than who ran it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from yaad.book.reports import ImportReport
from yaad.show.speech import say_plain
from yaad.text import LANGUAGES, Message

Told = Mapping[str, str]
"""Language → text."""
WRITTEN = "_written"
"""The key of a note that names a file of this machine ends so."""


@dataclass(frozen=True)
class Counts:
    """Rows of the files that a run brought: all of them = loaded + rejected + skipped.

    Attributes:
        rows_in, loaded, rejected, skipped: how many.
        rejects: where the refused rows were written, one file for each that has any.
    """

    rows_in: int = 0
    loaded: int = 0
    rejected: int = 0
    skipped: int = 0
    rejects: tuple[Path, ...] = ()

    @classmethod
    def of(cls, report: ImportReport) -> "Counts":
        """Those of an import."""
        rows_in, loaded, rejected, skipped = (sum(getattr(file, name) for file in report.files) for name in ROWS)
        return cls(rows_in, loaded, rejected, skipped, tuple(report.rejects.values()))

    def __add__(self, other: "Counts") -> "Counts":
        rows_in, loaded, rejected, skipped = (getattr(self, name) + getattr(other, name) for name in ROWS)
        return Counts(rows_in, loaded, rejected, skipped, (*self.rejects, *other.rejects))


ROWS = ("rows_in", "loaded", "rejected", "skipped")


def told(say: Callable[[str], str]) -> Told:
    """A text in every language, by what says it in one."""
    return {lang: say(lang) for lang in LANGUAGES}


def joined(parts: Sequence[Told], between: str = "\n\n") -> Told:
    """Texts one below the other; what says nothing is left out."""
    return told(lambda lang: between.join(part[lang] for part in parts if part.get(lang)))


def account(report: ImportReport, lang: str, *, with_paths: bool = True) -> str:
    """The account of an import in sentences.

    Args:
        report: of the import.
        lang: of the sentences.
        with_paths: whether it names the files that were written beside the book.
    """
    table = report.table(lang)
    changed = report.stored.committed
    notes = table.notes if changed else (*table.notes, Message("sources.no_change"))
    lines = [line for line in (table.title, *notes) if with_paths or not _names_a_path(line)]
    return "\n".join(say_plain(line, lang) for line in lines)


def _names_a_path(line: str | Message) -> bool:
    return isinstance(line, Message) and line.key.endswith(WRITTEN)
