"""Erasing a person from a book. Each step may be done again; what was begun and broken off is done to its end.

1. They are put on the list of those who were erased (`yaad.book.persons.marks`), which every import and rebuild obeys.
2. The kept originals are written anew without them and the records of imports follow; so are refused rows, differences,
   mappings and uploads. What was computed, and reports, go.
3. The journal's entries are written anew; their keys and numbers stay.
4. The lake is made anew from these, and the files that nothing needs any more go at once.
5. Everything is looked through; only when nothing of them is found is it said that they are erased.
"""

import csv
import datetime as dt
import json
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from yaad.book.computed import FOLDER as COMPUTED
from yaad.book.disk import appearing, told_when_full
from yaad.book.importing import FOLLOW_UP, Imports
from yaad.book.imports import ImportRecord, keep_original, lay_out
from yaad.book.papers import FOLDER as PAPERS
from yaad.book.papers import forget_papers
from yaad.book.persons.as_if import as_if_erased
from yaad.book.persons.cleaning import Cleaner, Role
from yaad.book.persons.columns import role_of, roles_of
from yaad.book.persons.door import holds
from yaad.book.persons.finding import Found
from yaad.book.persons.marks import FILE, KEY, Marks
from yaad.book.persons.rewriting import can_rewrite, clean_words, encoding_of, rewrite
from yaad.book.quote_links import forget_links
from yaad.errors import BookError, InputError, YaadError
from yaad.facts import JOURNAL_FILES, Facts, Lake, SqliteJournal
from yaad.facts.journal import NAME as JOURNAL
from yaad.facts.journal import TABLES
from yaad.facts.pin import flush
from yaad.intake import Mapping as FileMapping
from yaad.intake import Progress, understand
from yaad.model.entries import EntryKind
from yaad.text import Message

Json = Any  # plain JSON values of any kind
GOES = (COMPUTED, "server/reports")
"""Folders that can be made again at any time."""
WANTED = "erase.json"
"""In a file of this name it stands who is to be erased next; whoever erases them removes it."""
LEFT = frozenset({FILE, KEY, WANTED, "current.json", "write.lock", *JOURNAL_FILES})
TEXTS = "SELECT rowid, $column FROM $table WHERE typeof($column) = 'text'"
REPLACE = "UPDATE $table SET $column = ? WHERE rowid = ?"
VALUES = re.compile(r"(?<=[\s\[{,:\"'-])[^\s\[\]{},:\"'#][^\[\]{},:\"'#\n]*(?<!\s)")
"""Of YAML: what stands between its signs."""
LAST_DAY = dt.date(9999, 1, 1)

Step = Callable[[str], None]


@dataclass(frozen=True)
class Erasure:
    """What erasing changed.

    Attributes:
        originals: files that were written anew.
        files: other files that were written anew or went.
        entries: entries of the journal that were written anew.
        vacuumed: files of the lake that went.
    """

    originals: int = 0
    files: int = 0
    entries: int = 0
    vacuumed: int = 0


def begin(root: Path, found: Found, at: dt.datetime) -> str:
    """Put somebody on the list; from now on imports and rebuilds are without them. Gives what stands in their place.

    Raises:
        InputError: a file holds rows of theirs in which single cells cannot be replaced; nothing is begun.
    """
    with as_if_erased(found) as cleaner:
        if bad := sorted(_cannot_rewrite(root, cleaner)):
            raise InputError(Message("person.cannot_rewrite", {"names": ", ".join(bad)}))
    return Marks(root).add(found.values, at, found.country).mark


def finish(
    root: Path,
    at: dt.datetime,
    *,
    journal: Callable[[Cleaner], int] | None = None,
    last: Callable[[Erasure], None] | None = None,
    on_step: Step | None = None,
    on_progress: Progress | None = None,
) -> Erasure:
    """Erase all who are on the list and not erased yet.

    Args:
        root: the folder of the book.
        at: now.
        journal: writes the entries anew where the journal is kept elsewhere; gives how many.
        last: called before it is said that they are erased; what it does may be done again.
        on_step: called with the name of each step before it.
        on_progress: called with rows done and rows in all while the tables are made anew.

    Raises:
        BookError: somebody else is writing, or something of them is left; it goes on with the next call.
    """
    marks = Marks(root)
    if not marks.unfinished:
        return Erasure()
    seen, cleaner, lake = marks.unfinished, Cleaner(marks), Lake.open(root)
    on_step = on_step or _unheard
    with told_when_full(root):
        on_step("originals")
        with lake.writer("erase"):
            originals = _originals(root, cleaner, on_step)
            on_step("files")
            files = _others(root, cleaner)
        on_step("journal")
        entries = journal(cleaner) if journal else clean_journal(root, cleaner)
        on_step("rebuild")
        Imports(root).rebuild(on_progress=on_progress)
        on_step("vacuum")
        _settle(root)
        with lake.writer("erase") as pin:
            gone = lake.vacuum(pin, keep_hours=0)
            gone += _orphans(lake)
        on_step("look")
        left = [*_left_in_tables(root, cleaner), *_left_in_files(root, cleaner)]
        if left:
            raise BookError(Message("person.left", {"n": len(left), "where": ", ".join(sorted(left)[:5])}))
        done = Erasure(originals, files, entries, gone)
        on_step("done")
        if last is not None:
            last(done)
        Marks(root).finish(seen, at)
    return done


def _unheard(step: str) -> None:
    """Nobody follows the steps."""
    del step


def is_unfinished(root: Path) -> bool:
    """Whether an erasing was broken off."""
    return bool(Marks(root).unfinished)


# --- files -----------------------------------------------------------------------------------------------------------


def _cannot_rewrite(root: Path, cleaner: Cleaner) -> Iterator[str]:
    """Names of files that hold somebody in cells that cannot be replaced, however long ago they were brought in."""
    for record in Imports(root).history():
        if all(can_rewrite(root / "originals" / file.sha256) for file in record.files):
            continue
        mapping = FileMapping.from_yaml(record.mapping, name=record.name)
        with tempfile.TemporaryDirectory(prefix="yaad-look-") as folder:
            paths = lay_out(record.files, root / "originals", Path(folder))
            told = understand(paths, mapping=mapping)
            for path in paths:
                if not can_rewrite(path) and holds(told, path, cleaner, roles_of(mapping)):
                    yield path.name


def _originals(root: Path, cleaner: Cleaner, on_step: Step) -> int:
    """Write originals anew; an old one goes only after every record that names it follows."""
    folder, records = root / "originals", _records(root)
    needed = {file.sha256 for record in Imports(root).history() for file in record.files}
    changed = 0
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix in (".clean", ".part"):  # of a run that was broken off
            path.unlink()
            continue
        theirs = [record for record in records if path.name in {file.sha256 for file in record.files}]
        if path.name not in needed and not can_rewrite(path):  # of an import that was taken back
            path.unlink()
            changed += 1
            continue
        clean = path.with_suffix(".clean")
        if not rewrite(path, clean, cleaner, _roles_of(records, path.name)):
            continue
        kept = keep_original(clean, folder)
        flush(folder / kept.sha256)  # the old one goes in a moment
        clean.unlink()
        on_step(f"original:{changed}")
        for record in theirs:
            files = tuple(replace(one, sha256=kept.sha256) if one.sha256 == path.name else one for one in record.files)
            _save(replace(record, files=files), root / "imports")
        records = _records(root)
        on_step(f"record:{changed}")
        path.unlink()
        changed += 1
    return changed


def _roles_of(records: Sequence[ImportRecord], sha256: str) -> dict[str, Role]:
    """What the columns of an original are, by the mappings of all imports of it."""
    found: dict[str, Role] = {}
    for record in records:
        if record.kind != FOLLOW_UP and record.mapping and sha256 in {file.sha256 for file in record.files}:
            found |= roles_of(FileMapping.from_yaml(record.mapping, name=record.name))
    return found


def _records(root: Path) -> list[ImportRecord]:
    folder = root / "imports"
    names = sorted(path.stem for path in folder.glob("*.yaml")) if folder.is_dir() else []
    return [ImportRecord.load(folder, name) for name in names]


def _save(record: ImportRecord, folder: Path) -> None:
    """Replace a record in one step."""
    apart = folder / ".anew"
    record.save(apart)
    flush(apart / f"{record.name}.yaml")
    (apart / f"{record.name}.yaml").replace(folder / f"{record.name}.yaml")
    flush(folder)
    shutil.rmtree(apart)


APART = ("lake", "originals", PAPERS)
"""Folders whose files are looked at on their own."""


def _others(root: Path, cleaner: Cleaner) -> int:
    """Every other file of the book: written anew where something of theirs is in it."""
    changed = 0
    for name in GOES:
        if (root / name).exists():
            changed += sum(path.is_file() for path in (root / name).rglob("*"))
            shutil.rmtree(root / name)
    for forget in (forget_links, forget_papers):
        changed += forget(root, lambda deal: cleaner.of_deal(deal) is not None)
    return changed + sum(_cleaned(root, path, cleaner) for path in _rest(root))


def _rest(root: Path) -> list[Path]:
    """Files beside lake, originals and journal; those of deals are known by their deal, and opened by nobody."""
    found = []
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root)
        if name.parts[0] in APART or name.name in LEFT or name.name.startswith("journal.sqlite"):
            continue
        if path.is_file() and not path.is_symlink() and not name.name.endswith(("-wal", "-shm", ".key")):
            found.append(path)
    return found


def _cleaned(root: Path, path: Path, cleaner: Cleaner) -> bool:
    """Whether a file was written anew."""
    if path.stat().st_size == 0:
        return False
    own = {".sqlite": clean_database, ".json": _cleaned_json} | dict.fromkeys((".yaml", ".yml", ".txt"), _cleaned_lines)
    if path.suffix in own:
        return own[path.suffix](path, cleaner)
    try:
        if path.relative_to(root).parts[0] == "differences":
            return _cleaned_differences(path, cleaner)
        if not can_rewrite(path):
            return _gone_if_theirs(path, cleaner)
        return rewrite_in_place(path, cleaner, _roles_beside(root, path))
    except InputError:
        return _cleaned_lines(path, cleaner)


def _gone_if_theirs(path: Path, cleaner: Cleaner) -> bool:
    """A waiting file in which single cells cannot be replaced goes where they are in it; it can be sent again."""
    try:
        if not holds(understand([path]), path, cleaner, {}):
            return False
    except YaadError:  # nobody can read it
        pass
    path.unlink()
    return True


def rewrite_in_place(path: Path, cleaner: Cleaner, roles: dict[str, Role]) -> bool:
    """Replace a file by itself without those who were erased."""
    apart = path.with_name(f".{path.name}.clean")
    try:
        if not rewrite(path, apart, cleaner, roles):
            return False
        apart.replace(path)
        return True
    finally:
        apart.unlink(missing_ok=True)


def _roles_beside(root: Path, path: Path) -> dict[str, Role]:
    """Refused rows stand under the heads of the file they come from; of their list nothing is known."""
    if path.suffix != ".xlsx" or path.parent.name != "rejects":
        return {}
    record = root / "imports" / f"{path.stem.rpartition('-')[0]}.yaml"
    if not record.is_file():
        return {}
    told = ImportRecord.load(record.parent, record.stem)
    return roles_of(FileMapping.from_yaml(told.mapping, name=told.name)) if told.mapping else {}


def _difference(cells: list[str], cleaner: Cleaner) -> list[str] | None:
    """A line of a list of differences: of a deal of theirs, what it was and is."""
    if len(cells) > 2 and (mark := cleaner.of_deal(cells[1])):
        return [*cells[:3], *(mark if cell else cell for cell in cells[3:])]
    found = cleaner.row(list(cells), [Role.LOOSE] * len(cells))
    return [cell or "" for cell in found] if found else None


def _cleaned_differences(path: Path, cleaner: Cleaner) -> bool:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    found = [_difference(row, cleaner) or row for row in rows]
    if found == rows:
        return False
    with appearing(path) as partial, partial.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows(found)
    return True


def _cleaned_lines(path: Path, cleaner: Cleaner) -> bool:
    codec = encoding_of(path)
    text = path.read_bytes().decode(codec, "surrogateescape")
    of_yaml = path.suffix in (".yaml", ".yml")
    found = "".join(_line(line, cleaner, of_yaml=of_yaml) for line in text.splitlines(keepends=True))
    if found == text:
        return False
    with appearing(path) as partial:
        partial.write_bytes(found.encode(codec, "surrogateescape"))
    return True


def _line(line: str, cleaner: Cleaner, *, of_yaml: bool) -> str:
    """A line of text; in YAML a name may stand alone between its signs."""
    said = cleaner.text(line)
    return VALUES.sub(lambda one: str(clean_words(one[0], cleaner)), said) if of_yaml else said


def _cleaned_json(path: Path, cleaner: Cleaner) -> bool:
    try:
        plain = json.loads(path.read_text("utf-8"))
    except ValueError:
        return _cleaned_lines(path, cleaner)
    found = clean_words(plain, cleaner)
    if found == plain:
        return False
    with appearing(path) as partial:
        partial.write_text(json.dumps(found, ensure_ascii=False), "utf-8")
    return True


def clean_database(path: Path, cleaner: Cleaner) -> bool:
    """A small database of ours: its texts, in every table; what they were is not left in free pages."""
    changed = False
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as file:
        file.execute("PRAGMA secure_delete = ON")
        file.execute("BEGIN IMMEDIATE")
        names = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
        for name in names:
            for _, column, *_ in file.execute(_of("PRAGMA table_info($table)", name)).fetchall():
                for row, text in file.execute(_of(TEXTS, name, column)).fetchall():
                    if (found := clean_value(text, cleaner)) != text:
                        file.execute(_of(REPLACE, name, column), (found, row))
                        changed = True
        file.execute("COMMIT")
        if changed:
            compact(file)
    return changed


def _of(statement: str, table: str, column: str = "") -> str:
    """A statement with the names of a database's own table and column in their places."""
    for place, name in (("$table", table), ("$column", column)):
        quoted = name.replace('"', '""')
        statement = statement.replace(place, f'"{quoted}"')
    return statement


def clean_value(text: str, cleaner: Cleaner) -> str:
    """A text of a database, which may be JSON."""
    if text[:1] in "[{":
        try:
            plain = json.loads(text)
        except ValueError:
            return cleaner.text(text)
        found = clean_words(plain, cleaner)
        return text if found == plain else json.dumps(found, ensure_ascii=False)
    return str(clean_words(text, cleaner))


def compact(file: sqlite3.Connection) -> None:
    """Leave nothing of what was replaced in free pages or in the log."""
    file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    file.execute("VACUUM")
    file.execute("PRAGMA wal_checkpoint(TRUNCATE)")


# --- the journal -----------------------------------------------------------------------------------------------------


def clean_journal(root: Path, cleaner: Cleaner) -> int:
    """Write the entries of a journal in the book's folder anew; gives how many."""
    path = root / JOURNAL
    if not path.exists():
        return 0
    SqliteJournal(path).since(0)  # brings an older file to its present form
    changed = 0
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as file:
        file.execute("PRAGMA secure_delete = ON")
        file.execute("PRAGMA synchronous = FULL")
        file.execute("BEGIN IMMEDIATE")
        for trigger in ("entries_stay", "entries_last", "entries_grow"):
            file.execute(_of("DROP TRIGGER IF EXISTS $table", trigger))
        rows = file.execute("SELECT seq, key, deal_id, body FROM entries").fetchall()
        for seq, key, deal, body in rows:
            found = clean_entry(seq, key, deal, body, cleaner)
            if found != (key, deal, body):
                file.execute("UPDATE entries SET key = ?, deal_id = ?, body = ? WHERE seq = ?", (*found, seq))
                changed += 1
        for statement in TABLES:
            file.execute(statement)
        file.execute("COMMIT")
        compact(file)
    return changed


SELLING = ("owner", "by")
GIVERS = ("phone", "mail")
"""What a quote tells of who gives it."""
FREE = ("text", "done_well", "title", "url", "file_name")
"""Free words of an entry."""


def clean_entry(seq: int, key: str, deal: str, body: str, cleaner: Cleaner) -> tuple[str, str, str]:
    """An entry without those who were erased: its key, its deal, and what it says."""
    plain = json.loads(body)
    mark = cleaner.of_deal(deal) if deal else None
    for name, value in plain.items():
        if name == "values":  # columns of the deal
            plain[name] = _columns(deal, value, cleaner)
        if isinstance(value, list):  # lines that were ticked; numbers whose owner asks for something goes on asking it
            plain[name] = [cleaner.text(one) for one in value]
        if not isinstance(value, str) or not value or name in ("kind", "at"):
            continue
        if name in SELLING:
            plain[name] = cleaner.seller(value)
        elif name in FREE and mark:
            plain[name] = mark
        elif name == "name" and ":" in value:
            plain[name] = _setting(value, cleaner)
        elif name == "value":  # of a setting: JSON
            plain[name] = clean_value(value, cleaner)
        elif name != "key":
            plain[name] = cleaner.text(value)
    _without_giver(plain, json.loads(body))
    said = cleaner.text(key)
    said = key if said == key else f"{said}-{seq}"
    plain["key"] = said
    told = json.dumps(plain, ensure_ascii=False, sort_keys=True)
    return said, cleaner.text(deal), body if plain == json.loads(body) else told


def _without_giver(plain: dict[str, Any], before: dict[str, Any]) -> None:
    """Take out how somebody is reached who gave a quote and is erased: known by their name, their number or address."""
    if plain.get("kind") == EntryKind.QUOTE and any(plain.get(name) != before.get(name) for name in ("by", *GIVERS)):
        plain |= dict.fromkeys(GIVERS, "")


def _columns(deal: str, values: dict[str, str | None], cleaner: Cleaner) -> dict[str, str | None]:
    """What an entry says of columns of a deal, as a row of it."""
    roles = [Role.DEAL, *(role_of("deals", name) for name in values)]
    found = cleaner.row([deal, *values.values()], roles)
    return values if found is None else dict(zip(values, found[1:], strict=True))


def _setting(name: str, cleaner: Cleaner) -> str:
    """The name of a setting, which may be about a person who sells: ``person:Dana``, ``judgement:2026-11/Dana``.

    Or about a customer: ``customer:Cohen``.
    """
    kind, _, about = name.partition(":")
    if kind == "customer":
        (said,) = cleaner.row([about], [Role.CONTACT]) or [about]  # a name, also one of a single word
        return f"{kind}:{said}"
    period, slash, person = about.rpartition("/")
    if slash:
        return f"{kind}:{period}/{cleaner.seller(person)}"
    return f"{kind}:{cleaner.seller(about)}"


# --- the lake --------------------------------------------------------------------------------------------------------


def _settle(root: Path) -> None:
    """Fold the journal into the tables."""
    Facts.open(root, as_of=LAST_DAY).close()


def _orphans(lake: Lake) -> int:
    """Folders of tables that the pin does not name go, with files that killed imports left."""
    gone, pin = 0, lake.pin()
    for folder in (lake.root / "lake").iterdir():
        if folder.name not in pin.tables:
            gone += sum(path.is_file() for path in folder.rglob("*"))
            shutil.rmtree(folder)
            continue
        needed = {Path(one).name for one in lake.files(folder.name, pin)}
        for path in folder.glob("*.parquet"):
            if path.name not in needed:
                path.unlink()
                gone += 1
    return gone


def _left_in_tables(root: Path, cleaner: Cleaner) -> Iterator[str]:
    """Tables in which something of them is left."""
    facts = Facts.open(root, as_of=LAST_DAY)
    try:
        for table in sorted(Lake.open(root).pin().tables):  # one that is not named is empty
            if any(cleaner.row(cells, roles) for cells, roles in cells_of(facts.run(facts.table(table)), table)):
                yield table
    finally:
        facts.close()


def cells_of(rows: pa.Table, table: str) -> Iterator[tuple[list[str | None], list[Role]]]:
    """The texts of each row of a table, with what each is; the company's own columns one by one."""
    names = [one.name for one in rows.schema if pa.types.is_string(one.type) and one.name not in ("file", "furthest")]
    roles = [role_of(table, name) for name in names]
    columns = [rows.column(name).to_pylist() for name in names]
    own = rows.column("custom").to_pylist() if "custom" in rows.column_names else [None] * len(rows)
    for place in range(len(rows)):
        more = [str(value) for _, value in own[place] or () if value]
        yield [*(column[place] for column in columns), *more], [*roles, *[Role.OTHER] * len(more)]


def _left_in_files(root: Path, cleaner: Cleaner) -> Iterator[str]:
    """Other files in which something of them is left: another rewriting would change them."""
    records = _records(root)
    for path in sorted((root / "originals").iterdir()):
        if _would_change(path, cleaner, _roles_of(records, path.name)):
            yield str(path.relative_to(root))
    yield from _cannot_rewrite(root, cleaner)
    for path in _rest(root):
        if path.suffix in (".xlsx", ".parquet") and _would_change(path, cleaner, _roles_beside(root, path)):
            yield str(path.relative_to(root))
        elif path.suffix == ".sqlite":  # a job may have ended meanwhile
            clean_database(path, cleaner)
    for name, _ in files_beside(root, cleaner):
        yield name


def _would_change(path: Path, cleaner: Cleaner, roles: dict[str, Role]) -> bool:
    with tempfile.TemporaryDirectory(prefix="yaad-look-") as folder:
        return rewrite(path, Path(folder) / f"look{path.suffix}", cleaner, roles)


def files_beside(root: Path, cleaner: Cleaner) -> Iterator[tuple[str, str]]:
    """Lines of texts beside lake, originals and journal in which something of them stands, with the file's name."""
    for path in _rest(root):
        if path.suffix in (".sqlite", ".xlsx", ".parquet", ".pdf"):
            continue
        codec = encoding_of(path)
        for line in path.read_bytes().decode(codec, "replace").splitlines():
            if cleaner.text(line) != line:
                yield str(path.relative_to(root)), line
