"""A table's fields as typed columns: what cannot be read is rejected with its column and reason, never guessed."""

import numpy as np
import pyarrow as pa

from yaad.intake.arrow import Ints, Mask, mask, pc, whole
from yaad.intake.deciding.amounts import CURRENCIES, Amounts, read_amounts
from yaad.intake.deciding.moments import Dates, cleaned
from yaad.intake.deciding.spellings import hides_marks, spelled_as
from yaad.intake.decisions import Decisions
from yaad.intake.refused import is_ours
from yaad.intake.sieve import Sieve
from yaad.intake.totals import total_rows
from yaad.intake.unsaved import settle_unsaved
from yaad.model import Tax
from yaad.model.tables import CUSTOM

NAMES = frozenset({"owner", "by", "source", "product", "account", "branch", "campaign"})
"""Fields that figures are parted by: one name is one, however it is spelled."""

BLOCK = 1 << 16


class Values:
    """The fields of a table, each read once."""

    def __init__(self, found: Decisions, sieve: Sieve) -> None:
        self.found = found
        self.sieve = sieve
        self._dates: dict[str, Dates | None] = {}
        self._amounts: dict[str, Amounts | None] = {}
        self._told: set[str] = set()
        settle_unsaved(found, sieve)

    def __len__(self) -> int:
        return len(self.found.table)

    def text(self, name: str) -> pa.Array | None:
        """A field's texts, names of people and things in one spelling; None when the file has no such column."""
        texts = self.found.text(name)
        if texts is None:
            return None
        fresh = name not in self._told  # flags are counted once; the texts are not kept, they would fill the memory
        self._told.add(name)
        if fresh:
            self.sieve.flag("hidden_marks", hides_marks(texts))
        if name in NAMES:
            texts, changed = spelled_as(texts, self.found.spellings.get(name))
            if fresh:
                self.sieve.flag("other_spelling", changed)
        return texts

    def dates(self, name: str) -> Dates | None:
        """A field's dates; rows that cannot be read are rejected."""
        if name not in self._dates:
            self._dates[name] = self._read_dates(name) if name in self.found.dates else None
        return self._dates[name]

    def _read_dates(self, name: str) -> Dates:
        dates = self.found.read_dates(name)
        for reason, rows in dates.faults.items():
            self.sieve.reject(rows, self.found.fields[name], reason)
        self.sieve.count("odd_clock", dates.odd_clock)
        return dates

    def amounts(self, name: str) -> Amounts | None:
        """A field's numbers; rows that cannot be read are rejected."""
        if name not in self._amounts:
            self._amounts[name] = self._read_amounts(name) if name in self.found.numbers else None
        return self._amounts[name]

    def _read_amounts(self, name: str) -> Amounts:
        parts, decision = self.found.numbers[name]
        amounts = read_amounts(parts, decision.point or ".")
        for reason, rows in amounts.faults.items():
            self.sieve.reject(rows, self.found.fields[name], reason)
        self.sieve.count("amount_rounded", amounts.rounded)
        self.sieve.count("amount_about", amounts.about)
        return amounts

    def currency(self, name: str) -> pa.Array:
        """ISO code beside a field's amounts: the file's own column, the sign in the cell, the mapping's word."""
        codes = self.text("currency")
        amounts = self.amounts(name)
        if codes is not None:
            known = {**CURRENCIES, **{word.upper(): code for word, code in CURRENCIES.items()}}
            words = {
                text: known.get(text, known.get(text.lower(), text.upper()))
                for text in codes.unique().to_pylist()
                if text
            }
            if words:
                places = pc.index_in(codes, value_set=pa.array(list(words)))
                codes = pa.array(list(words.values()), pa.string()).take(places)
        signs = amounts.currency if amounts is not None else pa.nulls(len(self), pa.string())
        mapping = self.found.mapping
        told = mapping.setting(mapping.currency, name, self.found.fields.get(name, name))
        known_codes = signs if codes is None else pc.coalesce(codes, signs)
        return pc.fill_null(known_codes, told) if told else known_codes

    def tax(self, name: str) -> pa.Array:
        """Whether VAT is in a field's amounts: by the words in the cell, else the mapping's word."""
        mapping = self.found.mapping
        told = mapping.setting(mapping.tax, name, self.found.fields.get(name, name)) or Tax.UNKNOWN.value
        amounts = self.amounts(name)
        return pc.fill_null(amounts.tax, told) if amounts is not None else pa.repeat(told, len(self))

    def keys(self, name: str, reason: str = "intake.rejected_no_id") -> pa.Array:
        """A field without which a row is nothing: rows that lack it are rejected.

        A row of totals has no id either, so it is rejected as what it is.
        """
        texts = self.text(name)
        assert texts is not None
        column = self.found.fields[name]
        if self.found.mapping.totals != "keep":
            self.sieve.reject(total_rows(self.found.table, column), column, "intake.rejected_total_row")
        self.sieve.reject(mask(pc.is_null(texts)), column, reason)
        return texts

    def files(self) -> pa.Array:
        """Hash of each row's file; a dictionary, for it is long and the same in many rows."""
        table = self.found.table
        hashes = pa.array([grid.source.sha256 for grid in table.grids])
        return pa.DictionaryArray.from_arrays(pa.array(table.origin), hashes)

    def lines(self) -> pa.Array:
        """Each row's line in its file."""
        return pa.array(self.found.table.lines)

    def unused(self) -> list[str]:
        """Columns that none of our fields uses; what a book counted itself before it was exported is none."""
        used, export = set(self.found.fields.values()), self.found.export
        counted = export.export.knows if export is not None and export.export.complete else is_ours
        return [
            name for name in self.found.table.columns if name not in used and not is_ours(name) and not counted(name)
        ]

    def custom(self, rows: Ints, names: list[str] | None = None) -> pa.Array:
        """The columns that are none of our fields, as header → text; empty cells are left out.

        Args:
            rows: which rows.
            names: which columns; None for all that no field uses.
        """
        table = self.found.table
        kept = self.unused() if names is None else names
        export = self.found.export
        own = export is not None and export.export.complete  # there a known column's name has this before it
        heads = [name.removeprefix("custom.") if own else name for name in kept]
        take = pa.array(rows)
        cells = [cleaned(whole(table.columns[name]).take(take)) for name in kept]
        blocks = range(0, max(len(rows), 1), BLOCK)  # cells are put row by row: of all rows at once it takes too much
        parts = [[cell.slice(first, BLOCK) for cell in cells] for first in blocks]
        sizes = [min(BLOCK, len(rows) - first) for first in blocks]
        return pa.concat_arrays([_headed(heads, part, size) for part, size in zip(parts, sizes, strict=True)])


def _headed(headers: list[str], cells: list[pa.Array], rows: int) -> pa.Array:
    """Cells of some columns as header → text of each row, without the empty ones."""
    filled = np.array([mask(pc.is_valid(cell)) for cell in cells]).reshape(len(headers), rows).T
    offsets = np.concatenate(([0], np.cumsum(filled.sum(axis=1)))).astype(np.int32)
    row_of, column_of = np.nonzero(filled)
    names = pa.array(headers, pa.string()).take(pa.array(column_of))
    joined = pa.concat_arrays(cells) if cells else pa.array([], pa.string())
    texts = joined.take(pa.array(column_of * rows + row_of))
    return pa.MapArray.from_arrays(pa.array(offsets), names, texts).cast(CUSTOM)


def instants(dates: Dates) -> Ints:
    """Microseconds since 1970 in UTC; 0 where there is no date."""
    return np.asarray(pc.fill_null(dates.at.cast(pa.int64()), 0).to_numpy(zero_copy_only=False), np.int64)


def day_numbers(dates: Dates) -> Ints:
    """Days since 1970; 0 where there is no date."""
    return np.asarray(pc.fill_null(dates.day.cast(pa.int32()), 0).to_numpy(zero_copy_only=False), np.int64)


def has_date(dates: Dates) -> Mask:
    """Rows with a date."""
    return mask(pc.is_valid(dates.at))
