"""What an import brings, in the lake's types."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from yaad.facts.lives import LIFE_COLUMNS
from yaad.model import SCHEMAS

Mask = npt.NDArray[np.bool_]
"""For each row of an arriving table: yes or no."""

PLACE = "place_in_file"
"""Order of arrival of a row in its batch."""

DERIVED = ("deal", "recorded_seq", *LIFE_COLUMNS)
"""Columns of deals that the lake gives; the rest describes a deal and comes from its source."""

DESCRIPTIVE = tuple(name for name in SCHEMAS["deals"].names if name not in (*DERIVED, "deal_id", "file", "row"))

ARRIVING_MOVES = pa.schema(
    [("deal_id", pa.string())]
    + [(field.name, field.type) for field in SCHEMAS["stage_moves"] if field.name not in ("deal", "recorded_seq")]
)


def typed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The columns of `table` that the schema knows, in its types; missing ones null."""
    columns = {
        field.name: table[field.name].cast(field.type)
        if field.name in table.column_names
        else pa.nulls(table.num_rows, field.type)
        for field in schema
    }
    return pa.table(columns)


def conform(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The same with the order of arrival."""
    return typed(table, schema).append_column(PLACE, pa.array(np.arange(table.num_rows), pa.int64()))


def said(table: pa.Table, names: tuple[str, ...], *, empty_too: bool = False) -> tuple[str, ...]:
    """The columns that the source says anything of; what it is silent about stays as the book has it.

    Args:
        table: arriving rows.
        names: the columns in question.
        empty_too: a column without any value here has some in another portion of the same source.
    """
    there = [name for name in names if name in table.column_names]
    return tuple(name for name in there if empty_too or table[name].null_count < table.num_rows)


def not_among(keys: pa.ChunkedArray, others: pa.ChunkedArray) -> Mask:
    """For each key, whether it is none of the others."""
    return np.asarray(pc.invert(pc.is_in(keys, value_set=others.combine_chunks())).to_numpy(), np.bool_)


def checked(table: pa.Table, *names: str) -> pa.Table:
    """The table, held to carry a value in each of these columns.

    Raises:
        ValueError: intake let a row through that has none; its rows are rejected there, never here.
    """
    for name in names:
        if name not in table.column_names or table[name].null_count:
            raise ValueError(name)
    return table
