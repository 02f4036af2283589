"""``python -m benchmarks.intake.maker FOLDER DEALS LARGE`` writes files of deals as a CRM exports them, CSV and XLSX.

They are made column by column, so that a million rows take seconds: what is measured is reading them.
"""

import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

CHANGED_EVERY = 100
"""One deal of so many is another in the second file."""
MOST_ROWS = 1_000_000
"""Rows of the workbook; a sheet holds few more."""
STAGES = ("Qualification", "Meeting", "Proposal", "Negotiation", "Closed Won", "Closed Lost")
STREETS = ("Harbour", "Station", "Orchard", "Mill", "Garden", "Hill", "River", "Market", "Bridge", "School")
DEALS = """
WITH numbers AS (
    SELECT range AS n, (hash(range) // 4)::BIGINT AS h, (hash(range * 7 + 1) // 4)::BIGINT AS k FROM range({rows})
), deals AS (
    SELECT n, h, k, DATE '2023-01-02' + (n * 1000 // {rows})::INTEGER AS created, 1 + (h % 90)::INTEGER AS days,
        1 + (k + CASE WHEN {changed} AND n % {every} = 0 THEN 1 ELSE 0 END) % 6 AS place
    FROM numbers
)
SELECT 'D-' || lpad(n::VARCHAR, 9, '0') AS "Deal ID",
    'Order of ' || {streets}[1 + h % 10] || ' ' || (k % 40000) AS "Deal name",
    'Account ' || (h % 120000) AS "Company",
    'Rep ' || lpad((k % 40)::VARCHAR, 2, '0') AS "Owner",
    ['Website', 'Phone', 'Referral', 'Campaign', 'Fair'][1 + h % 5] AS "Source",
    {stages}[place] AS "Stage",
    strftime(created, '%Y-%m-%d') AS "Created",
    CASE WHEN place > 4 THEN strftime(created + days, '%Y-%m-%d') END AS "Closed",
    printf('%.2f', 100 + (k % 900000) / 10) AS "Amount",
    'EUR' AS "Currency",
    'Product ' || (h % 60) AS "Product",
    (k % 300)::VARCHAR || ' ' || {streets}[1 + k % 10] || ' Street' AS "Address",
    CASE WHEN h % 3 = 0 THEN 'Called back on day ' || (k % 90) END AS "Remark"
FROM deals ORDER BY n
"""


def deals(rows: int, *, changed: bool = False) -> str:
    """The rows as a query; `changed`: some of them stand in the next stage."""
    return DEALS.format(rows=rows, changed=changed, every=CHANGED_EVERY, streets=list(STREETS), stages=list(STAGES))


def write_csv(path: Path, rows: int, *, changed: bool = False) -> None:
    duckdb.execute("SET enable_progress_bar = false")
    duckdb.execute(f"COPY ({deals(rows, changed=changed)}) TO '{path}' (HEADER, DELIMITER ',')")


def write_xlsx(path: Path, rows: int) -> None:
    """A workbook as spreadsheet programs write it: texts in a list of their own, numbers as numbers, dates as days."""
    with duckdb.connect() as bench:
        bench.execute(f"CREATE TABLE deals AS {deals(rows)}")
        names = [name for name, *_ in bench.table("deals").description]
        plain = {"Amount": None, "Created": 1, "Closed": 1}
        texts = " UNION ".join(
            f'SELECT "{name}" AS t FROM deals WHERE "{name}" IS NOT NULL' for name in names if name not in plain
        )
        heads = ", ".join(f"('{name}')" for name in names)
        bench.execute(
            f"CREATE TABLE texts AS SELECT t, row_number() OVER () - 1 AS id FROM ({texts} UNION VALUES {heads})"
        )
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
            for name, text in PARTS.items():
                book.writestr(name, text)
            _write(book, "xl/sharedStrings.xml", SST, _strings(bench), "</sst>")
            _write(book, "xl/worksheets/sheet1.xml", SHEET, _rows(bench, names, plain), "</sheetData></worksheet>")


def _write(book: zipfile.ZipFile, name: str, head: str, parts: Iterator[str], tail: str) -> None:
    with book.open(name, "w", force_zip64=True) as member:
        member.write(head.encode())
        for part in parts:
            member.write(part.encode())
        member.write(tail.encode())


def _strings(bench: duckdb.DuckDBPyConnection) -> Iterator[str]:
    found = bench.execute("SELECT '<si><t>' || t || '</t></si>' FROM texts ORDER BY id")
    while rows := found.fetchmany(50_000):
        yield "".join(row[0] for row in rows)


def _rows(bench: duckdb.DuckDBPyConnection, names: list[str], plain: dict[str, int | None]) -> Iterator[str]:
    letters = {name: chr(ord("A") + place) for place, name in enumerate(names)}
    ids = dict(bench.execute("SELECT t, id FROM texts WHERE t IN (SELECT unnest(?))", [names]).fetchall())
    head = "".join(f'<c r="{letters[name]}1" t="s"><v>{ids[name]}</v></c>' for name in names)
    yield f'<row r="1">{head}</row>'
    cells, joins = [], []
    for number, name in enumerate(names):
        begin = f"'<c r=\"{letters[name]}' || r || '\""
        if name == "Amount":
            cells.append(f"{begin}><v>' || \"{name}\" || '</v></c>'")
        elif name in plain:
            day = f"(\"{name}\"::DATE - DATE '1899-12-30')"
            cells.append(f"coalesce({begin} s=\"1\"><v>' || {day} || '</v></c>', '')")
        else:
            joins.append(f'LEFT JOIN texts t{number} ON t{number}.t = "{name}"')
            cells.append(f"coalesce({begin} t=\"s\"><v>' || t{number}.id || '</v></c>', '')")
    numbered = '(SELECT *, substr("Deal ID", 3)::BIGINT + 2 AS r FROM deals)'
    row = " || ".join(cells)
    found = bench.execute(
        f"SELECT '<row r=\"' || r || '\">' || {row} || '</row>' FROM {numbered} {' '.join(joins)} ORDER BY r"
    )
    while rows := found.fetchmany(20_000):
        yield "".join(row[0] for row in rows)


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
SST = f'{XML}<sst xmlns="{MAIN}">'
SHEET = f'{XML}<worksheet xmlns="{MAIN}"><sheetData>'
PARTS = {
    "[Content_Types].xml": f'{XML}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{TYPE}.sharedStrings+xml"/></Types>',
    "_rels/.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{RELATION}">'
    '<sheets><sheet name="Deals" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATION}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{RELATION}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rId3" Type="{RELATION}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    "xl/styles.xml": f'{XML}<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
}


if __name__ == "__main__":
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    write_csv(folder / "deals.csv", count)
    write_csv(folder / "changed.csv", count, changed=True)
    write_xlsx(folder / "deals.xlsx", min(count, MOST_ROWS))
    write_csv(folder / "large.csv", int(sys.argv[3]))
    print(json.dumps({path.name: path.stat().st_size for path in sorted(folder.iterdir())}))
