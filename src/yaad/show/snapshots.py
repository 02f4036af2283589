"""Open deals by stage, month end after month end."""

from typing import TYPE_CHECKING

from yaad.model import Cell, Snapshot
from yaad.show.results import Json, Result
from yaad.show.tables import Column, Kind, Table, count, date
from yaad.text import Message, day

if TYPE_CHECKING:
    import altair as alt


class Snapshots(Result):
    """``{"snapshots": [{"day", "counts": {stage: n}}]}``, oldest first."""

    content_type = Snapshot
    content: list[Snapshot]

    def to_dict(self, lang: str = "en") -> Json:
        """One object a day."""
        del lang
        return {"snapshots": [{"day": each.day.isoformat(), "counts": each.counts} for each in self.content]}

    def chart(self, lang: str = "en", *, dark: bool = False) -> "alt.TopLevelMixin":
        """One bar a day: all open deals."""
        from yaad.show.charts import Bar, bars_chart

        bars = [Bar(day(each.day, lang), sum(each.counts.values())) for each in self.content]
        return bars_chart(bars, Message("show.snapshots"), lang, dark=dark)

    def records(self) -> list[dict[str, Cell]]:
        """One row a day, one column a stage."""
        return [{"day": each.day.isoformat(), **each.counts} for each in self.content]

    def table(self, lang: str = "en") -> Table:
        """One row a day, one column a stage."""
        stages = list(self.content[0].counts) if self.content else []
        columns = (
            Column("day", Message("show.head_day"), Kind.DAY),
            *(Column(name, name, Kind.COUNT) for name in stages),
        )
        rows = tuple(
            (date(each.day, lang), *(count(each.counts[name], lang) for name in stages)) for each in self.content
        )
        return Table(lang, Message("show.snapshots"), columns, rows)
