"""The morning in a few lines of plain text, to be read in a mail or shared in a chat: at most five blocks.

Each block is what a page says: new since yesterday, inquiries that nobody answered, the target and its pace, whom to
call today and why, a success to copy; of one person what is due and planned. A block that has nothing is left out;
where none has anything, that is said.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from yaad.insight import CallDeal
from yaad.insight.my_day import Meets, Steps
from yaad.plan.goals import Goal
from yaad.show.goals import pace_said, standing_said
from yaad.show.my_day import MyDay, meets_said, step_said, waited_said
from yaad.show.speech import Said, say_plain
from yaad.text import Message, direction

Json = dict[str, Any]  # the values of a JSON object are of any kind by nature
DAY = dt.timedelta(days=1)
ASKS = 3
"""Who waits for an answer is told one by one up to so many."""
BREAKING = re.compile(r"[^\S\xa0\u202f]+")
"""Blanks and line breaks; a blank that holds a number and its word together stays."""
STRONG = {"L": "ltr", "R": "rtl", "AL": "rtl"}
"""Kinds of letters that have a direction."""
MARKS = {"ltr": "\u200e", "rtl": "\u200f"}
SAID = {"new": "outgoing.digest_new_deals", "won": "outgoing.digest_won", "lost": "outgoing.digest_lost"}
"""Heading of what moved → how it is said."""


NO_STEPS = Steps()


@dataclass(frozen=True)
class Asks:
    """Somebody who turned to the company and has no answer.

    Attributes:
        waits: how long they wait, in words.
    """

    name: str
    phone: str | None
    waits: Message


@dataclass(frozen=True)
class Success:
    """A deal that was won, and what was done well on the way."""

    name: str
    owner: str | None
    done_well: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Digest:
    """What somebody is told in the morning.

    Attributes:
        company: its name.
        day: the morning.
        since: what is new is told from the end of this day on.
        new: heading of what moved, such as ``won`` → how many deals.
        asks: some of those who wait for an answer, the longest wait first; `waiting` of them in all.
        goal: how the month stands; None where it cannot be told, or there is no target.
        calls: whom to call, the first one first.
        success: one to copy.
        person: whose morning it is; empty: that of all whom the reader sees.
        lead: of one person: the one thing that matters first.
        meets: of one person: what is planned for today.
        steps: of one person: next steps that are due.
    """

    company: str
    day: dt.date
    since: dt.date
    new: dict[str, int]
    asks: Sequence[Asks]
    waiting: int
    goal: Goal | None
    calls: Sequence[CallDeal]
    success: Success | None
    person: str = ""
    lead: Message | None = None
    meets: Sequence[Meets] = ()
    steps: Steps = NO_STEPS

    def text(self, lang: str) -> str:
        """All of it, a sentence a line, an empty line between blocks."""
        whose = {"company": self.person or self.company, "day": self.day}
        head = [_line(one, lang) for one in (Message("outgoing.digest_head", whose), self.lead) if one is not None]
        blocks = ["\n".join(_line(one, lang) for one in block) for block in self._blocks(lang)]
        if not blocks and self.lead is None:
            blocks = [_line(Message("outgoing.digest_nothing"), lang)]
        return "\n\n".join(["\n".join(head), *blocks]) + "\n"

    def to_dict(self, lang: str) -> Json:
        """The same as an object."""
        return {"day": self.day.isoformat(), "text": self.text(lang), "blocks": len(list(self._blocks(lang)))}

    def _blocks(self, lang: str) -> Iterator[Sequence[Said]]:
        if new := self._new():
            yield new
        if self.waiting:
            yield [Message("outgoing.digest_waiting", {"n": self.waiting}), *map(_asking, self.asks)]
        if self.goal is not None:
            yield [*standing_said(self.goal, lang), *pace_said(self.goal, lang)]
        if self.calls:
            yield [Message("outgoing.digest_calls", {"n": len(self.calls)}), *self._calls()]
        if self.meets or self.steps.rows:
            yield [Message("morning.due"), *self._due()]
        if self.success:
            yield self._success(self.success)

    def _new(self) -> Sequence[Said]:
        told = [Message(SAID[name], {"n": n}) for name, n in self.new.items() if n]
        first = self.since + DAY
        is_yesterday = first + DAY == self.day
        head = Message("outgoing.digest_new") if is_yesterday else Message("outgoing.digest_new_since", {"day": first})
        return [head, *told] if told else []

    def _calls(self) -> Iterator[Said]:
        for place, one in enumerate(self.calls, 1):
            values: dict[str, object] = {"place": str(place), "name": one.name, "why": one.why, "next": one.next_step}
            yield Message("outgoing.digest_call", values)
            if one.phone:
                yield Message("outgoing.digest_phone", {"phone": one.phone})

    def _due(self) -> Iterator[Said]:
        for meets in self.meets:
            yield Message("morning.due_line", {"name": meets.name, "what": meets_said(meets)})
        for step in self.steps.rows:
            yield Message("morning.due_line", {"name": step.name, "what": step_said(step)})
        if (more := self.steps.n - len(self.steps.rows)) > 0:
            yield Message("morning.due_more", {"n": more})

    @staticmethod
    def _success(one: Success) -> Sequence[Said]:
        values: dict[str, object] = {"name": one.name, "owner": one.owner or ""}
        head = Message("outgoing.digest_success" if one.owner else "outgoing.digest_success_of_nobody", values)
        words = one.done_well or ((one.reason,) if one.reason else ())
        return [head, *(Message("outgoing.digest_well", {"what": words_of}) for words_of in words)]


def of_day(found: MyDay, company: str) -> Digest:
    """One person's day as a morning in plain text: what its page says, and nothing else.

    Args:
        found: the day.
        company: its name.
    """
    waiting = found.inquiries
    return Digest(
        company=company,
        day=found.day,
        since=found.day,
        new={},
        asks=[
            Asks(one.name, one.phone, waited_said(one.minutes, one.came_day, waiting.day_minutes))
            for one in waiting.rows[:ASKS]
        ],
        waiting=waiting.n,
        goal=found.goal if found.goal is not None and found.goal.wanted is not None else None,
        calls=found.calls,
        success=None,
        person=found.person,
        lead=None if waiting.n else found.says,
        meets=found.meets,
        steps=found.steps,
    )


def _asking(one: Asks) -> Said:
    values: dict[str, object] = {"name": one.name}
    if one.phone:
        values["phone"] = one.phone
    said = Message("outgoing.digest_ask_phone" if one.phone else "outgoing.digest_ask", values)
    return Message("outgoing.digest_waits", {"who": said, "waits": one.waits})


def _line(said: Said, lang: str) -> str:
    """One line, whatever stands in a name: nobody's name begins a line of its own, or turns the line around.

    A chat sets each line in the direction of its first letter: where that is a name's, a mark of the language's own
    direction goes before it.
    """
    line = BREAKING.sub(" ", say_plain(said, lang)).strip()
    first = next((kind for kind in map(unicodedata.bidirectional, line) if kind in STRONG), None)
    is_turned = first is not None and STRONG[first] != direction(lang)
    return MARKS[direction(lang)] + line if is_turned else line
