"""Who is meant, and what the book holds of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import pyarrow as pa

from yaad.book.persons.marks import Known, folded_mail, folded_name, folded_phones
from yaad.errors import InputError
from yaad.facts import Facts
from yaad.model import SCHEMAS
from yaad.text import Message

OF_CUSTOMERS = ("deals", "accounts", "orders", "contracts", "calls")
OF_SELLERS = {"deals": "owner", "orders": "owner", "contracts": "owner", "targets": "owner", "activities": "by"}
OF_SELLERS_TOO = {"stage_moves": "by", "calls": "by"}


class Part(StrEnum):
    """In which part somebody stands in the data."""

    CUSTOMER = "customer"
    SELLER = "seller"


@dataclass(frozen=True)
class _Row:
    """What a row of a table says of whom it is."""

    table: str
    place: int
    deal: str
    name: str
    phones: frozenset[str]
    mails: frozenset[str]


@dataclass(frozen=True)
class Found:
    """Somebody in a book, by all that they are known by. Names, numbers and addresses are folded.

    Attributes:
        part: a customer or who sells.
        names: as they are called.
        alone: those of the names that nobody else bears.
        longer: names of others that hold one of theirs in them.
        phones, mails: how they are reached.
        deals: the sources' ids of their deals.
        counts: table → how many rows are theirs.
    """

    part: Part
    names: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    longer: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    mails: frozenset[str] = frozenset()
    deals: frozenset[str] = frozenset()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def values(self) -> dict[Known, frozenset[str]]:
        """By what they are known, for the list of those who were erased."""
        told = {Known.PHONE: self.phones, Known.MAIL: self.mails, Known.ALONE: self.alone, Known.LONGER: self.longer}
        told[Known.FIRST] = frozenset(name.split()[0] for name in self.alone | self.longer if name)
        if self.part is Part.SELLER:
            return {Known.SELLER: self.names, **told}
        words = frozenset(word for name in self.names for word in name.split() if len(word) > 1)
        return {Known.NAME: self.names, Known.WORD: words, Known.DEAL: self.deals, **told}


def find(facts: Facts, who: str, part: Part, more: Sequence[str] = ()) -> Found:
    """Somebody by a telephone number, an address of mail or the exact name.

    Args:
        facts: of the whole book.
        who: as typed.
        part: a customer or who sells.
        more: of a seller, addresses of mail of their account.

    Raises:
        InputError: nobody is known by it, or two different persons are.
    """
    if not who.strip():
        raise InputError(Message("person.nobody_named"))
    if part is Part.SELLER:
        return _seller(facts, who, more)
    return _customer(facts, who)


def column(facts: Facts, table: str, *names: str) -> list[list[str | None]]:
    """Columns of a table as texts, in the order of its rows."""
    rows = facts.run(facts.table(table).select(*names))
    return [rows.column(name).cast(pa.string()).to_pylist() for name in names]


def _customer(facts: Facts, who: str) -> Found:
    rows = list(_rows(facts))
    phones, mail, name = frozenset(folded_phones(who)), folded_mail(who), folded_name(who)
    by_name = not phones and "@" not in who
    seeds = [row for row in rows if (row.name == name if by_name else row.phones & phones or mail in row.mails)]
    if not seeds:
        raise InputError(Message("person.unknown", {"who": who}))
    if by_name and len(_apart(seeds)) > 1:
        raise InputError(Message("person.several", {"who": who}))
    names = frozenset(row.name for row in seeds if row.name)
    known = {key for row in seeds for key in (*row.phones, *row.mails)}
    while more := {key for row in rows if _is_theirs(row, names, known) for key in (*row.phones, *row.mails)} - known:
        known |= more
    bearers: dict[str, list[_Row]] = {}
    for row in rows:
        if row.name in names and (row.phones or row.mails):
            bearers.setdefault(row.name, []).append(row)
    sellers = _sellers(facts)
    alone = frozenset(
        name
        for name in names
        if name not in sellers
        and all(_is_theirs(row, names, known) or {*row.phones, *row.mails} & known for row in bearers.get(name, ()))
    )
    own = [
        row
        for row in rows
        if {*row.phones, *row.mails} & known or (row.name in alone and not (row.phones or row.mails)) or row in seeds
    ]
    deals = frozenset(row.deal for row in own if row.deal)
    told = Counter(row.table for row in own)
    told |= Counter({table: n for table in ("activities", "stage_moves") if (n := _of_deals(facts, table, deals))})
    return Found(
        Part.CUSTOMER,
        names,
        alone,
        _longer(names, {row.name for row in rows} | sellers),
        frozenset(key for key in known if "@" not in key),
        frozenset(key for key in known if "@" in key),
        deals,
        dict(told),
    )


def _seller(facts: Facts, who: str, more: Sequence[str]) -> Found:
    name = folded_name(who)
    told: Counter[str] = Counter()
    for table, where in (*OF_SELLERS.items(), *OF_SELLERS_TOO.items()):
        (there,) = column(facts, table, where)
        told[table] += sum(folded_name(one) == name for one in there if one)
    told = +told
    if not told and not more:
        raise InputError(Message("person.unknown", {"who": who}))
    customers = {row.name for row in _rows(facts)}
    names = frozenset({name})
    return Found(
        Part.SELLER,
        names,
        names - customers,
        _longer(names, customers | _sellers(facts)),
        mails=frozenset(map(folded_mail, more)),
        counts=dict(told),
    )


def _is_theirs(row: _Row, names: frozenset[str], known: Iterable[str]) -> bool:
    return row.name in names and not {*row.phones, *row.mails}.isdisjoint(known)


def _apart(rows: Sequence[_Row]) -> list[set[str]]:
    """Rows of one name as the persons they are of: those that share a number or an address are one."""
    groups: list[set[str]] = []
    for row in rows:
        keys = {*row.phones, *row.mails}
        if not keys:
            continue
        for group in [one for one in groups if one & keys]:
            keys |= group
            groups.remove(group)
        groups.append(keys)
    return groups


def _longer(names: frozenset[str], others: Iterable[str]) -> frozenset[str]:
    """Names of others that hold one of these as words in them."""
    return frozenset(
        other for other in others for name in names if other and other != name and f" {name} " in f" {other} "
    )


def _sellers(facts: Facts) -> set[str]:
    found: set[str] = set()
    for table, where in (*OF_SELLERS.items(), *OF_SELLERS_TOO.items()):
        (names,) = column(facts, table, where)
        found |= {folded_name(name) for name in set(names) if name}
    return found


def _of_deals(facts: Facts, table: str, deals: frozenset[str]) -> int:
    if "deal_id" in SCHEMAS[table].names:
        (ids,) = column(facts, table, "deal_id")
        return sum(one in deals for one in ids)
    numbers, ids = column(facts, "deals", "deal", "deal_id")
    own = {number for number, one in zip(numbers, ids, strict=True) if one in deals}
    (of,) = column(facts, table, "deal")
    return sum(number in own for number in of)


def _rows(facts: Facts) -> Iterator[_Row]:
    """Rows that say of which customer they are."""
    for table in OF_CUSTOMERS:
        wanted = ("deal_id", "contact", "account", "name", "phone", "email")
        schema = SCHEMAS[table].names
        names = [name for name in wanted if name in schema and not (name == "name" and table == "deals")]
        columns = dict(zip(names, column(facts, table, *names), strict=True))
        for place in range(len(columns[names[0]])):
            told = {name: values[place] or "" for name, values in columns.items()}
            called = told.get("contact") or told.get("account") or told.get("name") or ""
            mails = frozenset({folded_mail(told["email"])}) if told.get("email") else frozenset()
            phones = frozenset(folded_phones(told.get("phone", "")))
            yield _Row(table, place, told.get("deal_id", ""), folded_name(called), phones, mails)
