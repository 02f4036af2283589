"""What people say will come: written in the journal, or told by the deals' own column; beside the forecast."""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from yaad.errors import InputError, UnknownName
from yaad.facts import journal_of, undone
from yaad.measures import Scope
from yaad.measures.judged import Sums, brought, by_category, category_column, folded
from yaad.model import Judgement, Period, SettingEntry, read_amount, target_period
from yaad.model.settings import JUDGEMENT, judgement_name, read_judgement_name
from yaad.plan.forecasting import MONEY
from yaad.plan.forecasting.forecast import Forecast, outcome_of
from yaad.plan.forecasting.judged import Judged, Judgements, PastWord
from yaad.text import LANGUAGES, Message, render

if TYPE_CHECKING:
    from yaad.book.book import Book

DAY = dt.timedelta(days=1)
PAST = 12
"""So many periods back words are held against what came."""
OWNER = "owner"


class Judging:
    """What people say of the months to come, in one book."""

    def __init__(self, book: "Book", whole: Callable[[], Scope], forecast: Callable[[], Forecast]) -> None:
        """Args: the book; its facts, all of them and as they are now; its forecast by person."""
        self._book, self._whole, self._forecast = book, whole, forecast

    def say(
        self,
        commit: str | float | Decimal | None,
        best: str | float | Decimal | None,
        period: Period | str | None,
        person: str | None,
        *,
        at: dt.datetime,
        by: str,
        key: str | None = None,
    ) -> SettingEntry:
        """Write what comes for sure and what may come at best; see `Book.judge`."""
        wanted = self._period(period)
        if person is not None and person not in (known := self._book.goals.names(OWNER)):
            raise UnknownName("person", person, known)
        if wanted.end <= self._book.as_of + DAY:
            raise InputError(Message("forecast.judged_late", {"period": wanted.name}))
        said = [None if one is None or one == "" else read_amount(str(one)) for one in (commit, best)]
        name = judgement_name(wanted.name, person)
        before = self._book.settings.judgements.get(name.partition(":")[2], Judgement())
        if said[0] is not None and said[1] is not None and said[1] < said[0]:
            raise InputError(Message("forecast.best_below", {"commit": str(said[0]), "best": str(said[1])}))
        # what is not said again stands, where the new word leaves room for it
        if said[1] is None and said[0] is not None and (before.best or 0) >= said[0]:
            said[1] = before.best
        elif said[0] is None and said[1] is not None and (before.commit or said[1]) <= said[1]:
            said[0] = before.commit
        value = None
        if any(one is not None for one in said):
            value = json.dumps(dict(zip(("commit", "best"), (one and str(one) for one in said), strict=True)))
        return self._book.write(SettingEntry(at=at, by=by, key=key or uuid.uuid4().hex, name=name, value=value))

    def of(self, period: Period | str | None) -> Judgements:
        """What people say of a period; see `Book.judgements`."""
        wanted, scope = self._period(period), self._whole()
        made = self._forecast()
        is_money = made.quantity == MONEY
        column = category_column(scope, frozenset(_words("column"))) if is_money else None
        came = brought(scope, wanted)
        rows = dict(self._said(wanted, came, is_money=is_money))
        if column is not None and wanted.end > scope.as_of + DAY:  # of a period that is over nothing is still to come
            words = {kind: frozenset(_words(kind)) for kind in ("commit", "best")}
            for person, (sure, best) in by_category(scope, wanted, column, words).items():
                done = _one(came, person, is_money=is_money)
                if person is not None and person not in rows:
                    rows[person] = Judged(person, done + sure, done + best, None, done)
        outcomes = {part.name: part for part in made.parts}
        found = []
        for person in sorted(rows, key=lambda one: (one is not None, one or "")):
            told = made if person is None else outcomes.get(person)
            row = rows[person]
            outcome = None if told is None else outcome_of(told.money if is_money else told.won, wanted)
            found.append(Judged(row.person, row.commit, row.best, row.said, row.so_far, outcome))
        return Judgements(
            period=wanted,
            as_of=scope.as_of,
            rows=tuple(found),
            past=tuple(self._past(scope, is_money=is_money)),
            quantity=made.quantity,
            unit=made.unit,
            has_column=column is not None,
        )

    def _said(self, period: Period, came: Sums, *, is_money: bool) -> Iterator[tuple[str | None, Judged]]:
        days = {entry.name: self._day(entry) for entry in self._entries()}
        for name, one in self._book.settings.judgements.items():
            said_of, person = read_judgement_name(name)
            if said_of == period.name:
                done = _one(came, person, is_money=is_money)
                said = days.get(f"{JUDGEMENT}:{name}")
                yield person, Judged(person, _plain(one.commit), _plain(one.best), said, done)

    def _day(self, entry: SettingEntry) -> dt.date:
        """The day on which something was said, where the company is."""
        return entry.at.astimezone(ZoneInfo(self._book.zone)).date()

    def _past(self, scope: Scope, *, is_money: bool) -> Iterator[PastWord]:
        """The first word of each person on each period that is over, if it was said before its end."""
        first: dict[str, SettingEntry] = {}
        for entry in self._entries():
            if entry.value is not None:
                first.setdefault(entry.name, entry)
        sums: dict[str, Sums] = {}
        found = []
        for name, entry in first.items():
            said_of, person = read_judgement_name(name.partition(":")[2])
            period, said = target_period(said_of), self._day(entry)
            if period.end > scope.as_of or said >= period.end:
                continue
            came = sums.setdefault(period.name, brought(scope, period))
            one = Judgement.read(json.loads(entry.value or "{}"))
            done = _one(came, person, is_money=is_money)
            found.append(PastWord(person, period, _plain(one.commit), _plain(one.best), said, done))
        found.sort(key=lambda row: (-row.period.start.toordinal(), row.person or ""))
        periods = list(dict.fromkeys(row.period for row in found))[:PAST]
        yield from (row for row in found if row.period in periods)

    def _entries(self) -> list[SettingEntry]:
        """All that was said of months to come by whom the viewer sees, in order; what was taken back is left out."""
        entries = journal_of(self._book.root).of_company()
        gone = undone(entries)
        return [
            entry
            for entry in entries
            if isinstance(entry, SettingEntry)
            and entry.name.startswith(f"{JUDGEMENT}:")
            and entry.seq not in gone
            and self._book.viewer.speaks_for(read_judgement_name(entry.name.partition(":")[2])[1])
        ]

    def _period(self, period: Period | str | None) -> Period:
        if period is not None:
            return target_period(period.name if isinstance(period, Period) else period)
        return target_period(f"{self._book.as_of + DAY:%Y-%m}")


def _plain(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _one(came: Sums, person: str | None, *, is_money: bool) -> float:
    """What came of one person; of all of them where none is named."""
    rows = came.values() if person is None else [came.get(person, (0.0, 0.0))]
    return sum(row[int(is_money)] for row in rows)


@cache
def _words(kind: str) -> tuple[str, ...]:
    """The words of a column of a CRM for one meaning, in both languages, `folded`."""
    said = (render(Message(f"forecast.also.{kind}"), lang) for lang in LANGUAGES)
    return tuple(folded(word) for words in said for word in words.split(","))
