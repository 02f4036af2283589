"""The one money that sums of a book are in where its amounts differ in currency or VAT, and what is left out of them.

Amounts of two currencies, or with and without VAT, are never added up. Where a sum is asked for all the same – against
a target, beside other people – those of one money are summed: the target's where any amount is in it, else the
company's, else that of most amounts. The others are left out, and it is said how many they are and in what. An amount
of which nobody said whether VAT is in it goes with any.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import ibis.expr.types as ir
import pyarrow as pa

from yaad.measures.dimensions import floats
from yaad.measures.quotas import Wanted
from yaad.measures.scope import NOT_INQUIRY, Scope
from yaad.model import Achieved, Tax
from yaad.text import Message

VAT = (Tax.NET.value, Tax.GROSS.value)
Kind = tuple[str | None, str | None]
"""Currency and tax of amounts; a tax that nobody said is None."""
SOME = "some"
"""Ends the key that says that something is left out, where it is not told how much."""
KNOWN = "kinds of money"
"""Where `Scope.known` holds what was found of a book."""


@dataclass(frozen=True)
class LeftOut:
    """Deals, or orders, that stand in no sum.

    Attributes:
        n: how many.
        currency: of their amounts; None: nobody said.
        tax: net or gross; None: nobody said.
    """

    n: int
    currency: str | None
    tax: str | None


@dataclass(frozen=True)
class OneMoney:
    """The money that sums are in.

    Attributes:
        currency: None: nobody said.
        tax: net or gross; None: nobody said, or both are of no matter.
        is_mixed: whether the book has amounts of another one.
        are_orders: whether it is orders that are summed, not deals.
    """

    currency: str | None = None
    tax: str | None = None
    is_mixed: bool = False
    are_orders: bool = False

    def sums(self, currency: str | None, tax: str | None) -> bool:
        """Whether an amount is summed."""
        return not self.is_mixed or (currency == self.currency and (None in (vat(tax), self.tax) or tax == self.tax))

    def kept(self, rows: pa.Table) -> pa.Table:
        """The rows (with ``currency``, ``tax`` and ``total``) that are summed; those without an amount among them."""
        return rows.filter(self._is_kept(rows)) if self.is_mixed else rows

    def of(self, scope: Scope) -> Scope:
        """The same question of the deals that are summed, and of those without an amount."""
        if not self.is_mixed:
            return scope
        deals = scope.deals
        same = deals.currency.isnull() if self.currency is None else deals.currency == self.currency
        if self.tax is not None:
            same &= (deals.tax == self.tax) | deals.tax.isnull() | deals.tax.notin(VAT)
        return replace(scope, deals=deals.filter(deals.amount.isnull() | (deals.amount == 0) | same.fill_null(False)))  # noqa: FBT003 – ibis takes it so

    def left_out(self, rows: pa.Table) -> tuple[LeftOut, ...]:
        """What is left out of the sum of rows with a count ``n``: most first."""
        if not self.is_mixed:
            return ()
        gone = rows.filter(pa.array([not one for one in self._is_kept(rows).to_pylist()], pa.bool_()))
        return in_all(LeftOut(n, *kind) for kind, n in kinds_of(gone).items())

    def words(self, left: Iterable[LeftOut]) -> tuple[Message, ...]:
        """A sentence for each kind that is left out: how many, in what, and what the sums are in."""
        return tuple(self._said(one) for one in left)

    def in_short(self, left: Iterable[LeftOut], least: int = 0) -> Message | None:
        """One sentence for all that is left out; None where nothing is.

        Args:
            left: what is.
            least: of fewer than so many rows no figure is told, nor is their number; see `Scope.least`.
        """
        each = list(left)
        if not each:
            return None
        if least:
            return said_left_out(SOME, are_orders=self.are_orders)
        if len(each) == 1:
            return self._said(each[0])
        return self._left("several", {"n": sum(one.n for one in each)})

    def _said(self, one: LeftOut) -> Message:
        values: dict[str, object] = {"n": one.n, "currency": one.currency, "unit": self.currency}
        if one.currency == self.currency:
            return self._left(one.tax or "", values)
        if one.currency is None:
            return self._left("unsaid", values)
        return self._left("" if self.currency else "of_unsaid", values)

    def _left(self, how: str, values: dict[str, object]) -> Message:
        return said_left_out(how, values, are_orders=self.are_orders)

    def _is_kept(self, rows: pa.Table) -> pa.BooleanArray:
        columns = (rows["currency"].to_pylist(), rows["tax"].to_pylist(), floats(rows, "total").tolist())
        return pa.array(
            [not total or self.sums(currency, tax) for currency, tax, total in zip(*columns, strict=True)], pa.bool_()
        )


def said_left_out(how: str, values: dict[str, object] | None = None, *, are_orders: bool) -> Message:
    """What is said of deals, or of orders, that are left out.

    Args:
        how: the end of the key; empty: they are in another currency.
        values: of the message.
        are_orders: whether it is orders that count.
    """
    end = f"_{how}" if how else ""
    return Message(f"goals.orders_left_out{end}" if are_orders else f"goals.left_out{end}", values or {})


def in_all(left: Iterable[LeftOut]) -> tuple[LeftOut, ...]:
    """What is left out of several sums, each kind once: most first."""
    found: Counter[Kind] = Counter()
    for one in left:
        found[one.currency, one.tax] += one.n
    return tuple(LeftOut(n, *kind) for kind, n in sorted(found.items(), key=_most_first))


def one_money(scope: Scope, wanted: Wanted | None = None) -> OneMoney:
    """The money that sums of a book are in, the same whoever asks.

    Args:
        scope: the question; its period and breakdown are not looked at.
        wanted: the target that they are held against.
    """
    if scope.settings.achieved.by is not Achieved.ORDERED:
        return chosen(_kinds(scope, _deals), scope.currency, wanted)
    return of_orders(_kinds(scope, _orders), _kinds(scope, _deals), scope.currency, wanted)


def chosen(kinds: Mapping[Kind, int], usual: str | None, wanted: Wanted | None = None) -> OneMoney:
    """One of several kinds of money.

    Args:
        kinds: currency and tax → how many amounts are in them.
        usual: the company's currency.
        wanted: the target that sums are held against.
    """
    currencies, said = {currency for currency, _ in kinds}, {tax for _, tax in kinds if tax}
    if len(currencies) < 2 and len(said) < 2:
        return OneMoney(next(iter(currencies), None), next(iter(said), None))
    ours = next(
        (one for one in (wanted and wanted.currency, usual) if one in currencies and one is not None),
        _commonest(kinds),
    )
    taxes = {tax: n for (currency, tax), n in kinds.items() if currency == ours and tax}
    asked = vat(wanted.tax) if wanted else None
    tax = asked if asked in taxes else min(taxes, key=lambda one: (-taxes[one], one), default=None)
    return OneMoney(ours, tax, is_mixed=True)


def of_orders(
    orders: Mapping[Kind, int], deals: Mapping[Kind, int], usual: str | None, wanted: Wanted | None = None
) -> OneMoney:
    """One of several kinds of money where orders count: theirs; deals of another one stand in no sum beside them.

    Args:
        orders: currency and tax → how many amounts of orders are in them.
        deals: the same of the deals, whose mean and whose open money are told beside what was ordered.
        usual: see `chosen`.
        wanted: see `chosen`.
    """
    if not orders:
        return replace(chosen(deals, usual, wanted), are_orders=True)
    ours = replace(chosen(orders, usual, wanted), are_orders=True)
    if ours.currency is None:  # nobody said in what the orders are: they go with any deals
        return ours
    beside = chosen({kind: n for kind, n in deals.items() if kind[0] == ours.currency}, None, wanted)
    one = replace(ours, tax=ours.tax or beside.tax, is_mixed=True)
    return one if ours.is_mixed or not all(one.sums(*kind) for kind in deals) else ours


def vat(tax: str | None) -> str | None:
    """Net or gross; None where nobody said."""
    return tax if tax in VAT else None


def _commonest(kinds: Mapping[Kind, int]) -> str | None:
    """The currency of most amounts; of as many, the first by name, and one that is said before none."""
    counts: Counter[str | None] = Counter()
    for (currency, _), n in kinds.items():
        counts[currency] += n
    return min(counts, key=lambda one: (-counts[one], one is None, one or ""))


def _most_first(found: tuple[Kind, int]) -> tuple[int, str, str]:
    (currency, tax), n = found
    return -n, currency or "", tax or ""


def _kinds(scope: Scope, of: Callable[[Scope], ir.Table]) -> Counter[Kind]:
    """Currency and tax → amounts in them, of all orders or deals, whoever looks."""
    known = scope.known.get((KNOWN, of))
    if isinstance(known, Counter):
        return known
    rows = of(scope)
    rows = rows.filter(rows.amount.notnull() & (rows.amount != 0))
    found = kinds_of(scope.run(rows.group_by("currency", "tax").aggregate(n=rows.count())))
    scope.known[KNOWN, of] = found
    return found


def kinds_of(rows: pa.Table) -> Counter[Kind]:
    """Currency and tax → amounts in them, of rows with a count ``n``."""
    found: Counter[Kind] = Counter()
    for row in rows.to_pylist():
        found[row["currency"], vat(row["tax"])] += row["n"]
    return found


def _orders(scope: Scope) -> ir.Table:
    return scope.table("orders") if scope.whole is None else scope.whole("orders")


def _deals(scope: Scope) -> ir.Table:
    rows = scope.deals if scope.whole is None else scope.whole("deals")
    return rows.filter(rows.outcome != NOT_INQUIRY)
