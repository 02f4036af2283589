"""Which customers ask not to be contacted, met by any of their numbers and addresses, however many deals there are.

Rows that cannot be of any of them are left out by joins with the few numbers and addresses that ask it; what is left
is read by `yaad.measures.opted_out`, the one rule that tells one spelling from another. What stands on the list instead
of a number that was erased is met by the number that is shown, as everywhere.
"""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from yaad.intake.deciding.phones import REPEATED
from yaad.measures.scope import Scope
from yaad.model.opt_outs import OPT_OUTS

PLAIN_PHONE = r"^[0-9+() -]+$"
"""A cell with one number in digits; anything else is read closer."""
MOST_DIGITS = 13
"""More of them may be two numbers."""
PLAIN_MAIL = r"^[^\s,;/<>()\[\]\"]+$"


def customers_asking(scope: Scope, rows: ir.Table) -> Mapping[str, str]:
    """Customer → what they ask, in a word of `yaad.model.opt_outs.OPT_OUTS`; of who asks nothing, nothing.

    Args:
        scope: the question.
        rows: ``customer``, ``phone``, ``email``: one row or many of each customer.
    """
    phones = sorted({one[-REPEATED:] for one in scope.opt_outs.said if one.startswith("+")})
    mails = sorted(one for one in scope.opt_outs.said if "@" in one)
    found = [*_by_phone(rows, phones), *_by_mail(rows, mails)]
    if not found:
        return {}
    told: dict[str, set[str]] = {}
    for row in scope.run(ibis.union(*found, distinct=True) if len(found) > 1 else found[0].distinct()).to_pylist():
        if word := scope.opt_outs.word(row["phone"], row["email"]):
            told.setdefault(row["customer"], set()).add(word)
    return {customer: next(one for one in OPT_OUTS if one in words) for customer, words in told.items()}


def _by_phone(rows: ir.Table, ends: list[str]) -> list[ir.Table]:
    """Rows whose number ends like one of them, and those whose cell is to be read closer."""
    if not ends:
        return []
    rows = rows.filter(rows.phone.notnull() & (rows.phone != ""))
    digits = rows.phone.re_replace("[^0-9]", "")
    is_plain = rows.phone.re_search(PLAIN_PHONE) & digits.length().between(REPEATED, MOST_DIGITS)
    plain = rows.filter(is_plain).mutate(end=digits.right(REPEATED))
    return [plain.semi_join(_table("end", ends), "end").drop("end"), rows.filter(~is_plain)]


def _by_mail(rows: ir.Table, mails: list[str]) -> list[ir.Table]:
    """The same of addresses."""
    if not mails:
        return []
    rows = rows.filter(rows.email.contains("@"))
    mail = rows.email.strip().lower()
    is_plain = mail.re_search(PLAIN_MAIL)
    plain = rows.filter(is_plain).mutate(mail=mail)
    return [plain.semi_join(_table("mail", mails), "mail").drop("mail"), rows.filter(~is_plain)]


def _table(name: str, texts: list[str]) -> ir.Table:
    return ibis.memtable(pa.table({name: pa.array(texts, pa.string())}))
