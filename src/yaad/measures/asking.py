"""Which rows may be of who asks not to be contacted, found by joins, however many deals there are.

What is left is read by `yaad.measures.opted_out`, the one rule that tells one spelling from another. What stands on the
list instead of a number that was erased is met by the number that is shown, as everywhere.
"""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from yaad.intake.deciding.phones import REPEATED
from yaad.measures.opted_out import Handles
from yaad.measures.scope import Scope
from yaad.model.opt_outs import OPT_OUTS

PLAIN = r"^[+(]?[0-9](?:[ .()-]{0,2}[0-9]){4,8}[0-9]{3}$"
"""A cell that holds one number and nothing beside it, whose last digits are the number's."""


def near(rows: ir.Table, wanted: Handles) -> ir.Table:
    """Rows that may hold one of many numbers and addresses: those of which it is not plain that they hold none."""
    ends = ibis.memtable(pa.table({"end": pa.array({one[-REPEATED:] for one in wanted.phones}, pa.string())}))
    mails = ibis.memtable(pa.table({"mail": pa.array(wanted.mails, pa.string())}))
    digits = rows.phone.re_replace("[^0-9]", "")
    is_odd = rows.phone.notnull() & ~rows.phone.re_search(PLAIN)
    several = rows.email.re_search(r"@.*@|[\s,;/<>()\[\]\"]")
    is_near = digits.right(REPEATED).isin(ends.end) | rows.email.lower().isin(mails.mail)
    found: ir.Table = rows.filter((is_odd | several | is_near).fill_null(False)).distinct()  # noqa: FBT003 – ibis takes it so
    return found


def customers_asking(scope: Scope, rows: ir.Table) -> Mapping[str, str]:
    """Customer → what they ask, met by any number or address; of who asks nothing, nothing.

    Args:
        scope: the question.
        rows: ``customer``, ``phone``, ``email``: one row or many of each customer.
    """
    said = scope.opt_outs.said
    wanted = Handles(
        frozenset(one for one in said if one.startswith("+")), frozenset(one for one in said if "@" in one)
    )
    told: dict[str, set[str]] = {}
    for row in scope.run(near(rows, wanted)).to_pylist() if wanted else ():
        if word := scope.opt_outs.word(row["phone"], row["email"]):
            told.setdefault(row["customer"], set()).add(word)
    return {customer: next(one for one in OPT_OUTS if one in words) for customer, words in told.items()}
