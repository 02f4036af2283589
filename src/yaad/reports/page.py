"""One page of a report: the one thing it says, how sure that is, what to do next, and what is shown for it."""

from dataclasses import dataclass, field, replace

from yaad.show import Table
from yaad.show.results import Json
from yaad.show.speech import Said
from yaad.text import Message


@dataclass(frozen=True)
class Part:
    """Something shown on a page.

    Attributes:
        html: as markup that the parts' rules style; made by `yaad.show`.
        head: what it is called; None when it needs no words.
        half: it stands beside the next half, where it is narrow enough.
        name: class of its frame, for the paper's own rules.
    """

    html: str
    head: Said | None = None
    half: bool = False
    name: str = ""


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        id: quality, funnel, time or plan.
        title: the question that it answers.
        says: the one thing it says.
        sure: how sure that is.
        todo: what to do next, the first thing first.
        parts: what is shown on paper.
        tables: the same as rows, for a workbook: name of the tab, table.
        data: the same as plain values, for programs.
        remarks: what the consultant wrote.
    """

    id: str
    title: Message
    says: tuple[Said, ...]
    sure: tuple[Said, ...]
    todo: tuple[Said, ...]
    parts: tuple[Part, ...]
    tables: tuple[tuple[Message, Table], ...] = ()
    data: Json = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    def remarked(self, remarks: tuple[str, ...]) -> "Page":
        """The page with the consultant's remarks."""
        return replace(self, remarks=remarks)


def only(table: Table, *keys: str) -> Table:
    """A table with some of its columns, in the order asked for; without title and notes, which stand elsewhere."""
    places = [next(at for at, column in enumerate(table.columns) if column.key == key) for key in keys]
    rows = tuple(tuple(row[at] for at in places) for row in table.rows)
    total = tuple(table.total[at] for at in places) if table.total else None
    return Table(table.lang, "", tuple(table.columns[at] for at in places), rows, total)
