"""Which deal a call belongs to, where only the telephone number tells.

Numbers are compared without signs, country code of Israel and leading zeros. Of the deals with the number – their own,
or their customer's – it is the latest that had come by the day of the call; else the first that came soon after it,
since an inquiry by telephone is written down afterwards. A call without such a deal is held until one comes.
"""

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from yaad.facts.parts import Workshop
from yaad.model import SCHEMAS
from yaad.model.tables import KEYS

SOON = 30
"""Days after a call within which its deal may come."""
SHORTEST, LONGEST = 8, 15
"""Digits of a number with its area."""
KEY = KEYS["calls"]


def with_deals_by_phone(shop: Workshop, came: pa.Table) -> pa.Table:
    """Arriving calls, in their order; those that name no deal have that of their number, where there is one."""
    if not {"phone", "day"} <= set(came.column_names) or not came.num_rows:
        return came
    told = came["deal_id"] if "deal_id" in came.column_names else pa.chunked_array([pa.nulls(len(came), pa.string())])
    open_ = came.select([KEY, "phone", "day"]).filter(pc.is_null(told))
    if not open_.num_rows or not shop.present("deals"):
        return came
    found = shop.bench.run(_links(shop, shop.bench.arrow("calls_by_phone", open_)))
    if not found.num_rows:
        return came
    places = pc.index_in(came[KEY], value_set=found[KEY].combine_chunks())
    linked = pc.coalesce(told, found["deal_id"].combine_chunks().take(places))
    rest = came.drop_columns(["deal_id"]) if "deal_id" in came.column_names else came
    return rest.append_column("deal_id", linked)


def adopt_calls(shop: Workshop) -> None:
    """Give calls that were held the deal of their number, when it has come."""
    if not shop.present("calls"):
        return
    calls = shop.old("calls")
    found = _links(shop, calls.filter(calls.deal_id.isnull()).select(KEY, "phone", "day"))
    found = shop.bench.keep("adopted_calls", found.select(adopted=found[KEY], adopted_by=found.deal_id))
    if shop.bench.run(found.aggregate(n=found.count()))["n"][0].as_py():
        both = calls.left_join(found, calls[KEY] == found.adopted)
        rows = both.mutate(deal_id=ibis.coalesce(both.deal_id, both.adopted_by))
        shop.replace("calls", rows.select(*SCHEMAS["calls"].names), (KEY,))


def _links(shop: Workshop, calls: ir.Table) -> ir.Table:
    """Call → the deal of its number; calls without one are left out."""
    deals, accounts = shop.old("deals"), shop.old("accounts")
    own = deals.select("deal_id", "created_day", number=_number(deals.phone))
    named = accounts.select(customer="name", number=_number(accounts.phone))
    theirs = deals.join(named, deals.account == named.customer).select("deal_id", "created_day", "number")
    numbers = own.union(theirs, distinct=True)
    numbers = numbers.filter(numbers.number.notnull())
    asked = calls.select(KEY, called=calls.day, phone_number=_number(calls.phone))
    both = asked.join(numbers, asked.phone_number == numbers.number)
    both = both.filter(both.created_day.isnull() | (both.created_day <= both.called + ibis.interval(days=SOON)))
    late = (both.created_day > both.called).fill_null(False)  # noqa: FBT003 - ibis's own signature
    first_late = ibis.ifelse(late, both.created_day, ibis.null("date"))
    order = [late, first_late.asc(), both.created_day.desc(nulls_first=False), both.deal_id]
    ranked = both.mutate(place=ibis.row_number().over(group_by=both[KEY], order_by=order))
    return ranked.filter(ranked.place == 0).select(KEY, "deal_id")


def _number(text: ir.StringValue) -> ir.StringValue:
    """A number as it is compared; null where it cannot be one. Of several in one cell the first counts."""
    first = text.re_replace(r"(?:[,;|\n]|\s/\s).*$", "")
    digits = first.re_replace(r"\D", "").re_replace(r"^(?:00)?972", "").re_replace(r"^0+", "")
    return ibis.ifelse(digits.length().between(SHORTEST, LONGEST), digits, ibis.null("string"))
