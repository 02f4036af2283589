"""What people say will come, beside the forecast, and how right they were before."""

from yaad.model import Cell
from yaad.plan.forecasting import MONEY
from yaad.plan.forecasting.forecast import Outcome
from yaad.plan.forecasting.judged import Judged, Judgements, PastWord
from yaad.show.forecasts import amount_said, period_said, span_said
from yaad.show.results import Json, Result, plain
from yaad.show.speech import Said
from yaad.show.tables import Column, Kind, Shown, Table, date, name, rate, text
from yaad.text import Message, percent


class JudgedResult(Result):
    """What people say: ``{"period", "rows": [{"person", "commit", "best", "so_far", "expected", …}], "past": […]}``."""

    content_type = Judgements
    content: Judgements

    def to_dict(self, lang: str = "en") -> Json:
        """Each person's word beside the forecast; earlier words and what came; how far off they were."""
        told = self.content
        reached, of = told.kept
        return {
            "period": told.period.name,
            "as_of": told.as_of.isoformat(),
            "quantity": told.quantity,
            "unit": told.unit,
            "rows": self.records(),
            "committed": told.committed,
            "at_best": told.at_best,
            "past": [_past(row) for row in told.past],
            "missed": told.missed,
            "reached": reached,
            "of": of,
            "notes": plain(self.notes(lang), lang),
        }

    def records(self) -> list[dict[str, Cell]]:
        """One row a person."""
        return [_row(row) for row in self.content.rows]

    def notes(self, lang: str = "en") -> tuple[Said, ...]:
        """What they say together, how right they were, and what is missing to tell."""
        told = self.content
        return tuple(one for one in (lead_said(told, lang), kept_said(told, lang), column_said(told)) if one)

    def table(self, lang: str = "en") -> Table:
        """One row a person: for sure, at best, and what the forecast says."""
        told = self.content
        kind = Kind.MONEY if told.quantity == MONEY else Kind.COUNT
        columns = (
            Column("person", Message("show.by_owner"), Kind.NAME),
            Column("commit", Message("forecast.head_commit"), kind),
            Column("best", Message("forecast.head_best"), kind),
            Column("so_far", Message(f"forecast.head_{told.quantity}_so_far"), kind),
            Column("expected", Message("forecast.head_forecast"), kind),
            Column("range", Message("show.head_range_8"), Kind.RANGE),
            Column("said", Message("forecast.head_told"), Kind.TEXT),
        )
        rows = tuple(self._shown(row, lang) for row in told.rows)
        title = Message("forecast.title_judged", {"period": period_said(told.period)})
        return Table(lang, title, columns, rows, notes=self.notes(lang))

    def _shown(self, row: Judged, lang: str) -> tuple[Shown, ...]:
        told = self.content
        who = text(Message("forecast.whole"), lang) if row.person is None else name(row.person)
        said = text(Message("forecast.by_column"), lang) if row.said is None else date(row.said, lang)
        return (
            who,
            *(self._amount(one, lang) for one in (row.commit, row.best, row.so_far)),
            self._amount(row.forecast.mean if row.forecast else None, lang),
            _between(row.forecast, told.quantity, lang),
            said,
        )

    def _amount(self, value: float | None, lang: str) -> Shown:
        told = self.content
        return Shown(value, "–" if value is None else amount_said(value, told.quantity, told.unit, lang))

    def past_table(self, lang: str = "en") -> Table:
        """Earlier words and what came of them."""
        kind = Kind.MONEY if self.content.quantity == MONEY else Kind.COUNT
        columns = (
            Column("period", Message("forecast.head_period"), Kind.NAME),
            Column("person", Message("show.by_owner"), Kind.NAME),
            Column("said", Message("forecast.head_said_on"), Kind.DAY),
            Column("commit", Message("forecast.head_commit"), kind),
            Column("best", Message("forecast.head_best"), kind),
            Column("came", Message("forecast.head_came"), kind),
            Column("missed", Message("forecast.head_missed_by"), Kind.RATE),
        )
        rows = []
        for row in self.content.past:
            who = text(Message("forecast.whole"), lang) if row.person is None else name(row.person)
            off = abs(row.commit - row.came) / row.came if row.commit is not None and row.came else None
            amounts = [self._amount(one, lang) for one in (row.commit, row.best, row.came)]
            period = Shown(row.period.name, period_said(row.period))
            rows.append((period, who, date(row.said, lang), *amounts, rate(off, lang)))
        return Table(lang, Message("forecast.title_words"), columns, tuple(rows))


def lead_said(told: Judgements, lang: str) -> Message | None:
    """What all together commit to and may bring at best; None when nobody said anything."""
    if told.committed is None or told.at_best is None:
        return None
    ends = {
        "commit": amount_said(told.committed, told.quantity, told.unit, lang),
        "best": amount_said(told.at_best, told.quantity, told.unit, lang),
        "n": len(told.people),
    }
    return Message("forecast.judgement", dict(ends))


def kept_said(told: Judgements, lang: str) -> Message | None:
    """How right people were before; None while no period of which they spoke is over."""
    reached, of = told.kept
    if not of:
        return None
    if told.missed is None:
        return Message("forecast.words_kept", {"n": of, "reached": reached})
    return Message("forecast.words_right", {"n": of, "reached": reached, "share": percent(told.missed, lang, 0)})


def column_said(told: Judgements) -> Message | None:
    """What would tell it where nobody said anything and no column does."""
    return None if told.has_column or told.rows else Message("forecast.no_judgement")


def _between(outcome: Outcome | None, quantity: str, lang: str) -> Shown:
    return Shown(None, "–") if outcome is None else span_said(outcome, quantity, lang)


def _row(row: Judged) -> dict[str, Cell]:
    told = row.forecast
    return {
        "person": row.person,
        "commit": row.commit,
        "best": row.best,
        "said": None if row.said is None else row.said.isoformat(),
        "so_far": row.so_far,
        "expected": told.mean if told else None,
        "low": told.low if told else None,
        "high": told.high if told else None,
    }


def _past(row: PastWord) -> dict[str, Cell]:
    return {
        "person": row.person,
        "period": row.period.name,
        "commit": row.commit,
        "best": row.best,
        "said": row.said.isoformat(),
        "came": row.came,
    }
