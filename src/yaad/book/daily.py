"""What a book tells one person of their day, beside what it tells of any deal."""

import datetime as dt
from zoneinfo import ZoneInfo

from yaad.book.inquiries import Receiving
from yaad.insight.board import name_of
from yaad.insight.leaking import Entries, entries_of, of_person
from yaad.insight.my_day import Meets, Strengths, strengths
from yaad.measures.contacts import planned_on
from yaad.model import Pipeline

NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)
OF_DEALS = ("deal_id", "name", "account", "contact", "phone", "email")


class Daily(Receiving):
    """A book that people work with from morning to evening."""

    def planned_on(self, day: dt.date) -> tuple[Meets, ...]:
        """What is planned with customers for a day, the earliest first; what has no time of day comes last.

        Args:
            day: by the company's clock.
        """
        self.need_persons()
        scope = self._past(max(day, self.as_of))
        planned = planned_on(scope, day)
        deals = scope.deals.select(*OF_DEALS)
        rows = scope.run(planned.join(deals, "deal_id")).to_pylist()
        zone = ZoneInfo(scope.zone)
        found = []
        for told in rows:
            row = scope.opt_outs.hidden(told)
            at = None if row["whole_day"] or row["at"] is None else row["at"]
            if at is not None:
                at = (at if at.tzinfo else at.replace(tzinfo=dt.UTC)).astimezone(zone)
            found.append(Meets(row["deal_id"], name_of(row), row["phone"], row["did"], at, row["text"] or ""))
        return tuple(sorted(found, key=lambda one: (one.at or NEVER, one.name, one.deal_id)))

    def advancing(self) -> tuple[Entries, Pipeline]:
        """How deals of late went on from each step, with whose they are: what `strengths` compares."""
        self.need_persons()
        return entries_of(self._scope().asking(by=(), all_time=True)), self.pipeline

    @staticmethod
    def strengths(person: str, among: tuple[Entries, Pipeline]) -> Strengths:
        """Where a person's deals go on more than those of others like them, and where less.

        Args:
            person: as the deals name them.
            among: see `advancing`; of all whose deals are compared.
        """
        entries, pipeline = among
        return strengths(of_person(entries, person), pipeline)
