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


def customers_asking(scope: Scope, rows: ir.Table, shown: Mapping[str, str | None]) -> Mapping[str, str]:
    """Customer → what they ask; of who asks nothing, nothing.

    Several may answer under a company's name: what one of them asks is not asked by another contact whose number is
    shown. Where it is not told who answers, it is asked by all.

    Args:
        scope: the question.
        rows: ``customer``, ``phone``, ``email``, ``contact``: one row or many of each customer.
        shown: customer → the number that is shown of them.
    """
    said = scope.opt_outs.said
    wanted = Handles(
        frozenset(one for one in said if one.startswith("+")), frozenset(one for one in said if "@" in one)
    )
    found = [
        (row, word)
        for row in (scope.run(near(rows, wanted)).to_pylist() if wanted else ())
        if (word := scope.opt_outs.word(row["phone"], row["email"]))
    ]
    answering = _answering(scope, rows, {row["customer"]: shown.get(row["customer"]) for row, _word in found})
    told: dict[str, set[str]] = {}
    for row, word in found:
        customer, contact = row["customer"], folded(row["contact"])
        others = answering.get(customer, set())
        if not contact or not others or contact in others:
            told.setdefault(customer, set()).add(word)
    return {customer: next(one for one in OPT_OUTS if one in words) for customer, words in told.items()}


def _answering(scope: Scope, rows: ir.Table, shown: Mapping[str, str | None]) -> dict[str, set[str]]:
    """Customer → the contacts who answer the number that is shown; none where a deal does not tell who does."""
    if not shown:
        return {}
    country = scope.opt_outs.country
    names = ibis.memtable(pa.table({"of": pa.array(sorted(shown), pa.string())}))
    theirs = rows.semi_join(names, rows.customer == names.of).distinct()
    number = {customer: Handles.of(phone, None, country) for customer, phone in shown.items()}
    told: dict[str, set[str]] = {}
    for row in scope.run(theirs).to_pylist():
        is_shown = row["phone"] == shown[row["customer"]]
        if row["phone"] and (is_shown or Handles.of(row["phone"], None, country).meet(number[row["customer"]])):
            told.setdefault(row["customer"], set()).add(folded(row["contact"]))
    return {customer: contacts for customer, contacts in told.items() if "" not in contacts}


def folded(name: str | None) -> str:
    """A name as contacts are compared: without case and without spaces more than one."""
    return " ".join((name or "").casefold().split())
