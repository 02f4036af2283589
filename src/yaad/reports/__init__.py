"""What is handed over: the sales X-ray as PDF and workbook, and every table and result as a file.

`xray` asks a book and gives four pages; `pdf` and `workbook` write them. `export` writes tables of a book (deals, stage
moves, visits, activities, accounts, orders …) and results (funnel, dwell, calls …) as CSV, XLSX and Parquet; nothing
that a file holds runs in a spreadsheet, and what is written reads back equal.
"""

from yaad.reports.exports import ENDINGS, RESULTS, Written, export, rows_of, write_result, write_table
from yaad.reports.pdfs import pdf
from yaad.reports.sizes import table_sizes
from yaad.reports.source import Source
from yaad.reports.workbooks import workbook
from yaad.reports.writing import xray_writer
from yaad.reports.xrays import Xray, xray

__all__ = [
    "ENDINGS",
    "RESULTS",
    "Source",
    "Written",
    "Xray",
    "export",
    "pdf",
    "rows_of",
    "table_sizes",
    "workbook",
    "write_result",
    "write_table",
    "xray",
    "xray_writer",
]
