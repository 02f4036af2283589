"""Cells of a sheet as text: dates as ISO, numbers as they stand."""

import datetime as dt
from collections.abc import Iterator

EXACT = 2**53
"""Whole numbers beyond are not exact in a workbook: they are shown as powers, which no id and no amount takes."""


def shown(value: object) -> str:
    """A cell as text: dates as ISO, whole numbers without a point, others with the 15 digits the program shows.

    >>> shown(1234567890123456.0), shown(0.1 + 0.2), shown(1e17), shown(True)
    ('1234567890123456', '0.3', '1e+17', 'TRUE')
    """
    if isinstance(value, bool):
        text = "TRUE" if value else "FALSE"
    elif isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < EXACT else format(value, ".15g")
    elif isinstance(value, dt.datetime):
        text = value.isoformat(sep=" ", timespec="microseconds" if value.microsecond else "seconds")
    elif isinstance(value, dt.date | dt.time):
        text = value.isoformat()
    elif isinstance(value, dt.timedelta):
        text = str(value.total_seconds())
    else:
        text = str(value)
    return text


def rows(path: str, sheet: str) -> Iterator[list[str]]:
    """How many empty columns at the left are left out; then the rows of one sheet from its first on."""
    from python_calamine import CalamineWorkbook

    found = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet)
    yield [str(found.start[1] if found.start else 0)]
    days: dict[dt.date, str] = {}  # dates repeat, and to write one costs more than to find it
    for row in found.iter_rows():
        told: list[str] = []
        for cell in row:
            if isinstance(cell, str):
                told.append(cell)
            elif isinstance(cell, float) and cell.is_integer() and -EXACT < cell < EXACT:
                told.append(str(int(cell)))
            elif type(cell) is dt.date:
                told.append(days.get(cell) or days.setdefault(cell, cell.isoformat()))
            else:
                told.append(shown(cell))
        yield told
