"""Which column is which of our fields, and what a file holds: by the names of its columns, held against its values."""

import re
from collections.abc import Collection, Sequence

from yaad.intake.deciding.amounts import CURRENCIES
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.months import month_in
from yaad.intake.deciding.words import Names, header_words
from yaad.intake.fields import FIELDS
from yaad.intake.kinds import Kind
from yaad.intake.presets import Export, key_of

NUMBER_BEHIND = re.compile(r" \d+$")
"""What HubSpot puts behind a stage's id."""
FEWEST_MONTHS = 3
"""Columns of months that make a sheet of targets."""
IN_BRACKETS = re.compile(r"\s*[(\[].*?[)\]]\s*")


def propose_fields(headers: Sequence[str], kind: Kind, export: Export | None = None) -> dict[str, str]:
    """Our field → header, for a kind of file; each header is used once, better names first.

    A known export tells which of its headers are which fields; the dictionary speaks only of the other headers.

    >>> propose_fields(["מס' הזדמנות", "שלב", 'סכום (ש"ח)'], Kind.DEALS)
    {'id': "מס' הזדמנות", 'amount': 'סכום (ש"ח)', 'stage': 'שלב'}
    """
    found: dict[str, str] = {}
    if export is not None:
        found = {name: header for name, header in export.fields(headers).items() if name in FIELDS[kind]}
        headers = [header for header in headers if not export.knows(header) and not export.complete]
    matches: list[tuple[int, int, str, str]] = []
    for order, (field, names) in enumerate(header_words().of(kind).items()):
        for header in headers if export is None or field not in export.asked else ():
            rank = _rank(header, names)
            if rank is not None:
                matches.append((rank, order, field, header))
    for _, _, field, header in sorted(matches):
        if field not in found and header not in found.values():
            found[field] = header
    return {field: found[field] for field in FIELDS[kind] if field in found}


def _rank(header: str, names: Names) -> int | None:
    """How well a header fits a field's names (smaller is better); as it is first, then without what exports add."""
    if "#" in header:
        return None
    for penalty, form in enumerate(_forms(header)):
        if form in names:
            return names[form] + 100 * penalty
    return None


def _forms(header: str) -> list[str]:
    """A header as it is, without what stands in brackets, without an export's prefix."""
    folded = fold(header)
    bare = fold(IN_BRACKETS.sub(" ", header))
    forms = [folded, bare, key_of(header)]
    forms += [bare.removeprefix(f"{prefix} ") for prefix in header_words().prefixes if bare.startswith(f"{prefix} ")]
    return forms


def stage_date_columns(headers: Sequence[str], stages: Collection[str]) -> dict[str, str]:
    """Stage (as named in `stages`, or by the rest of the header) → the column of its date."""
    by_key = {fold(stage): stage for stage in stages}
    found: dict[str, str] = {}
    for header in headers:
        folded = fold(header)
        for prefix in header_words().stage_dates:
            rest = folded.removeprefix(prefix).strip()
            if folded.startswith(prefix) and rest and rest != "current stage":
                bare = fold(IN_BRACKETS.sub(" ", rest))
                known = (rest, bare, NUMBER_BEHIND.sub("", rest))
                name = next((by_key[key] for key in known if key in by_key), None)
                found.setdefault(name or IN_BRACKETS.sub(" ", _rest_of(header, rest)).strip(" \"'"), header)
                break
    return found


def _rest_of(header: str, folded: str) -> str:
    """The end of a header that folds to `folded`, as it is written."""
    for start in range(len(header)):
        if fold(header[start:]) == folded:
            return header[start:].strip(" -_:\"'")
    return folded


def currency_in(header: str) -> str | None:
    """The currency that a header names: ``סכום (ש"ח)``, ``Amount USD``."""
    words = re.split(r"[\s()\[\],/_]+", header.lower())
    return next((CURRENCIES[word] for word in words if word in CURRENCIES), None)


def tax_in(header: str) -> str | None:
    """Whether VAT is in the amounts, by a header: ``סה"כ לפני מע"מ``."""
    folded = fold(header)
    for name in ("net", "gross"):
        words: tuple[str, ...] = getattr(header_words(), name)
        if any(re.search(rf"(?:^|\s|\(){re.escape(word)}(?:$|\s|\))", folded) for word in words):
            return name
    return None


def propose_kind(headers: Sequence[str], *, repeated_ids: bool, name: str = "") -> Kind | None:
    """What a file holds, by its columns; None when they do not tell.

    Args:
        headers: names of the columns.
        repeated_ids: the column that would be a history's id holds some id more than once.
        name: of the file; it tells targets from results where both have a column a month.
    """
    by_kind = {kind: set(propose_fields(headers, kind)) for kind in Kind}
    contracts = by_kind[Kind.CONTRACTS]
    if {"id", "start", "end"} <= contracts or {"months", "left"} <= contracts:  # an id or a length of contracts
        return Kind.CONTRACTS
    if _are_targets(headers, by_kind[Kind.TARGETS], name):
        return Kind.TARGETS
    history, deals = by_kind[Kind.EVENTS], by_kind[Kind.DEALS]
    if {"id", "at", "amount"} <= by_kind[Kind.ORDERS] and "id" not in deals and not {"closed", "won", "lost"} & deals:
        return Kind.ORDERS  # each row has the number of an order and none of a deal: its status is the order's
    if {"id", "stage", "at"} <= history and repeated_ids:
        return Kind.EVENTS
    if "stage" in deals or ("id" in deals and {"entered", "created"} & deals and {"closed", "won", "lost"} & deals):
        return Kind.DEALS
    signs: tuple[tuple[Kind, set[str], set[str]], ...] = (
        (Kind.CALLS, {"at"}, {"seconds", "direction"}),
        (Kind.LINES, {"order", "product"}, {"quantity", "price", "discount"}),
        (Kind.ORDERS, {"id", "at", "amount"}, set()),
        (Kind.ACTIVITIES, {"at", "kind"}, {"deal", "text", "by"}),
        (Kind.PRODUCTS, {"name", "price"}, set()),
        (Kind.ACCOUNTS, {"name"}, {"sector", "city", "phone", "email"}),
    )
    kind = next(
        (kind for kind, needed, some in signs if needed <= by_kind[kind] and (not some or some & by_kind[kind])), None
    )
    # Customers and products have no day on which they inquired; inquiries without a status have.
    inquired = (
        "entered" in deals and {"source", "campaign", "amount"} & deals and {"phone", "account", "contact"} & deals
    )
    return Kind.DEALS if inquired and kind in (None, Kind.ACCOUNTS, Kind.PRODUCTS) else kind


def _are_targets(headers: Sequence[str], fields: set[str], name: str) -> bool:
    """A month and a target, or a column a month with a word that says they are targets."""
    if {"month", "amount"} <= fields:
        return True
    months = [header for header in headers if month_in(header) is not None]
    said = re.split(r"[^\w״\"]+", " ".join([name.lower(), *map(fold, headers)]))
    return len(months) >= FEWEST_MONTHS and bool(header_words().targets & {fold(word) for word in said})
