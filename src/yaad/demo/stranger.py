"""A spreadsheet as a stranger hands it over: titles above the heads, totals, merged cells, text dates, vague statuses.

It is made of the Hebrew demo company and shows what an import asks about: whether „נסגר” means won, and whether
„לא רלוונטי” is a loss or no inquiry at all.
"""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from yaad.demo.company import AS_OF, Company, draw_company

TITLE = "דוח לידים ועסקאות"
HEADS = (
    "מס׳",
    "שם הלקוח",
    "איש קשר",
    "נייד",
    "נציג",
    "מקור הגעה",
    "סטטוס",
    "סכום כולל מע״מ",
    "ת. פתיחה",
    "ת. סגירה",
    "הערות",
)
STATUSES = ("חדש", "נקבעה פגישה", "נשלחה הצעה", "במו״מ", "נסגר", "לא רלוונטי")
NOTES = ("", "", "", "לחזור אחרי החגים", "ביקשו הנחה", "מתלבטים", "דיברנו פעמיים, אין מענה")
TOTAL = "סה״כ"
LISTS = "רשימות"
VAT = 1.18
PAGE = 45  # rows after which the report repeats its heads
EPOCH = (1980, 1, 1, 0, 0, 0)  # a zip file knows no earlier time


def write_stranger(path: Path | str, seed: int = 1, as_of: date = AS_OF, rows: int = 400) -> Path:
    """Write the spreadsheet; the same seed and day write the same bytes.

    Args:
        path: of the ``.xlsx`` file.
        seed: of the Hebrew demo company.
        as_of: its last day.
        rows: how many of its latest deals are listed.
    """
    company = draw_company("he", seed, as_of)
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError(sheet)
    sheet.title = TITLE
    sheet.sheet_view.rightToLeft = True
    _fill(sheet, company, rows)
    lists = book.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    for status in STATUSES:
        lists.append([status])
    target = Path(path)
    target.write_bytes(_timeless(book, company.moment(company.history.cut())))
    return target


def _fill(sheet: Worksheet, company: Company, rows: int) -> None:
    bold = Font(bold=True)
    sheet.append([f"{company.pack.company} – {TITLE}"])
    sheet.merge_cells("A1:K1")
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append([f"הופק בתאריך {company.history.as_of:%d/%m/%Y}"])
    sheet.append([])
    total = 0.0
    for number, (cells, amount) in enumerate(_rows(company, rows)):
        if number % PAGE == 0:
            sheet.append(list(HEADS))
            for cell in sheet[sheet.max_row]:
                cell.font = bold
        sheet.append(cells)
        total += amount
        if number % PAGE == PAGE - 1:
            sheet.append([])
    sheet.append([TOTAL, None, None, None, None, None, None, round(total, 2)])
    for letter, width in zip("ABCDEFGHIJK", (9, 30, 18, 14, 16, 14, 14, 16, 12, 12, 26), strict=True):
        sheet.column_dimensions[letter].width = width


def _rows(company: Company, rows: int) -> Iterator[tuple[list[object], float]]:
    """Cells of the latest deals, and the amount that the total counts."""
    history = company.history
    moves = history.moves()
    lasts = np.flatnonzero(np.diff(moves.deal, append=-1))
    rng = np.random.default_rng(rows)
    for deal in range(max(len(lasts) - rows, 0), len(lasts)):
        now, moved = int(moves.stage[lasts[deal]]), company.moment(float(moves.second[lasts[deal]]) / 86_400)
        customer = company.customers[deal]
        amount = float(np.nan_to_num(history.paths.amount[deal])) * VAT
        closed = now >= len(history.world.steps)
        yield (
            [
                deal + 1,
                customer.name,
                customer.contact,
                customer.phone.replace("-", "") if rng.random() < 0.3 else customer.phone,
                company.owner(deal),
                history.world.sources[int(history.paths.source[deal])].name,
                STATUSES[now],
                _money(amount, rng),
                _day(company.moment(float(history.paths.born[deal])), rng),
                _day(moved, rng) if closed else None,
                NOTES[int(rng.integers(len(NOTES)))] or None,
            ],
            round(amount, 2),
        )


def _money(amount: float, rng: np.random.Generator) -> object:
    """Sometimes a number, sometimes text with its sign, sometimes nothing."""
    if not amount:
        return None
    return round(amount, 2) if rng.random() < 0.6 else f"₪{amount:,.2f}"


def _day(moment: datetime, rng: np.random.Generator) -> object:
    """Mostly text, day first; sometimes a true date."""
    return f"{moment:%d/%m/%Y}" if rng.random() < 0.85 else moment.replace(hour=0, minute=0, second=0)


def _timeless(book: Workbook, stamp: datetime) -> bytes:
    """The workbook's bytes with a given time of its making, so that the same workbook is the same file."""
    saved, clean = BytesIO(), BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(clean, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = source.read(name)
            if name == "docProps/core.xml":
                book.properties.created = book.properties.modified = stamp
                text = _core(book)
            target.writestr(zipfile.ZipInfo(name, EPOCH), text, zipfile.ZIP_DEFLATED)
    return clean.getvalue()


def _core(book: Workbook) -> bytes:
    from openpyxl.xml.functions import tostring

    written = tostring(book.properties.to_tree())
    return written if isinstance(written, bytes) else written.encode()
