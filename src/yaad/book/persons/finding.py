"""Who is meant, and what the book holds of them."""

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

from yaad.book.persons.marks import Known, folded_mail, folded_name, folded_phones
from yaad.errors import InputError
from yaad.facts import Facts
from yaad.intake.deciding.phones import is_made_up
from yaad.model import SCHEMAS
from yaad.model.calendar import ISRAEL
from yaad.model.settings import Same
from yaad.text import Message

OF_CUSTOMERS = ("deals", "accounts", "orders", "contracts", "calls")
OF_SELLERS = {"deals": "owner", "orders": "owner", "contracts": "owner", "targets": "owner", "activities": "by"}
OF_SELLERS_TOO = {"stage_moves": "by", "calls": "by"}
LAST_DIGITS = 9
"""Digits from its end by which a number is known, with and without a country's code."""
NOWHERE = -1
"""The place of what stands in the journal alone."""
MANY = 5
"""So many rows of others say the same: then it says nothing of one person."""


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
    called: str
    name: str
    phones: frozenset[str]
    mails: frozenset[str]

    @property
    def keys(self) -> frozenset[str]:
        """By what they are reached."""
        return self.phones | self.mails


@dataclass(frozen=True)
class Found:
    """Somebody in a book, by all that they are known by. Names, numbers and addresses are folded.

    Attributes:
        part: a customer or who sells.
        names: as they are called.
        alone: those of the names that nobody else bears.
        longer: names of others that hold one of theirs in them.
        phones, mails: how they are reached, and nobody else.
        shared: numbers and addresses that others have too.
        common: what stands in the company's own columns of theirs and of many others.
        called: their names as they stand in the data.
        others: as they stand in the data, the names of those who have one of their numbers or addresses too.
        deals: the sources' ids of their deals.
        counts: table → how many rows are theirs.
        country: as whose numbers theirs were read where no code told it.
    """

    part: Part
    names: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    longer: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    mails: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    common: frozenset[str] = frozenset()
    deals: frozenset[str] = frozenset()
    called: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    country: str = ISRAEL

    @property
    def values(self) -> dict[Known, frozenset[str]]:
        """By what they are known, for the list of those who were erased."""
        told = {Known.PHONE: self.phones, Known.MAIL: self.mails, Known.ALONE: self.alone, Known.LONGER: self.longer}
        told |= {Known.SHARED: self.shared, Known.COMMON: self.common}
        told[Known.FIRST] = frozenset(name.split()[0] for name in self.alone | self.longer if name)
        if self.part is Part.SELLER:
            return {Known.SELLER: self.names, **told}
        words = frozenset(word for name in self.names for word in name.split() if len(word) > 1)
        return {Known.NAME: self.names, Known.WORD: words, Known.DEAL: self.deals, **told}


def find(
    facts: Facts,
    who: str,
    part: Part,
    more: Sequence[str] = (),
    also: Sequence[str] = (),
    *,
    said: Mapping[str, Same] | None = None,
    country: str = ISRAEL,
) -> Found:
    """Somebody by a telephone number, an address of mail or the exact name.

    Args:
        facts: of the whole book.
        who: as typed.
        part: a customer or who sells.
        more: of a seller, addresses of mail of their account.
        also: of a seller, other names under which they write.
        said: of a customer, what was answered of a name with several numbers; see `Settings.customers`.
        country: to which numbers without a code belong.

    Raises:
        InputError: nobody is known by it, or two different persons are.
    """
    if not who.strip():
        raise InputError(Message("person.nobody_named"))
    if part is Part.SELLER:
        return replace(_seller(facts, who, more, also), country=country)
    one = frozenset(name for name, answer in (said or {}).items() if answer is Same.ONE)
    return _customer(facts, who, one, country)


def column(facts: Facts, table: str, *names: str) -> list[list[str | None]]:
    """Columns of a table as texts, in the order of its rows."""
    rows = facts.run(facts.table(table).select(*names))
    return [rows.column(name).cast(pa.string()).to_pylist() for name in names]


def _customer(facts: Facts, who: str, one: frozenset[str], country: str) -> Found:
    """A customer.

    Args:
        facts: of the whole book.
        who: as typed.
        one: names under which all rows are of one person, whatever their numbers.
        country: to which numbers without a code belong.
    """
    rows = list(_rows(facts, country))
    phones, mail, name = frozenset(folded_phones(who, [country])), folded_mail(who), folded_name(who)
    if any(map(is_made_up, phones)):
        raise InputError(Message("person.no_ones_number", {"who": who}))
    by_name = not phones and "@" not in who
    asked = _dialled_alike(rows, phones) if phones else frozenset({mail})
    seeds = [row for row in rows if (row.name == name if by_name else row.keys & asked)]
    if not seeds and not by_name:
        seeds = _by_own_columns(facts, rows, asked, country)
    if not seeds:
        raise InputError(Message("person.unknown", {"who": who}))
    if by_name and len(_apart(seeds, one)) > 1:
        raise InputError(Message("person.several", {"who": who}))
    names, known = _all_names_and_keys(rows, seeds, frozenset() if by_name else asked, one)
    shared = {key for row in rows if row.name and row.name not in names for key in row.keys & known}
    sellers = _sellers(facts)
    bearers: dict[str, list[_Row]] = {}
    for row in rows:
        bearers.setdefault(row.name, []).append(row)
    alone = {
        one for one in names if one not in sellers and all(not row.keys or row.keys & known for row in bearers[one])
    }
    alone |= {one for name in alone for one in _turned(name) if one not in bearers and one not in sellers}
    seeded, telling = set(map(id, seeds)), known - shared
    own = [
        row
        for row in rows
        if row.keys & telling
        or (row.name in names and row.keys & shared)
        or (row.name in alone and not row.keys)
        or id(row) in seeded
    ]
    deals = frozenset(row.deal for row in own if row.deal)
    told = Counter(row.table for row in own)
    told |= Counter({table: n for table in ("activities", "stage_moves") if (n := _of_deals(facts, table, deals))})
    return Found(
        Part.CUSTOMER,
        frozenset(names),
        frozenset(alone),
        _longer(frozenset(alone | names), bearers.keys() | sellers),
        frozenset(key for key in telling if "@" not in key),
        frozenset(key for key in telling if "@" in key),
        frozenset(shared),
        _common(facts, own),
        deals,
        tuple(dict.fromkeys(row.called for row in own if row.called)),
        tuple(dict.fromkeys(row.called for row in rows if row.name not in names and row.keys & shared)),
        dict(told),
        country,
    )


def _dialled_alike(rows: Iterable[_Row], asked: frozenset[str]) -> frozenset[str]:
    """Numbers, and those in the data that are dialled alike: with a country's code, or as they are told within it."""
    ends = {number[-LAST_DIGITS:] for number in asked if len(number) > LAST_DIGITS}
    return asked | {key for row in rows for key in row.phones if key[-LAST_DIGITS:] in ends}


def _all_names_and_keys(
    rows: Sequence[_Row], seeds: Sequence[_Row], asked: frozenset[str], one: frozenset[str]
) -> tuple[set[str], set[str]]:
    """All that somebody is called and reached by: rows that share a number and a name, spelled a little otherwise.

    Under a name that was said to be of one person the numbers are theirs too.
    """
    names = {row.name for row in seeds if row.name}
    known = set(asked) or {key for row in seeds for key in row.keys if not is_made_up(key)}
    while True:
        theirs = [row for row in rows if row.keys & known and (row.name in names or _is_alike(row.name, names))]
        single = {row.called for row in theirs if row.called in one}
        theirs += [row for row in rows if row.called in single]
        more_names = {row.name for row in theirs} - names
        more = {key for row in theirs for key in row.keys if not is_made_up(key)} - known
        if not more and not more_names:
            return names, known
        names |= more_names
        known |= more


def _is_alike(name: str, names: Iterable[str]) -> bool:
    """Whether a name is one of these with a word more or less, in any order."""
    words = set(name.split())
    return bool(words) and any(words <= set(one.split()) or words >= set(one.split()) for one in names)


def _turned(name: str) -> Iterator[str]:
    """A name with the family's name first, or last."""
    words = name.split()
    if len(words) > 1:
        yield " ".join([*words[1:], words[0]])
        yield " ".join([words[-1], *words[:-1]])


def _own_columns(facts: Facts, table: str) -> tuple[pa.Array, list[int]]:
    """What stands in the company's own columns of a table, and in which row each of it stands."""
    column = facts.run(facts.table(table).select("custom")).column("custom")
    chunks = [chunk.cast(pa.map_(pa.string(), pa.string())) for chunk in column.chunks if len(chunk)]
    values, places, before = [], list[int](), 0
    for chunk in chunks:
        offsets = chunk.offsets.to_pylist()
        values.append(chunk.items.slice(offsets[0], offsets[-1] - offsets[0]))
        for place, (start, end) in enumerate(itertools.pairwise(offsets), before):
            places.extend([place] * (end - start))
        before += len(chunk)
    return pa.concat_arrays(values) if values else pa.array([], pa.string()), places


def _by_own_columns(facts: Facts, rows: Sequence[_Row], asked: frozenset[str], country: str) -> list[_Row]:
    """Rows in whose own columns a number or an address stands."""
    found: list[_Row] = []
    for table in OF_CUSTOMERS:
        if "custom" not in SCHEMAS[table].names:
            continue
        values, places = _own_columns(facts, table)
        at = {
            place
            for value, place in zip(values.to_pylist(), places, strict=True)
            if value and (folded_mail(value) in asked or asked.intersection(folded_phones(value, [country])))
        }
        found += [row for row in rows if row.table == table and row.place in at]
    return found


def _common(facts: Facts, own: Sequence[_Row]) -> frozenset[str]:
    """What the company's own columns of these rows say, where many rows of others say it too."""
    found: set[str] = set()
    for table in {row.table for row in own if "custom" in SCHEMAS[row.table].names}:
        values, places = _own_columns(facts, table)
        at = {row.place for row in own if row.table == table}
        mine = pa.array([place in at for place in places], pa.bool_())
        wanted = pc.unique(values.filter(mine))
        others = values.filter(pc.and_(pc.invert(mine), pc.is_in(values, value_set=wanted)))
        told = pc.value_counts(others).to_pylist()
        found |= {folded_name(one["values"]) for one in told if one["values"] and one["counts"] >= MANY}
    return frozenset(found)


def _seller(facts: Facts, who: str, more: Sequence[str], also: Sequence[str]) -> Found:
    names = frozenset(filter(None, map(folded_name, (who, *also))))
    told: Counter[str] = Counter()
    for table, where in (*OF_SELLERS.items(), *OF_SELLERS_TOO.items()):
        (there,) = column(facts, table, where)
        told[table] += sum(folded_name(one) in names for one in there if one)
    told = +told
    if not told and not more:
        raise InputError(Message("person.unknown", {"who": who}))
    customers = {row.name for row in _rows(facts, ISRAEL)}
    return Found(
        Part.SELLER,
        names,
        names - customers,
        _longer(names, customers | _sellers(facts)),
        mails=frozenset(map(folded_mail, more)),
        called=(who,),
        counts=dict(told),
    )


def _apart(rows: Sequence[_Row], one: frozenset[str]) -> list[set[str]]:
    """Rows of one name as the persons they are of: those that share a number or an address, or were said to be one."""
    groups: list[set[str]] = []
    for row in rows:
        keys = {key for key in row.keys if not is_made_up(key)}
        keys |= {row.called} if row.called in one else set()
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


def _organisations(facts: Facts) -> frozenset[str]:
    """Names of customers for which persons of another name speak: they are nobody's own."""
    contacts, accounts = column(facts, "deals", "contact", "account")
    pairs = {
        (folded_name(contact), folded_name(account))
        for contact, account in set(zip(contacts, accounts, strict=True))
        if contact and account
    }
    return frozenset(account for contact, account in pairs if not _is_alike(account, {contact}))


def _rows(facts: Facts, country: str) -> Iterator[_Row]:
    """Rows that say of which customer they are; their numbers without a code belong to a country."""
    organisations = _organisations(facts)
    for table in OF_CUSTOMERS:
        wanted = ("deal_id", "contact", "account", "name", "phone", "email")
        schema = SCHEMAS[table].names
        names = [name for name in wanted if name in schema and not (name == "name" and table == "deals")]
        columns = dict(zip(names, column(facts, table, *names), strict=True))
        for place in range(len(columns[names[0]])):
            told = {name: values[place] or "" for name, values in columns.items()}
            yield _row(table, place, told, organisations, country)
    for deal_id, said in facts.said_of_no_deal():  # they are on no table, and stand in the journal all the same
        written = {name: value or "" for name, value in said.items() if name != "name"}
        yield _row("deals", NOWHERE, {"deal_id": deal_id, **written}, organisations, country)


def _row(table: str, place: int, told: Mapping[str, str], organisations: Collection[str], country: str) -> _Row:
    called = told.get("contact") or told.get("account") or told.get("name") or ""
    called = "" if folded_name(called) in organisations else called
    mails = frozenset({folded_mail(told["email"])}) if told.get("email") else frozenset()
    phones = frozenset(folded_phones(told.get("phone", ""), [country]))
    return _Row(table, place, told.get("deal_id", ""), called, folded_name(called), phones, mails)
