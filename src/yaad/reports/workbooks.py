"""An X-ray as a workbook: a summary, then every table behind its pages, with real numbers and dates."""

import io

from yaad.reports.xrays import Xray
from yaad.show import Sheet, Table, say_plain, sheet_of, write_workbook
from yaad.text import Message


def workbook(xray: Xray) -> bytes:
    """The report as an XLSX file; right to left in Hebrew."""
    lang = xray.lang
    sheets = [_summary(xray)]
    sheets += [sheet_of(table, say_plain(name, lang)) for page in xray.pages for name, table in _tables(page.tables)]
    out = io.BytesIO()
    write_workbook(out, sheets, lang)
    return out.getvalue()


def _tables(tables: tuple[tuple[Message, Table], ...]) -> list[tuple[Message, Table]]:
    return [(name, table) for name, table in tables if table.columns]


def _summary(xray: Xray) -> Sheet:
    """What each page says, how sure it is, what to do, what the consultant remarks: a line each."""
    lang = xray.lang
    rows = []
    for page in xray.pages:
        title = say_plain(page.title, lang)
        parts = (
            (Message("reports.about_says"), page.says),
            (Message("reports.h_sure"), page.sure),
            (Message("reports.h_todo"), page.todo),
            (Message("reports.about_remark"), page.remarks),
        )
        rows += [(title, say_plain(about, lang), say_plain(line, lang)) for about, lines in parts for line in lines]
    heads = [say_plain(Message(f"reports.head_{name}"), lang) for name in ("page", "about", "said")]
    day = say_plain(Message("reports.as_of", {"day": xray.as_of}), lang)
    title = f"{say_plain(Message('reports.title'), lang)} – {xray.company} – {day}"
    return Sheet(say_plain(Message("reports.tab_summary"), lang), heads, rows, title=title, wrap=frozenset({2}))
