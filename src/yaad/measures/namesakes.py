"""Whether deals under one name are of one customer, told by the telephone numbers and mails that come with the name.

A deal is of the company that it names, or else of the person (`contact`), the number or the mail.

- *A person's name* with numbers or mails that differ is several people: those that share a number or a mail are one.
- *A company's name* is one customer, whoever answers its telephones. Where deals name no person beside it, the name may
  itself be a person's, and it is asked.
- What somebody answered (`Settings.customers`) stands above both.

Who is told apart gets a number of their own under the name, in the order in which the book first heard of them: a label
is the same whoever looks, holds no digits of anybody's, and stays when a spelling comes or goes.

Numbers are compared by their last digits, as they are dialled within the company's country. A deal without a number and
a mail, under a name of several people, cannot be given to one of them: it stays under the bare name. Numbers that are
made up tell nobody from anybody.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from yaad.intake.deciding.days import plain_digits
from yaad.intake.deciding.phones import is_made_up, phones_in
from yaad.measures.pictures import once_a_picture
from yaad.measures.scope import Scope
from yaad.model import Finding
from yaad.model.settings import Same
from yaad.text import Message

NAMED_BY = ("account", "contact", "phone", "email")
"""Columns of a deal that name its customer, the best first."""
BETWEEN = " · "
TELLING = ("name", "phone", "email")
NAMES_TOLD = 3
"""Names that a sentence holds."""
LAST_DIGITS = 9
"""Digits from its end by which a number is known: under one name, with and without a country's code is one number."""


@dataclass(frozen=True)
class Namesake:
    """A name that comes with several telephone numbers or mails.

    Attributes:
        name: as the deals name the customer.
        is_person: it stands where a person's name stands; else where a company's does, without a person beside it.
        deals: under the name.
        of: each one that it may be of, by their number under the name and what they were told apart by first, and how
            many deals are theirs; as far as who looks sees them.
        said: what somebody answered; None: nobody was asked.
    """

    name: str
    is_person: bool
    deals: int
    of: tuple[tuple[str, int], ...]
    said: Same | None

    @property
    def apart(self) -> bool:
        """Whether they are counted as different customers."""
        return self.is_person if self.said is None else self.said is Same.APART

    @property
    def customers(self) -> int:
        """As how many customers they are counted; deals that do not tell whose they are stand together as one more."""
        untold = self.deals > sum(deals for _whose, deals in self.of)
        return len(self.of) + untold if self.apart else 1


@dataclass(frozen=True)
class _Row:
    """Deals that say the same of their customer."""

    name: str
    phone: str | None
    email: str | None


@dataclass(frozen=True)
class _Doubtful:
    """A name, what its deals say in the order in which the book heard of it, and whom each is of; 0: it is untold."""

    name: str
    is_person: bool
    rows: tuple[_Row, ...]
    whose: tuple[int, ...]


def namesakes(scope: Scope) -> list[Namesake]:
    """The names of which it can be asked, those with most deals first; of the deals that who looks sees."""
    seen, country = _seen(scope), scope.calendar.dials_in
    found = []
    for one in _doubtful(scope):
        deals: dict[int, int] = defaultdict(int)
        marks: dict[int, str] = {}
        for row, whose in zip(one.rows, one.whose, strict=True):
            if n := seen.get(row, 0):
                deals[whose] += n
                marks.setdefault(whose, _mark(row, country))
        told = tuple((f"{whose} – {marks[whose]}", n) for whose, n in sorted(deals.items()) if whose)
        if len(told) > 1:
            said = scope.settings.customers.get(one.name)
            found.append(Namesake(one.name, one.is_person, sum(deals.values()), told, said))
    return sorted(found, key=lambda one: (-one.deals, one.name))


def _seen(scope: Scope) -> dict[_Row, int]:
    """What deals of doubtful names say, as far as who looks sees them, and of how many."""
    doubtful = _doubtful(scope)
    if not doubtful:
        return {}
    names = ibis.memtable(pa.table({"of": pa.array([one.name for one in doubtful], pa.string())}))
    deals = scope.table("deals")
    told = deals.mutate(name=ibis.coalesce(deals.account, deals.contact)).join(names, ibis._.name == names.of)
    rows = scope.run(told.group_by(TELLING).aggregate(deals=told.count()))
    return {_Row(row["name"], row["phone"], row["email"]): row["deals"] for row in rows.to_pylist()}


def in_doubt(scope: Scope) -> list[Finding]:
    """How many deals stand under names of which nobody has answered yet; nothing where there are none."""
    asked = [one for one in namesakes(scope) if one.said is None]
    if not asked:
        return []
    of = int(scope.run(scope.table("deals").count().as_table()).column(0)[0].as_py())
    told: str | Message = asked[0].name
    more = ["…"] if len(asked) > NAMES_TOLD else []
    for other in (*(one.name for one in asked[1:NAMES_TOLD]), *more):
        told = Message("house.list", {"one": told, "other": other})
    words, means = Message("quality.namesakes"), Message("quality.namesakes_means", {"names": told})
    return [Finding("namesakes", sum(one.deals for one in asked), of, words, means)]


def with_customer(scope: Scope, deals: ir.Table) -> ir.Table:
    """Deals with ``named``, what they call their customer, and ``customer``, who it is; null where nobody is named."""
    named = deals.mutate(named=ibis.coalesce(*(deals[name] for name in NAMED_BY)))
    apart = _apart(scope)
    if apart is None:
        return named.mutate(customer=named.named)
    same = (
        named.named == apart.of_name,
        named.phone.fill_null("") == apart.of_phone,
        named.email.fill_null("") == apart.of_email,
    )
    joined = named.left_join(apart, same)
    return joined.mutate(customer=ibis.coalesce(joined.whose, joined.named)).drop(*apart.columns)


def _apart(scope: Scope) -> ir.Table | None:
    """What deals say of their customer → whom they are of, for names of several customers; None without such names."""
    _doubtful(scope)  # noted, though the table be kept
    answers = ("apart", *sorted(scope.settings.customers.items()))
    if answers not in scope.known:  # the very same table each time, so that what was asked of it is not asked again
        scope.known[answers] = _table_of(scope)
    found = scope.known[answers]
    return found if isinstance(found, ir.Table) else None


def _table_of(scope: Scope) -> ir.Table | None:
    rows = []
    for one in _doubtful(scope):
        said = scope.settings.customers.get(one.name)
        if one.is_person if said is None else said is Same.APART:
            rows += [
                (row, f"{row.name}{BETWEEN}{whose}") for row, whose in zip(one.rows, one.whose, strict=True) if whose
            ]
    if not rows:
        return None
    columns = {
        "of_name": [row.name for row, _whose in rows],
        "of_phone": [row.phone or "" for row, _whose in rows],
        "of_email": [row.email or "" for row, _whose in rows],
        "whose": [whose for _row, whose in rows],
    }
    return ibis.memtable(pa.table({name: pa.array(texts, pa.string()) for name, texts in columns.items()}))


def _doubtful(scope: Scope) -> tuple[_Doubtful, ...]:
    """Names under which deals come with numbers or mails of several."""
    if scope.watch is not None:
        return scope.watch.picture(scope, _doubtful)
    country = scope.calendar.dials_in
    kept = _by_country(scope)
    if country not in kept:
        kept[country] = _found(scope, country)
    return kept[country]


@once_a_picture
def _by_country(_scope: Scope) -> dict[str, tuple[_Doubtful, ...]]:
    """What was found, by the country whose numbers were read: a company may change its calendar."""
    return {}


def _found(scope: Scope, country: str) -> tuple[_Doubtful, ...]:
    deals = (scope.whole or scope.table)("deals")
    by_company = deals.account.notnull()
    told = deals.mutate(name=ibis.coalesce(deals.account, deals.contact), by_company=by_company)
    told = told.filter(told.name.notnull())
    each = told.group_by("name").aggregate(
        by_company=told.by_company.any(),
        persons=told.contact.count(),
        **{f"{end}_{key}": getattr(told[key], end)() for key in ("phone", "email") for end in ("min", "max")},
    )
    several = (each.min_phone != each.max_phone) | (each.min_email != each.max_email)
    asked = each.filter(several & (~each.by_company | (each.persons == 0))).select(of="name", company="by_company")
    rows = told.join(asked, told.name == asked.of)
    heard = rows.group_by([*TELLING, "company"]).aggregate(first=rows.deal.min()).order_by(["first", *TELLING])
    by_name: dict[tuple[str, bool], list[_Row]] = defaultdict(list)
    for row in scope.run(heard).to_pylist():
        is_person = not row["company"]
        by_name[row["name"], is_person].append(_Row(row["name"], row["phone"], row["email"]))
    found = []
    for (name, is_person), some in by_name.items():
        whose = _whose(some, country)
        if len({one for one in whose if one}) > 1:
            found.append(_Doubtful(name, is_person, tuple(some), tuple(whose)))
    return tuple(found)


def _whose(rows: Sequence[_Row], country: str) -> list[int]:
    """Of each row, in the order in which the book heard of them, which one of the name it is of; 0: it does not tell.

    Who shares a number or a mail with two that were heard of before is both of them: the later number is not given
    again, so that the others keep theirs.
    """
    keys = [_keys(row, country) for row in rows]
    of: dict[str, int] = {}  # a number or a mail → whose
    same = [0]  # one → who they turned out to be

    def root(one: int) -> int:
        while same[one] != one:
            same[one] = same[same[one]]  # the way is shorter for whoever comes next
            one = same[one]
        return one

    for some in keys:
        known = sorted({root(of[key]) for key in some if key in of}) or [len(same)]
        if some and known[0] == len(same):
            same.append(known[0])
        for other in known[1:]:
            same[other] = known[0]
        of |= dict.fromkeys(some, known[0])
    return [root(of[some[0]]) if some else 0 for some in keys]


def _mark(row: _Row, country: str) -> str:
    """By what the person of a row is told apart: a number, else a mail."""
    return (row.phone if row.phone and _numbers(row.phone, country) else row.email or "").strip()


def _keys(row: _Row, country: str) -> list[str]:
    """All that the person of a row is known by."""
    mail = (row.email or "").strip().casefold()
    return [*_numbers(row.phone, country), *([mail] if mail else [])]


def _numbers(text: str | None, country: str) -> list[str]:
    """The last digits of each number of a cell; none of numbers that are made up."""
    digits = re.sub(r"\D", "", plain_digits(text or ""))
    told = phones_in(text or "", country) or ((digits,) if len(digits) >= LAST_DIGITS else ())
    return [one[-LAST_DIGITS:] for one in told if not is_made_up(one)]
