"""How the sources of a book stand, and how they ran, as results that show themselves."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from yaad.book.sources.running import Run, Standing
from yaad.model import Cell
from yaad.show import Result
from yaad.show.results import Json
from yaad.show.tables import NOTHING, Column, Kind, Shown, Table, name
from yaad.text import Message


class SourcesKept(Result):
    """The sources of a book: ``{"sources": [{"name", "kind", "place", "schedule", "last", "outcome", "due", …}]}``."""

    content: Sequence[Standing]

    def __init__(self, content: Sequence[Standing], zone: ZoneInfo) -> None:
        super().__init__(content)
        self._zone = zone

    def to_dict(self, lang: str = "en") -> Json:
        """One object a source; never a secret, only since when one is kept."""
        del lang
        return {"sources": self.records()}

    def records(self) -> list[dict[str, Cell]]:
        """One row a source."""
        return [
            {
                "name": one.source.name,
                "kind": one.source.kind,
                "place": one.source.shown,
                "mapping": one.source.mapping or None,
                "schedule": one.source.schedule or None,
                "last": _iso(one.last),
                "outcome": one.outcome.value if one.outcome else None,
                "due": _iso(one.due),
                "secret_since": _iso(one.secret_since),
                "waiting": len(one.waiting),
            }
            for one in self.content
        ]

    def table(self, lang: str = "en") -> Table:
        """One row a source."""
        rows = tuple(
            (
                name(one.source.name),
                name(one.source.shown),
                name(one.source.schedule or NOTHING),
                name(local(one.last, self._zone)),
                Shown(one.outcome, Message(f"sources.was_{one.outcome.value}")) if one.outcome else name(NOTHING),
                name(local(one.due, self._zone)),
                name(local(one.secret_since, self._zone)),
            )
            for one in self.content
        )
        note = Message("sources.no_sources") if not rows else Message("sources.times_of", {"zone": self._zone.key})
        return Table(lang, Message("sources.list"), _COLUMNS, rows, notes=(note,))


class SourcesRan(Result):
    """How sources ran: ``{"sources": [{"name", "outcome", "said", "due"}]}``."""

    content: Sequence[Run]

    def to_dict(self, lang: str = "en") -> Json:
        """One object a source."""
        del lang
        return {"sources": self.records()}

    def records(self) -> list[dict[str, Cell]]:
        """One row a source."""
        return [
            {"name": one.name, "outcome": one.outcome.value, "said": one.said, "due": _iso(one.due)}
            for one in self.content
        ]


def ran(run: Run, zone: ZoneInfo) -> Message:
    """How one source ran, what it had to say, when it is due next."""
    values: dict[str, object] = {
        "name": run.name,
        "outcome": Message(f"sources.was_{run.outcome.value}"),
        "said": run.said,
    }
    if run.due is None:
        return Message("sources.ran", values)
    return Message("sources.ran_next", values | {"due": local(run.due, zone)})


def local(moment: dt.datetime | None, zone: ZoneInfo) -> str:
    """A moment by the company's clock, to the minute."""
    return NOTHING if moment is None else f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _iso(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


_COLUMNS = (
    Column("name", Message("sources.head_source"), Kind.NAME),
    Column("place", Message("sources.head_place"), Kind.NAME),
    Column("schedule", Message("sources.head_schedule"), Kind.NAME),
    Column("last", Message("sources.head_last"), Kind.NAME),
    Column("outcome", Message("sources.head_outcome"), Kind.TEXT),
    Column("due", Message("sources.head_due"), Kind.NAME),
    Column("secret_since", Message("sources.head_secret"), Kind.NAME),
)
