"""Every column of every table says how it speaks of persons."""

from yaad.model import SCHEMAS
from yaad.model.personal import PERSONAL, Personal, may_point, untagged


def test_every_column_is_tagged():
    assert untagged(SCHEMAS) == []
    assert {table: set(columns) for table, columns in PERSONAL.items()} == {
        table: set(schema.names) for table, schema in SCHEMAS.items()
    }


def test_a_column_that_nobody_thought_of_is_found():
    import pyarrow as pa

    assert untagged({"deals": pa.schema([("owner", pa.string()), ("birthday", pa.date32())])}) == ["deals.birthday"]


def test_who_is_told_and_who_is_not():
    assert {one for one in PERSONAL["deals"] if PERSONAL["deals"][one] is Personal.CONTACT} == {"phone", "email"}
    assert [may_point(name) for name in ("source", "product", "stage", "lost_reason")] == [False] * 4
    assert all(may_point(name) for name in ("owner", "rep", "deal_id", "contact", "account", "by", "next_step", "לקוח"))
