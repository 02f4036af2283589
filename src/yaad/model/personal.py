"""Which columns speak of persons: one table for what a viewer may be told, and for a person's export and erasure."""

from collections.abc import Mapping
from enum import StrEnum

from yaad.model.tables import SCHEMAS


class Personal(StrEnum):
    """How a column speaks of persons."""

    NAME = "name"
    """Who somebody is: a person who sells, a customer."""
    CONTACT = "contact"
    """How somebody is reached."""
    TEXT = "text"
    """Free words, in which anybody may stand; the company's own columns too, since nobody knows what they hold."""
    ID = "id"
    """Points at one deal, customer or act of a person."""
    NONE = "none"
    """Nothing of a person."""


_OF = {
    Personal.NAME: "owner by account contact",
    Personal.CONTACT: "phone email",
    Personal.TEXT: "next_step text custom",
    Personal.ID: "deal deal_id activity_id account_id order_id line_id call_id contract_id target_id",
    Personal.NONE: (
        "source product branch campaign lost_reason amount currency tax stage outcome furthest episodes created_at"
        " created_day closed_at closed_day whole_days cycle_days expected_close_day next_step_day recorded_seq file row"
        " sort_at seq to_stage at day whole_day seen cohort_day position visit entered entered_day left left_day ended"
        " days first until until_day first_days first_ended kind sector city product_id category price quantity"
        " discount direction answered seconds status start_day end_day team measure month months entry"
    ),
}
_NAMES = {column: how for how, columns in _OF.items() for column in columns.split()}
_APART = {("deals", "name"): Personal.NAME, ("accounts", "name"): Personal.NAME, ("products", "name"): Personal.NONE}
"""Columns that mean one thing in one table and another in the next."""


def untagged(schemas: Mapping[str, object]) -> list[str]:
    """Columns, as ``table.column``, of which nobody has said whether they speak of persons.

    Args:
        schemas: table → its schema.
    """
    return [
        f"{table}.{column}"
        for table, schema in schemas.items()
        for column in getattr(schema, "names", ())
        if (table, column) not in _APART and column not in _NAMES
    ]


def tag(table: str, column: str) -> Personal:
    """How a column of a table speaks of persons; one that nobody thought of may hold anything.

    >>> tag("deals", "owner").value, tag("products", "name").value, tag("deals", "birthday").value
    ('name', 'none', 'text')
    """
    return _APART.get((table, column)) or _NAMES.get(column, Personal.TEXT)


PERSONAL: Mapping[str, Mapping[str, Personal]] = {
    table: {column: tag(table, column) for column in schema.names} for table, schema in SCHEMAS.items()
}
"""Table → column → how it speaks of persons."""


def may_point(name: str) -> bool:
    """Whether a breakdown by this column could point at one person: in any table, or since nobody knows the column.

    >>> may_point("source"), may_point("owner"), may_point("name"), may_point("a column of the company's own")
    (False, True, True, True)
    """
    tables = [columns[name] for columns in PERSONAL.values() if name in columns]
    return not tables or any(how is not Personal.NONE for how in tables)
