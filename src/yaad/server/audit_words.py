"""Words for the lines of the audit log: what was done, to what, and each detail, in sentences of the catalogue."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from yaad.model.entries import SettingEntry, entry_from_json
from yaad.server.audit import DIGESTED
from yaad.server.models import AuditEvent, Invitation, JournalEntry, Token
from yaad.show.speech import Said
from yaad.text import LANGUAGES, Message, has_key

UNTOLD = frozenset({"name", "invitation"})
"""Details that the rest of the line tells already."""
SPEAKING = frozenset({"file", "source", "company"})
"""What is called by its own name; the company is the one whose log it is."""
CHANGED = 2
"""A list of so many of a changed field holds what it was and what it is."""
KILO = 1024


@dataclass(frozen=True)
class Words:
    """Says the lines of one company.

    Attributes:
        zone: the company's clock.
        known: digests and ids of people → as they are called.
        things: what lines are about, such as ``token:2`` → its name.
    """

    zone: ZoneInfo
    known: Mapping[str, str]
    things: Mapping[str, Said]

    def about(self, row: AuditEvent) -> Said:
        """To what it was done."""
        told, kind, name = row.subject, *row.subject.partition(":")[::2]
        if row.action == "agent.asked" and has_key(f"agent.tool_{told}", LANGUAGES[0]):
            return Message(f"agent.tool_{told}")
        found = self.known.get(told) or self.things.get(told)
        if found:
            return Message("house.about_token", {"name": found}) if kind == "token" else found
        if told.startswith(DIGESTED):
            return Message("house.somebody")
        if kind in SPEAKING:
            return "" if kind == "company" else name
        if has_key(f"house.about_{kind}", LANGUAGES[0]):
            return Message(f"house.about_{kind}", {"name": name})
        return told

    def more(self, row: AuditEvent) -> Said:
        """All the details in one sentence."""
        said: Said = ""
        for key, value in row.detail.items():
            others = (
                [Message(f"house.field_{name}") for name in value if name not in row.detail]
                if key == "fields"
                else value
            )
            one = "" if key in UNTOLD else self._detail(str(key), others)
            if one:
                said = Message("house.and", {"one": said, "other": one}) if said else one
        return said

    def _detail(self, key: str, value: object) -> Said:
        words = f"house.detail_{key}"
        if isinstance(value, list) and key in CHANGING:
            if len(value) != CHANGED:
                return ""
            before, after = (self._value(key, one) or Message("house.none") for one in value)
            return Message(f"house.changed_{key}", {"before": before, "after": after})
        if value in (None, "", False, [], {}, "{}") or (key == "email" and value not in self.known):
            return ""  # nothing to say: an address that is kept is what the line is about
        if not has_key(words, LANGUAGES[0]):
            return f"{key}: {self._value(key, value)}"
        is_count = isinstance(value, int) and not isinstance(value, bool)
        return Message(words, {"n" if is_count else "value": self._value(key, value)})

    def _value(self, key: str, value: object) -> object:
        """A value as it is said; empty where there is none."""
        if isinstance(value, list):
            return self._list([self._value(key, one) for one in value])
        if isinstance(value, str):
            return self._text(key, value)
        if isinstance(value, bool):
            return Message("house.yes" if value else "house.no")
        if key == "bytes" and isinstance(value, int):
            return max(1, round(value / KILO))
        return "" if value is None else value

    def _text(self, key: str, text: str) -> object:
        if key in ("until", "ended_at"):
            return self._day(text)
        if key == "arguments":
            return self._arguments(text)
        worded = NAMED.get(key, "") + text
        if key in NAMED and has_key(worded, LANGUAGES[0]):
            return Message(worded)
        return self.known.get(text) or (Message("house.somebody") if text.startswith(DIGESTED) else text)

    def _day(self, text: str) -> object:
        """The last day of what ends at a moment."""
        try:
            ends = dt.datetime.fromisoformat(text)
        except ValueError:
            return text
        return (ends.astimezone(self.zone) - dt.timedelta(seconds=1)).date()

    def _arguments(self, text: str) -> object:
        try:
            told = json.loads(text)
        except ValueError:  # it was cut
            return text
        return self._list([f"{name} = {value}" for name, value in told.items()])

    @staticmethod
    def _list(values: list[object]) -> object:
        said: object = ""
        for one in values:
            said = Message("house.list", {"one": said, "other": one}) if said else one
        return said


CHANGING = frozenset(
    {"role", "until", "may_import", "ended_at", "kind", "country", "zone", "currency", "vat", "transparency"}
)
"""Fields of which a line holds what they were and what they are."""
NAMED = {
    "role": "people.role_",
    "kind": "people.kind_",
    "transparency": "people.transparency_",
    "part": "person.part_",
    "scopes": "api.scope_",
}
"""Detail → beginning of the keys that name its values."""


def things_of(company: str, rows: QuerySet[AuditEvent]) -> Mapping[str, Said]:
    """What the lines of a company are about and what that is called, as far as it still stands."""
    subjects = set(rows.order_by().values_list("subject", flat=True).distinct())

    def numbers(kind: str) -> list[int]:
        told = (one.removeprefix(f"{kind}:") for one in subjects if one.startswith(f"{kind}:"))
        return [int(one) for one in told if one.isdecimal()]

    found: dict[str, Said] = {}
    for token in Token.objects.filter(company=company, pk__in=numbers("token")):
        found[f"token:{token.pk}"] = token.name
    for invitation in Invitation.objects.filter(company=company, pk__in=numbers("invitation")):
        found[f"invitation:{invitation.pk}"] = invitation.email
    for entry in JournalEntry.objects.filter(company=company, seq__in=numbers("entry")):
        told = entry_from_json(entry.body, entry.seq)
        if isinstance(told, SettingEntry):
            found[f"entry:{entry.seq}"] = told.name.partition(":")[2]
    return {one: name for one, name in found.items() if name}
