"""One kind of export – a product's deals, its stage history, its owners … – and how it is recognised by its headers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import cast

import yaml

from yaad.intake.deciding.days import MONTH_OF
from yaad.intake.deciding.folding import fold
from yaad.intake.kinds import Kind
from yaad.text import Message

TEXT_ONLY = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
IN_BRACKETS = re.compile(r"\s*[(\[].*?[)\]]\s*")
MONTH = re.compile(r"(?:(?:0?[1-9]|1[0-2])[./-])?(?:20)?\d\d(?:[./-](?:0?[1-9]|1[0-2]))?")

Keys = frozenset[str]


@dataclass(frozen=True)
class Export:
    """One kind of export. Headers are compared as keys: without case, spaces, quotes and separators.

    Attributes:
        id: its name in code; the words are ``presets.<id>``.
        kind: what its rows are; None for one that only helps to read others (owners, pipelines) or is only named.
        about: what it is about, where it has no kind.
        must: of each group of headers at least one is there.
        never: headers that mean another export.
        signs: headers that tell it from others; at least `least` of them are there.
        columns: our field → headers, better ones first.
        known: all headers that belong to it.
        prefixes: what may stand before each header.
        asked: our field → headers that it may be; which one depends on the company, so it is asked.
        history: the export that holds the history of these deals, where this one does not.
        traps: what is looked at once it is read.
        names: what an export without a kind tells of others: ``of`` (our field), ``key`` and ``name`` (headers) …
        footers: how the lines below the rows begin.
        groups: the header comes again above each group, with the group's name over it.
        duplicates: which of several rows with one id counts.
        months: how many headers must be months.
        second: a second reading of a file that holds two things.
        complete: its headers are written just so and are all the fields there are; any other is the company's own.
        written: the headers of a complete export as they are written.
    """

    id: str
    kind: Kind | None
    about: str = ""
    must: tuple[Keys, ...] = ()
    never: Keys = frozenset()
    signs: Keys = frozenset()
    least: int = 0
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    known: Keys = frozenset()
    prefixes: tuple[str, ...] = ()
    asked: dict[str, tuple[str, ...]] = field(default_factory=dict)
    history: str = ""
    traps: tuple[str, ...] = ()
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    footers: tuple[str, ...] = ()
    groups: bool = False
    duplicates: str | None = None
    months: int = 0
    second: bool = False
    complete: bool = False
    written: Keys = frozenset()

    def fields(self, headers: Sequence[str]) -> dict[str, str]:
        """Our field → header, of those that the file has."""
        by_key = _by_key([header for header in headers if not self.complete or header in self.written], self.prefixes)
        found: dict[str, str] = {}
        for name, keys in self.columns.items():
            header = next((by_key[key] for key in keys if key in by_key and by_key[key] not in found.values()), None)
            if header is not None:
                found[name] = header
        return found

    def knows(self, header: str) -> bool:
        """A header belongs to this export, whatever stands before it."""
        if self.complete:
            return header in self.written
        return bool(_by_key([header], self.prefixes).keys() & self.known)

    def column(self, headers: Sequence[str], keys: Sequence[str]) -> str | None:
        """The first of some headers that the file has."""
        by_key = _by_key(headers, self.prefixes)
        return next((by_key[key] for key in keys if key in by_key), None)

    def options(self, headers: Sequence[str], name: str) -> list[str]:
        """Headers of the file that a field may be, where the company decides."""
        by_key = _by_key(headers, self.prefixes)
        return [by_key[key] for key in self.asked.get(name, ()) if key in by_key]


@dataclass(frozen=True)
class Recognised:
    """An export that a file was recognised as, and by how much.

    Attributes:
        export: which one.
        known: how many of the file's columns belong to it.
        of: how many columns the file has.
    """

    export: Export
    known: int
    of: int

    @property
    def words(self) -> Message:
        """What the export is called."""
        return Message(f"presets.{self.export.id}")

    @property
    def message(self) -> Message:
        """What it looks like, and the evidence."""
        return Message("presets.looks_like", {"export": self.words, "n": self.known, "of": self.of})


def recognise(headers: Sequence[str], kind: Kind | None = None) -> Recognised | None:
    """The export that a file is, by its headers; None where they are nobody's.

    Args:
        headers: names of the columns.
        kind: only exports of this kind, where it is told.

    >>> found = recognise(
    ...     ["OpportunityId", "StageName", "ForecastCategory", "CloseDate", "SystemModstamp", "CreatedDate"]
    ... )
    >>> found.export.id, found.known, found.of
    ('salesforce_history', 6, 6)
    """
    best: Recognised | None = None
    for export in all_exports().values():
        if export.second or (kind is not None and export.kind is not kind):
            continue
        known = _known(export, headers)
        if known and (best is None or known > best.known):
            best = Recognised(export, known, len(headers))
    return best


def _known(export: Export, headers: Sequence[str]) -> int:
    """How many of the headers belong to an export; 0 where it is another one."""
    if export.complete:
        headers = [header for header in headers if header in export.written]
    present = _by_key(headers, export.prefixes)
    if any(not group & present.keys() for group in export.must) or export.never & present.keys():
        return 0
    if len({present[key] for key in export.signs & present.keys()}) < export.least:
        return 0
    months = sum(map(_is_month, headers)) if export.months else 0
    if months < export.months:
        return 0
    return len({present[key] for key in export.known & present.keys()}) + months


def _by_key(headers: Sequence[str], prefixes: Sequence[str]) -> dict[str, str]:
    """Each key that a header answers to → the header; the header as it is goes before its shorter forms."""
    found: dict[str, str] = {}
    whole = [(key_of(header), header) for header in headers]
    bare = [(key_of(IN_BRACKETS.sub(" ", header)), header) for header in headers]
    cut = [
        (key[len(prefix) :], header)
        for prefix in prefixes
        for key, header in [*whole, *bare]
        if key.startswith(prefix) and len(key) > len(prefix)
    ]
    for key, header in [*whole, *bare, *cut]:
        found.setdefault(key, header)
    return found


def key_of(header: str) -> str:
    """One key for ``StageName``, ``Stage Name`` and ``stage_name``."""
    return fold(header).replace(" ", "")


def _is_month(header: str) -> bool:
    """``ינואר``, ``Jan``, ``Jan 2025``, ``01/2025``, ``2025-01``."""
    words = fold(header).split()
    if words and words[0] in MONTH_OF:
        return all(word.isdecimal() for word in words[1:])
    return bool(MONTH.fullmatch(header.strip())) and any(sign in header for sign in "./-")


@cache
def all_exports() -> dict[str, Export]:
    """All exports by their ids, in the order of their folders."""
    found: dict[str, Export] = {}
    folder = files("yaad.intake.presets")
    for place in sorted(folder.iterdir(), key=lambda one: one.name):
        file = place.joinpath("preset.yaml")
        if place.is_dir() and file.is_file():
            plain = yaml.load(file.read_text(encoding="utf-8"), Loader=TEXT_ONLY)  # noqa: S506 - it makes only text
            found |= {name: _export(name, each, plain) for name, each in plain["exports"].items()}
    return found


def _export(name: str, plain: dict[str, object], preset: dict[str, object]) -> Export:
    must = tuple(_keys(group) for group in cast("list[list[str]]", plain.get("must", [])))
    columns = _columns(plain.get("columns"))
    asked = _columns(plain.get("asked"))
    signs = _keys(plain.get("signs", []))
    own = {key for keys in (*columns.values(), *asked.values()) for key in keys}
    return Export(
        id=name,
        kind=Kind(str(plain["kind"])) if "kind" in plain else None,
        about=str(plain.get("about", "")),
        must=must,
        never=_keys(plain.get("never", [])),
        signs=signs,
        least=int(str(plain.get("least", 0))),
        columns=columns,
        known=signs.union(own, _keys(plain.get("more", [])), *must),
        prefixes=tuple(map(key_of, cast("list[str]", preset.get("prefixes", [])))),
        asked=asked,
        history=str(plain.get("history", "")),
        traps=tuple(cast("list[str]", preset.get("traps", []))),
        names=_columns(plain.get("names")),
        footers=tuple(map(fold, cast("list[str]", preset.get("footers", [])))),
        groups=preset.get("groups") == "true",
        duplicates=str(plain["duplicates"]) if "duplicates" in plain else None,
        months=int(str(plain.get("months", 0))),
        second="second" in plain,
        complete=preset.get("complete") == "true",
        written=_written(plain),
    )


def _written(plain: dict[str, object]) -> Keys:
    """All headers of an export as its preset writes them."""
    groups = [*cast("list[list[str]]", plain.get("must", [])), cast("list[str]", plain.get("more", []))]
    groups += cast("dict[str, list[str]]", plain.get("columns", {})).values()
    return frozenset(header for group in groups for header in group)


def _columns(plain: object) -> dict[str, tuple[str, ...]]:
    """Our field → keys of headers, better ones first."""
    return {name: tuple(map(key_of, names)) for name, names in cast("dict[str, list[str]]", plain or {}).items()}


def _keys(names: object) -> Keys:
    return frozenset(map(key_of, cast("list[str]", names)))
