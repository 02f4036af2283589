"""What is handed over: the sales X-ray as PDF and workbook, and every table and result as a file.

`xray` asks a book and gives four pages; `pdf` and `workbook` write them. `export` writes tables of a book (deals, stage
moves, visits, activities, accounts, orders …) and results (funnel, dwell, calls …) as CSV, XLSX and Parquet; nothing
that a file holds runs in a spreadsheet, and what is written reads back equal.
"""

from yaad.reports.export import ENDINGS, RESULTS, Written, export, write_result, write_table
from yaad.reports.pdf import pdf
from yaad.reports.source import Source
from yaad.reports.workbook import workbook
from yaad.reports.writing import xray_writer
from yaad.reports.xray import Xray, xray

__all__ = [
    "ENDINGS",
    "RESULTS",
    "Source",
    "Written",
    "Xray",
    "export",
    "pdf",
    "workbook",
    "write_result",
    "write_table",
    "xray",
    "xray_writer",
]
