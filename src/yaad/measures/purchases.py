"""Who bought what, and when: orders, and where a book has none, the deals that were won.

A customer is the account that an order names, or else that of its deal, or the deal's contact, phone or mail; where
several go by one name, see `namesakes`. An order below 0 is a return: it lowers what the customer brought and is no
purchase. Orders of one day are one purchase day.
"""

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from yaad.measures.dimensions import asked, floats, grouped, key_columns
from yaad.measures.namesakes import with_customer
from yaad.measures.pictures import has_any, once_a_picture
from yaad.measures.scope import Scope
from yaad.model import Tax, single_unit

UNTOLD = "?"


@once_a_picture
def has_orders(scope: Scope) -> bool:
    """Whether the book has orders; else its won deals stand for them."""
    return has_any(scope, "orders")


def purchases(scope: Scope) -> ir.Table:
    """Orders up to the data's day, with ``customer`` (null where nothing names one) and ``is_return``."""
    table = _orders(scope) if has_orders(scope) else _won_deals(scope)
    is_return = (table.amount < 0).fill_null(False)  # noqa: FBT003 – Ibis takes the value
    bought = table.mutate(is_return=is_return)
    return bought.filter(bought.day.notnull() & (bought.day <= ibis.literal(scope.as_of)))


def _orders(scope: Scope) -> ir.Table:
    orders, named = scope.table("orders"), with_customer(scope, scope.deals)
    deals = named.select(of_deal=named.deal_id, deal_named=named.named, deal_customer=named.customer)
    joined = orders.join(deals, orders.deal_id == deals.of_deal, how="left")
    is_its = joined.account.isnull() | (joined.account == joined.deal_named)
    of_deal = ibis.ifelse(is_its, joined.deal_customer, ibis.null("string"))
    customer = ibis.coalesce(of_deal, joined.account)
    return joined.mutate(customer=customer).drop("of_deal", "deal_named", "deal_customer")


def _won_deals(scope: Scope) -> ir.Table:
    won = with_customer(scope, scope.deals.filter(scope.deals.outcome == "won"))
    return won.mutate(day=won.closed_day, order_id=won.deal_id).drop("named")


def with_first_day(bought: ir.Table) -> ir.Table:
    """Purchases and returns of named customers, with ``first_day``: the day of the customer's first purchase."""
    named = bought.filter(bought.customer.notnull())
    firsts = named.filter(~named.is_return).group_by("customer").aggregate(first_day=lambda rows: rows.day.min())
    firsts = firsts.rename(of_customer="customer")
    return named.join(firsts, named.customer == firsts.of_customer, how="inner").drop("of_customer")


def units(rows: ir.Table) -> dict[str, ir.Value]:
    """The lowest and the highest currency and tax of rows with an amount: different ones are never added up."""
    has_amount = rows.amount.notnull()
    currency = ibis.coalesce(rows.currency, UNTOLD)
    tax = ibis.ifelse(rows.tax.isnull() | (rows.tax == Tax.UNKNOWN.value), UNTOLD, rows.tax)
    return {
        "currency_low": currency.min(where=has_amount),
        "currency_high": currency.max(where=has_amount),
        "tax_low": tax.min(where=has_amount),
        "tax_high": tax.max(where=has_amount),
    }


def units_again(rows: ir.Table) -> dict[str, ir.Value]:
    """`units` of rows that carry those of their parts."""
    return {
        name: rows[name].min() if name.endswith("low") else rows[name].max()
        for name in ("currency_low", "currency_high", "tax_low", "tax_high")
    }


def unit_of(rows: pa.Table) -> str | None:
    """The one currency of these rows; None where the source does not tell it.

    Raises:
        InputError: more than one currency, or amounts with VAT beside amounts without.
    """
    for name in ("tax", "currency"):
        told = {value for end in ("low", "high") for value in rows[f"{name}_{end}"].to_pylist() if value is not None}
        unit = single_unit(None if value == UNTOLD else value for value in told)
    return unit


def per_customer(scope: Scope) -> ir.Table:
    """One row a customer of each group, of the purchases in the asked period; the null customer holds the nameless.

    Columns: the breakdown's, ``customer``, ``orders``, ``returns``, ``total`` (net of returns), ``squares`` (of single
    amounts), ``without_amount``, and `units`.
    """
    bought = asked(scope, purchases(scope), "day")
    plain = bought.amount.cast("float64")
    return grouped(
        scope,
        bought,
        "customer",
        orders=bought.count(where=~bought.is_return),
        returns=bought.count(where=bought.is_return),
        total=bought.amount.sum(),
        squares=(plain * plain).sum(),
        without_amount=bought.count(where=bought.amount.isnull()),
        **units(bought),
    )


def histories(scope: Scope, *more: str) -> ir.Table:
    """One row a customer of each group: what the customer has bought so far; a period asks for the first purchase.

    Columns: the breakdown's (parts of time are those of the first purchase), ``repeats`` (further purchase days),
    ``span`` (days from the first to the last), ``age`` (days from the first to the data's day), ``orders``, ``total``
    (net of returns), ``repeat_total`` (of the further purchase days), `units`, and of ``customer``, ``first_day``,
    ``last_day`` those named in `more`.
    """
    bought = asked(scope, with_first_day(purchases(scope)), "first_day")
    days = grouped(
        scope,
        bought,
        "customer",
        "first_day",
        "day",
        value=bought.amount.sum(),
        orders=bought.count(where=~bought.is_return),
        **units(bought),
    )
    is_purchase = days.orders > 0
    each = grouped(
        scope,
        days,
        "customer",
        "first_day",
        last_day=days.day.max(where=is_purchase),
        days=days.count(where=is_purchase),
        orders=days.orders.sum(),
        total=days.value.sum(),
        repeat_total=days.value.sum(where=is_purchase & (days.day > days.first_day)),
        **units_again(days),
    )
    told = each.mutate(
        repeats=each.days - 1,
        span=each.last_day.delta(each.first_day, unit="day"),
        age=ibis.literal(scope.as_of).delta(each.first_day, unit="day"),
    )
    columns = ["repeats", "span", "age", "orders", "total", "repeat_total", *units_again(told)]
    return told.select(*key_columns(scope), *columns, *more)


def gaps(scope: Scope) -> ir.Table:
    """How many times so many days lay between two purchase days of one customer, in each group.

    Parts of time and the period are those of the later day. ``gap`` is null for the first purchase of each customer.
    """
    days = purchase_days(scope)
    before = days.day.lag().over(ibis.window(group_by=days.customer, order_by=days.day))
    dated = days.mutate(gap=days.day.delta(before, unit="day"))
    keys = asked(scope, dated, "day")
    return grouped(scope, keys, "gap", n=keys.count())


def purchase_days(scope: Scope) -> ir.Table:
    """The different days on which each named customer bought, each as its first order."""
    bought = purchases(scope)
    named = bought.filter(bought.customer.notnull() & ~bought.is_return)
    of_day = ibis.window(group_by=[named.customer, named.day], order_by=named.order_id)
    numbered = named.mutate(nth=ibis.row_number().over(of_day))
    return numbered.filter(numbered.nth == 0)


def money(rows: pa.Table, column: str) -> np.ndarray:
    """A column of sums as float64; a customer without any amount brought 0."""
    return np.asarray(np.nan_to_num(floats(rows, column)), dtype=np.float64)
