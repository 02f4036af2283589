"""Schemas of the lake's tables. Times are UTC with the local day beside them; a date-only value has `whole_day`.

Conventions: `deal` is the book's own number of a deal (given in order of first arrival, never reused), `deal_id` the
source's id. `at` is when it was true, `recorded_seq` when we learnt it (the number of the import or of the entry).
"""

import pyarrow as pa

MOMENT = pa.timestamp("us", tz="UTC")
AMOUNT = pa.decimal128(18, 4)
CUSTOM = pa.map_(pa.string(), pa.string())

DEALS = pa.schema(
    [
        ("deal", pa.int64()),
        ("deal_id", pa.string()),
        ("name", pa.string()),
        ("owner", pa.string()),  # the person who sells it
        ("source", pa.string()),
        ("product", pa.string()),
        ("account", pa.string()),
        ("contact", pa.string()),
        ("phone", pa.string()),
        ("email", pa.string()),
        ("branch", pa.string()),
        ("campaign", pa.string()),
        ("lost_reason", pa.string()),
        ("next_step", pa.string()),
        ("next_step_day", pa.date32()),  # by when
        ("amount", AMOUNT),
        ("currency", pa.string()),  # ISO code; null: the source does not say
        ("tax", pa.string()),  # net, gross, unknown
        ("stage", pa.string()),  # where it is now, as the company names it
        ("outcome", pa.string()),  # open, won, lost, not_inquiry: of the latest episode
        ("furthest", pa.int16()),  # highest measured position reached; their count when won
        ("episodes", pa.int16()),  # 1 + times it was reopened
        ("created_at", MOMENT),  # first dated move; null: undated
        ("created_day", pa.date32()),
        ("closed_at", MOMENT),  # of the latest episode
        ("closed_day", pa.date32()),
        ("whole_days", pa.bool_()),  # one end of its life is a date without a time
        ("cycle_days", pa.float64()),  # created → closed; null while open or undated
        ("expected_close_day", pa.date32()),
        ("custom", CUSTOM),
        ("recorded_seq", pa.int64()),
        ("file", pa.string()),  # sha256 of the original
        ("row", pa.int64()),  # 1-based line of the original
    ]
)

STAGE_MOVES = pa.schema(
    [
        ("deal", pa.int64()),
        (
            "sort_at",
            MOMENT,
        ),  # never null: where the move stands in the order; unknown times carry the one before
        ("seq", pa.int64()),  # order among equal times: file order, then journal order
        ("to_stage", pa.string()),
        ("at", MOMENT),  # null: unknown
        ("day", pa.date32()),
        ("whole_day", pa.bool_()),
        ("seen", pa.bool_()),  # true: the day is that of the list which first saw the deal there
        ("by", pa.string()),
        ("amount", AMOUNT),
        ("recorded_seq", pa.int64()),
    ]
)

STAGE_VISITS = pa.schema(
    [
        ("deal", pa.int64()),
        (
            "owner",
            pa.string(),
        ),  # the two dimensions that most pages ask for stand here, so that no join is needed
        ("source", pa.string()),
        ("cohort_day", pa.date32()),  # the deal's created_day
        ("outcome", pa.string()),  # the deal's
        ("furthest", pa.int16()),  # the deal's
        ("stage", pa.string()),
        ("position", pa.int16()),
        ("visit", pa.int16()),  # n-th stay of this deal in this stage, from 1
        ("entered", MOMENT),
        ("entered_day", pa.date32()),
        ("left", MOMENT),  # end of the stay
        ("left_day", pa.date32()),
        ("ended", pa.string()),  # the stay: forward, back, lost, won, open
        ("whole_days", pa.bool_()),
        ("days", pa.float64()),  # length of the stay; null while open, undated or impossible (negative)
        ("first", pa.bool_()),  # visit = 1; the two columns below are filled there only
        ("until", MOMENT),  # first entry of a later listed stage, or the end; null: still there
        ("until_day", pa.date32()),
        ("first_days", pa.float64()),  # entered → until; null while open, undated or impossible
        ("first_ended", pa.string()),  # advanced, lost, open, and impossible (a later stage came before)
    ]
)

ACTIVITIES = pa.schema(
    [
        ("activity_id", pa.string()),
        ("deal", pa.int64()),  # null: an orphan, held until its deal comes
        ("deal_id", pa.string()),
        ("kind", pa.string()),
        ("at", MOMENT),
        ("day", pa.date32()),
        ("whole_day", pa.bool_()),
        ("by", pa.string()),
        ("text", pa.string()),
        ("custom", CUSTOM),
        ("recorded_seq", pa.int64()),
        ("file", pa.string()),
        ("row", pa.int64()),
    ]
)


def _flat(*columns: tuple[str, pa.DataType]) -> pa.Schema:
    """A table that comes from one file row by row: own id, columns, the rest in `custom`."""
    ends = (
        ("custom", CUSTOM),
        ("recorded_seq", pa.int64()),
        ("file", pa.string()),
        ("row", pa.int64()),
    )
    return pa.schema([*columns, *ends])


ACCOUNTS = _flat(
    ("account_id", pa.string()),
    ("name", pa.string()),
    ("sector", pa.string()),
    ("city", pa.string()),
    ("phone", pa.string()),
    ("email", pa.string()),
)
PRODUCTS = _flat(
    ("product_id", pa.string()),
    ("name", pa.string()),
    ("category", pa.string()),
    ("price", AMOUNT),
    ("currency", pa.string()),
    ("tax", pa.string()),
)
ORDERS = _flat(
    ("order_id", pa.string()),
    ("deal_id", pa.string()),
    ("account", pa.string()),
    ("owner", pa.string()),
    ("at", MOMENT),
    ("day", pa.date32()),
    ("whole_day", pa.bool_()),
    ("amount", AMOUNT),
    ("currency", pa.string()),
    ("tax", pa.string()),
)
LINES = _flat(
    ("line_id", pa.string()),
    ("order_id", pa.string()),
    ("product", pa.string()),
    ("quantity", AMOUNT),
    ("price", AMOUNT),
    ("discount", pa.float64()),  # 0–1
    ("currency", pa.string()),
    ("tax", pa.string()),
)
CALLS = _flat(
    ("call_id", pa.string()),
    ("deal_id", pa.string()),
    ("by", pa.string()),
    ("phone", pa.string()),
    ("direction", pa.string()),  # in, out
    ("answered", pa.bool_()),  # null: the log does not say
    ("at", MOMENT),
    ("day", pa.date32()),
    ("whole_day", pa.bool_()),
    ("seconds", pa.float64()),
)
CONTRACTS = _flat(
    ("contract_id", pa.string()),
    ("deal_id", pa.string()),
    ("account", pa.string()),
    ("owner", pa.string()),
    ("product", pa.string()),
    ("status", pa.string()),
    ("start_day", pa.date32()),
    ("end_day", pa.date32()),  # null: it goes on
    ("amount", AMOUNT),
    ("currency", pa.string()),
    ("tax", pa.string()),
)
TARGETS = _flat(
    ("target_id", pa.string()),
    ("owner", pa.string()),  # null in all four: of the company
    ("team", pa.string()),
    ("branch", pa.string()),
    ("product", pa.string()),
    ("measure", pa.string()),  # as the company calls it; null: the sheet does not say
    ("month", pa.date32()),  # its first day
    ("months", pa.int16()),  # 1, a quarter is 3, a year 12; null: one
    ("entry", pa.int64()),  # number of the entry that set it; null: a sheet did
    ("amount", AMOUNT),
    ("currency", pa.string()),
    ("tax", pa.string()),
)

SCHEMAS: dict[str, pa.Schema] = {
    "deals": DEALS,
    "stage_moves": STAGE_MOVES,
    "stage_visits": STAGE_VISITS,
    "activities": ACTIVITIES,
    "accounts": ACCOUNTS,
    "products": PRODUCTS,
    "orders": ORDERS,
    "lines": LINES,
    "calls": CALLS,
    "contracts": CONTRACTS,
    "targets": TARGETS,
}

KEYS: dict[str, str] = {
    "deals": "deal_id",
    "activities": "activity_id",
    "accounts": "account_id",
    "products": "product_id",
    "orders": "order_id",
    "lines": "line_id",
    "calls": "call_id",
    "contracts": "contract_id",
    "targets": "target_id",
}
"""The column by which a later import replaces a row."""
