"""What is known of the files that a report begins with: the account of every row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from yaad.text import Message

if TYPE_CHECKING:
    from yaad.book import ImportReport


@dataclass(frozen=True)
class Account:
    """The account of one file: ``rows_in = loaded + rejected + skipped``, `skipped_by` reason."""

    name: str
    rows_in: int
    loaded: int
    rejected: int
    skipped: int
    skipped_by: dict[str, int]

    def to_dict(self) -> dict[str, object]:
        """As plain values."""
        return {
            "name": self.name,
            "rows_in": self.rows_in,
            "loaded": self.loaded,
            "rejected": self.rejected,
            "skipped": self.skipped,
            "skipped_by": dict(self.skipped_by),
        }


@dataclass(frozen=True)
class Source:
    """The files of one import, and what to know about them; empty for a book that has long been there."""

    files: tuple[Account, ...] = ()
    notes: tuple[Message, ...] = field(default=())

    @classmethod
    def of(cls, report: "ImportReport") -> "Source":
        """From the account of an import."""
        return cls(tuple(_account(file.to_dict()) for file in report.files), report.notes)

    @classmethod
    def from_dicts(cls, files: Sequence[Mapping[str, Any]], notes: Sequence[Message] = ()) -> "Source":
        """From the plain values of such an account, as they are kept with an upload."""
        return cls(tuple(_account(file) for file in files), tuple(notes))


def _account(file: Mapping[str, Any]) -> Account:
    rows_in, loaded, rejected, skipped = (int(file[key]) for key in ("rows_in", "loaded", "rejected", "skipped"))
    return Account(str(file["name"]), rows_in, loaded, rejected, skipped, dict(file["skipped_by"]))
