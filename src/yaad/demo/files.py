"""Writes a demo company as the files its own systems would export, each with the mapping that reads it."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from yaad.demo.company import AS_OF, Company, draw_company
from yaad.demo.sheets import Sheet, sheets_of

FIELDS_WITHOUT_COLUMN = ("sector", "city", "employees")
"""Of a deals file: columns of the company's own, which an import keeps as they are."""


@dataclass(frozen=True)
class Export:
    """A written file: what its rows are (as ``--as`` names it), where it is, and the mapping that reads it."""

    kind: str
    path: Path
    mapping: Path


def write_company(folder: Path | str, lang: str = "he", seed: int = 1, as_of: date = AS_OF) -> list[Export]:
    """Write a demo company into a folder, made when it is not there.

    Args:
        folder: where the files go; ones of the same name are replaced.
        lang: ``he`` or ``en``.
        seed: the same seed and day write the same bytes.
        as_of: the last day that the files know of.

    Returns:
        The files in the order in which they are best imported: deals, stage_history, products, accounts,
        orders, lines, activities, calls, targets.

    Raises:
        KeyError: no company speaks this language.
    """
    return write_files(draw_company(lang, seed, as_of), Path(folder))


def write_files(company: Company, folder: Path) -> list[Export]:
    """Write a drawn company; see `write_company`."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(sheet, company, folder) for sheet in sheets_of(company)]


def _write(sheet: Sheet, company: Company, folder: Path) -> Export:
    export = Export(sheet.kind, folder / f"{sheet.kind}.csv", folder / f"{sheet.kind}.yaml")
    # the mark at the start lets Excel read Hebrew
    with export.path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(sheet.head)
        writer.writerows(sheet.rows)
    text = yaml.safe_dump(mapping_of(sheet, company), sort_keys=False, allow_unicode=True, width=120)
    export.mapping.write_text(text, encoding="utf-8")
    return export


def mapping_of(sheet: Sheet, company: Company) -> dict[str, object]:
    """The mapping of a written table, as plain values."""
    pack = company.pack
    mapping: dict[str, object] = {"kind": sheet.kind}
    columns = dict(sheet.columns)
    if sheet.kind == "deals":
        mapping["shape"] = "snapshot"
        columns = {field: head for field, head in columns.items() if field not in FIELDS_WITHOUT_COLUMN}
    if sheet.kind == "stage_history":
        mapping["shape"] = "events"
    mapping["columns"] = columns
    if sheet.kind in ("deals", "stage_history"):
        mapping["stages"] = [
            *pack.stages,
            {"name": pack.won, "type": "won"},
            {"name": pack.lost, "type": "lost"},
        ]
    mapping["zone"] = pack.zone
    mapping["dates"] = "iso"
    if sheet.kind in ("deals", "products", "orders", "lines", "targets"):
        mapping |= {"decimal": "point", "currency": pack.currency, "tax": pack.tax}
    return mapping
