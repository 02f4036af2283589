"""Orders with what is in them: lines with the order that each stands on, and what is in every order as a whole."""

import ibis
import ibis.expr.types as ir

from yaad.measures.dimensions import asked, key_columns
from yaad.measures.scope import Scope

OF_ORDER = ("deal_id", "account", "owner", "at", "day", "whole_day")


def lines_of_orders(scope: Scope) -> ir.Table:
    """Lines with the columns `OF_ORDER` of their order; a line whose order is not known is on none of them."""
    orders = scope.table("orders")
    if scope.left_out is not None:
        orders = orders.anti_join(scope.left_out.select("deal_id"), "deal_id")
    of_order = orders.select(of_order="order_id", **{name: orders[name] for name in OF_ORDER})
    lines = scope.table("lines")
    return lines.join(of_order, lines.order_id == of_order.of_order).drop("of_order")


def baskets(scope: Scope) -> ir.Table:
    """The orders asked about, once in each group: the breakdown's columns, ``order_id``, ``items``, ``products``.

    ``items`` is how many pieces are in the whole order, ``products`` how many different products. By a column of the
    lines (a product) an order is in the group of each of its lines.
    """
    lines = lines_of_orders(scope)
    pieces = lines.quantity.cast("float64").fill_null(ibis.literal(1.0, type="float64"))
    whole = lines.group_by(whole_order="order_id").aggregate(items=pieces.sum(), products=lines.product.nunique())
    both = lines.join(whole, lines.order_id == whole.whole_order)
    rows = asked(scope, both, "day")
    keys = key_columns(scope)
    return rows.group_by([*keys, "order_id"]).aggregate(
        items=rows["items"].max(), products=rows.products.max(), day=rows.day.max()
    )


def with_list_price(scope: Scope, lines: ir.Table) -> ir.Table:
    """Lines with the ``listed`` and the ``paid`` amount of each; null where neither is known.

    Where the line says its discount, its price is that before it. Where it does not, the price stands against the price
    list: that of the product of this name or number, when there is exactly one in the line's currency.
    """
    products = scope.table("products")
    named = products.select(called="name", list_price="price", money="currency")
    numbered = products.select(called="product_id", list_price="price", money="currency")
    either = named.union(numbered, distinct=True)
    either = either.filter(either.called.notnull() & either.list_price.notnull())
    single = either.group_by("called", "money").aggregate(low=either.list_price.min(), high=either.list_price.max())
    single = single.filter(single.low == single.high).select("called", "money", list_price="low")
    same = [lines.product == single.called, lines.currency.fill_null("") == single.money.fill_null("")]
    both = lines.join(single, same, how="left").drop("called", "money")
    pieces, price = both.quantity.cast("float64").fill_null(_one()), both.price.cast("float64")
    says = both.discount.notnull()
    listed = ibis.ifelse(says, price, both.list_price.cast("float64"))
    paid = ibis.ifelse(says, price * (_one() - both.discount), price)
    known = listed.notnull() & paid.notnull() & (listed > ibis.literal(0.0, type="float64"))
    nothing = ibis.null("float64")
    return both.mutate(
        listed=ibis.ifelse(known, pieces * listed, nothing), paid=ibis.ifelse(known, pieces * paid, nothing)
    )


def _one() -> ir.FloatingScalar:
    return ibis.literal(1.0, type="float64")
