"""What people said of the company: entries about no deal, folded into targets and settings."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

import pyarrow as pa

from yaad.errors import InputError, UnknownName
from yaad.facts.fold import undone
from yaad.model import Entry, OptOutEntry, RetractEntry, SettingEntry, Settings, TargetEntry
from yaad.model.tables import TARGETS
from yaad.model.targets import Target, Whose, measure_named, months_of, target_period

Row = dict[str, object]
Key = tuple[object, ...]
IDENTITY = ("owner", "team", "branch", "product")


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """The entries of the company that count, in order: without those that were taken back."""
    ordered = sorted(entries, key=lambda entry: entry.seq)
    taken_back = undone(ordered)
    return [one for one in ordered if one.seq not in taken_back and not isinstance(one, RetractEntry)]


def settings_of(entries: Iterable[Entry]) -> Settings:
    """What the company said of itself: of each name the latest word counts."""
    found = Settings()
    for entry in standing(entries):
        if isinstance(entry, SettingEntry):
            found = with_setting(found, entry)
    return found


def with_setting(settings: Settings, entry: SettingEntry) -> Settings:
    """The same with one more word; one that this version cannot read is passed over: the journal is never changed."""
    try:
        return settings.with_entry(entry.name, entry.value)
    except (InputError, UnknownName):
        return settings


def opt_outs_of(entries: Iterable[Entry]) -> dict[str, dict[str, OptOutEntry]]:
    """Who asks not to be contacted: number or address → what they ask → the entry that says so, the latest word."""
    found = every_opt_out_of(entries)
    return {handle: {what: said[-1] for what, said in asked.items()} for handle, asked in found.items()}


def every_opt_out_of(entries: Iterable[Entry]) -> dict[str, dict[str, tuple[OptOutEntry, ...]]]:
    """As `opt_outs_of`, with all entries that say so since it was last taken back, the latest at the end."""
    found: dict[str, dict[str, tuple[OptOutEntry, ...]]] = {}
    for entry in standing(entries):
        if not isinstance(entry, OptOutEntry):
            continue
        for handle in entry.handles:
            asked = found.setdefault(handle, {})
            before = asked.pop(entry.what, ())
            if entry.is_out:
                asked[entry.what] = (*before, entry)
    return {handle: asked for handle, asked in found.items() if asked}


def targets_of(sheet: pa.Table, entries: Iterable[Entry], heard: Mapping[int, int]) -> pa.Table:
    """The targets as they stand, from sheets and people, in the schema TARGETS.

    Of one target – measure, period, person, team, branch and product – the latest word counts: an entry against what a
    sheet said before it was written, a sheet that was imported after it against the entry.

    Args:
        sheet: the lake's targets.
        entries: all entries of the company.
        heard: `recorded_seq` of an import → the last entry that was written before it.
    """
    told: dict[Key, TargetEntry] = {}
    for entry in standing(entries):
        if isinstance(entry, TargetEntry) and (key := _key_of_entry(entry)) is not None:
            told.pop(key, None)  # so that the latest word stands last
            told[key] = entry
    if not told:
        return sheet
    rows: list[Row] = []
    for row in sheet.to_pylist():
        written = told.get(_key_of_row(row))
        if written is not None and written.seq > heard.get(int(row["recorded_seq"] or 0), 0):
            continue
        rows.append(row)
    later = {_key_of_row(row) for row in rows}
    rows += [_row(key, entry) for key, entry in told.items() if key not in later and entry.value is not None]
    return pa.Table.from_pylist(rows, schema=TARGETS)


def target_of_row(row: Row) -> Target:
    """A row of the schema TARGETS as a target."""
    months = int(str(row["months"] or 1))
    month = row["month"]
    period = target_period(f"{month:%Y-%m}") if months == 1 else target_period(_name(month, months))
    amount, entry = row["amount"], row["entry"]
    return Target(
        measure=measure_named(_text(row["measure"])),
        period=period,
        value=amount if isinstance(amount, Decimal) else Decimal(str(amount)),
        whose=Whose(*(_text(row[name]) for name in IDENTITY)),
        currency=_text(row["currency"]),
        tax=_text(row["tax"]),
        entry=int(str(entry)) if entry is not None else None,
    )


def _name(month: object, months: int) -> str:
    year, number = int(f"{month:%Y}"), int(f"{month:%m}")
    return f"{year:04}" if months == 12 else f"{year:04}-Q{(number + 2) // 3}"


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _key_of_row(row: Row) -> Key:
    measure = measure_named(_text(row["measure"]))
    return (measure, row["month"], int(str(row["months"] or 1)), *(row[name] or None for name in IDENTITY))


def _key_of_entry(entry: TargetEntry) -> Key | None:
    """None of an entry that this version cannot read: it is passed over."""
    try:
        period = target_period(entry.period)
        if entry.value is not None:
            Decimal(entry.value)
    except (InputError, InvalidOperation):
        return None
    whose = (getattr(entry, name) or None for name in IDENTITY)
    return (measure_named(entry.measure), period.start, months_of(period), *whose)


def _row(key: Key, entry: TargetEntry) -> Row:
    measure, month, months, *whose = key
    names = [str(part or "") for part in whose]
    return {
        "target_id": "|".join([*names, str(measure), str(month), str(months)]),
        **dict(zip(IDENTITY, whose, strict=True)),
        "measure": measure,
        "month": month,
        "months": months,
        "amount": Decimal(entry.value or 0).quantize(Decimal("0.0001")),
        "currency": entry.currency,
        "tax": entry.tax,
        "entry": entry.seq,
    }
