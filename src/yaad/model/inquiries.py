"""Inquiries as they come: touches of persons through channels, and to whom a new one is handed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from yaad.text.searching import searchable

CHANNELS: Mapping[str, str] = {
    "phone": "call",
    "whatsapp": "message",
    "form": "message",
    "ad": "message",
    "email": "email",
    "walk_in": "visit",
    "referral": "message",
}
"""How a touch comes → what was done by it, in a word of `yaad.model.ACTS`."""
DAYS, MOST_DAYS = 30, 3650
"""Touches of one person within so many days of another are one inquiry, where the company says nothing else."""
HANDED_BY = ("source", "product", "campaign", "branch")
"""What a rule can look at."""
MOST_RULES, MOST_PEOPLE = 200, 500


@dataclass(frozen=True, kw_only=True)
class Touch:
    """Somebody turns to the company, once.

    Attributes:
        name: of the person; `company` that of their firm.
        phone, email: as told, in any spelling.
        text: what they say.
        channel: a word of `CHANNELS`.
        source, campaign: what brought them.
        product, branch: what it is about, and where.
        owner: to whom it is handed; empty: as the company's rules say.
        consent: the words that they agreed to.
    """

    name: str = ""
    company: str = ""
    phone: str = ""
    email: str = ""
    text: str = ""
    channel: str = "phone"
    source: str = ""
    campaign: str = ""
    product: str = ""
    branch: str = ""
    owner: str = ""
    consent: str = ""


@dataclass(frozen=True)
class Rule:
    """Inquiries of which all of this holds go to these people, in turn."""

    when: Mapping[str, str]
    to: tuple[str, ...]

    def holds(self, said: Mapping[str, str]) -> bool:
        """Whether an inquiry is of this kind; spellings of one word are one word."""
        return all(searchable(said.get(name) or "") == searchable(value) for name, value in self.when.items())


@dataclass(frozen=True)
class Handing:
    """Who is handed a new inquiry: the people of the first rule that holds, else the others, else nobody.

    In JSON: ``{"rules": [{"when": {"source": "Facebook"}, "to": ["Dana", "Noa"]}], "otherwise": ["Gil"]}``. Of several
    people the one is next who was handed fewest since this was said.

    >>> handing = Handing.read({"rules": [{"when": {"source": "Facebook"}, "to": ["Dana"]}], "otherwise": ["Gil"]})
    >>> handing.people({"source": "facebook"}), handing.people({"source": "Fair"}), Handing().people({})
    (('Dana',), ('Gil',), ())
    """

    rules: tuple[Rule, ...] = ()
    otherwise: tuple[str, ...] = ()

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        """From its JSON.

        Raises:
            ValueError, KeyError, TypeError, AttributeError: it is none.
        """
        if plain.keys() - {"rules", "otherwise"}:
            raise ValueError(plain)
        rules = tuple(_rule(one) for one in plain.get("rules") or ())
        if len(rules) > MOST_RULES:
            raise ValueError(plain)
        return cls(rules, _people(plain.get("otherwise") or ()))

    def people(self, said: Mapping[str, str]) -> tuple[str, ...]:
        """Those among whom an inquiry goes in turn.

        Args:
            said: column of `HANDED_BY` → what the inquiry says.
        """
        return next((rule.to for rule in self.rules if rule.holds(said)), self.otherwise)

    def among(self, people: Collection[str]) -> Self:
        """The same, with nobody named but these."""
        rules = tuple(replace(rule, to=tuple(one for one in rule.to if one in people)) for rule in self.rules)
        return replace(self, rules=rules, otherwise=tuple(one for one in self.otherwise if one in people))

    def to_plain(self) -> dict[str, object]:
        """As JSON holds it."""
        rules = [{"when": dict(rule.when), "to": list(rule.to)} for rule in self.rules]
        return {"rules": rules, "otherwise": list(self.otherwise)}


def _rule(plain: Mapping[str, Any]) -> Rule:
    when = {str(name): _word(value) for name, value in plain["when"].items()}
    if not when or when.keys() - set(HANDED_BY) or plain.keys() - {"when", "to"}:
        raise ValueError(plain)
    to = _people(plain["to"])
    if not to:
        raise ValueError(plain)
    return Rule(when, to)


def _people(plain: object) -> tuple[str, ...]:
    if not isinstance(plain, list | tuple) or len(plain) > MOST_PEOPLE:
        raise ValueError(plain)
    return tuple(dict.fromkeys(_word(one) for one in plain))


def _word(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(value)
    return value.strip()
