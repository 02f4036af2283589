"""Several files at once: which of them hold the same kind of rows, and which only give names to others."""

import glob
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from yaad.errors import InputError
from yaad.intake.arrow import Mask, mask, pc
from yaad.intake.deciding.flags import read_flags
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.headers import propose_fields, propose_kind
from yaad.intake.deciding.moments import cleaned
from yaad.intake.kinds import Kind
from yaad.intake.mapping import NTH, Mapping, StageRule
from yaad.intake.presets import Recognised, key_of, recognise
from yaad.intake.reading import COLOURS, Grid
from yaad.intake.table import Table
from yaad.model import StageType
from yaad.text import Message

ENOUGH = 0.5
"""Share of a column's values that a list must know for its names to be put in their place."""
FIRST = (Kind.DEALS, Kind.EVENTS, Kind.STAGE_HISTORY)
"""Kinds that the others belong to; the first one there is gives the whole its zone and its stages."""
NAMING = {Kind.ACCOUNTS: "account", Kind.PRODUCTS: "product"}
"""Kinds of rows that also give names to the ids of others."""
NAMED_BY = {
    "owner": ("owner", "by"),
    "stage": ("stage", "from"),
    "account": ("account",),
    "contact": ("contact",),
    "product": ("product",),
}
"""What a list names → our fields that hold its ids."""


@dataclass(frozen=True)
class Part:
    """Files with one kind of rows.

    Attributes:
        name: in the mapping.
        kind: what the rows are; None for a list that only gives names to others.
        export: the known export that they are.
        grids: the files.
    """

    name: str
    kind: Kind | None
    export: Recognised | None
    grids: tuple[Grid, ...]

    @property
    def is_unknown(self) -> bool:
        """Its columns do not tell what it holds."""
        return self.kind is None and self.export is None

    @property
    def headers(self) -> list[str]:
        """Its columns."""
        return list(self.grids[0].headers)


def parts_of(grids: Sequence[Grid], mapping: Mapping) -> tuple[Part, ...]:
    """The files by what they hold; empty where they are no more than one kind, or of no known kind.

    Raises:
        InputError: two different files both hold deals.
    """
    if mapping.files and not mapping.parts:
        return ()
    groups: dict[str, list[Grid]] = {}
    for grid in grids:
        key = (
            mapping.file_key(grid.source.name)
            if mapping.parts
            else " ".join(sorted(fold(h) for h in grid.headers if h not in COLOURS))
        )
        groups.setdefault(key or grid.source.name, []).append(grid)
    if len(groups) < 2:
        return ()
    found: list[Part] = []
    for key, members in groups.items():
        told = mapping.parts[key].kind if key in mapping.parts else None
        export = recognise(members[0].headers, told)
        kind = told or (export.export.kind if export else _kind(members[0]))
        own = kind.value if kind else export.export.id if export else members[0].source.name
        name = key if mapping.parts else _free(own, found)
        found.append(Part(name, kind, export, tuple(members)))
    if all(part.kind is None for part in found):
        return ()
    _refuse_two_of_deals(found)
    return tuple(sorted(found, key=_rank))


def _kind(grid: Grid) -> Kind | None:
    header = propose_fields(grid.headers, Kind.EVENTS).get("id")
    ids = cleaned(grid.columns[header]).drop_null() if header else pa.array([], pa.string())
    return propose_kind(list(grid.headers), repeated_ids=len(pc.unique(ids)) < len(ids), name=grid.source.name)


def _free(name: str, found: Sequence[Part]) -> str:
    taken = [part.name for part in found]
    return name if name not in taken else next(f"{name}_{n}" for n in range(2, 100) if f"{name}_{n}" not in taken)


def _rank(part: Part) -> int:
    return FIRST.index(part.kind) if part.kind in FIRST else len(FIRST) + (part.kind is None)


def _refuse_two_of_deals(parts: Sequence[Part]) -> None:
    both = [part.grids[0].source.name for part in parts if part.kind is Kind.DEALS]
    if len(both) > 1:
        raise InputError(Message("intake.two_of_deals", {"first": both[0], "second": both[1]}), file=both[1])


def patterns(parts: Sequence[Part]) -> dict[str, str]:
    """Part → the pattern of its files' names."""
    found: dict[str, str] = {}
    for part in parts:
        for number, grid in enumerate(part.grids):
            found[part.name if not number else f"{part.name}{NTH}{number + 1}"] = glob.escape(grid.source.name)
    return found


@dataclass(frozen=True)
class Names:
    """A list of names.

    Attributes:
        of: what it names (owner, stage, account, contact).
        keys: ids.
        names: their names.
        stages: for a list of stages, the rules that it gives.
    """

    of: str
    keys: pa.Array
    names: pa.Array
    stages: tuple[StageRule, ...] = ()


def names_in(parts: Sequence[Part]) -> list[Names]:
    """All lists of names among the files: owners, stages, contacts; and the customers' own file."""
    found: list[Names] = []
    for part in parts:
        for grid in part.grids:
            found += _names(part, grid)
    return found


def _names(part: Part, grid: Grid) -> list[Names]:
    if part.kind is not None and part.kind in NAMING:
        fields = propose_fields(grid.headers, part.kind, part.export.export if part.export else None)
        if {"id", "name"} <= fields.keys():
            ids, names = (cleaned(grid.columns[fields[name]]) for name in ("id", "name"))
            return [Names(NAMING[part.kind], ids, names)]
        return []
    told = part.export.export.names if part.export else {}
    if part.export is None or "key" not in told or not {"name", "mail"} & told.keys():
        return []
    column = {name: part.export.export.column(grid.headers, keys) for name, keys in told.items() if name != "of"}
    texts = {name: cleaned(grid.columns[header]) for name, header in column.items() if header is not None}
    if "key" not in texts:
        return []
    of = told["of"][0]
    stages = _stages(grid, column, texts) if of == "stage" else ()
    return [Names(of, texts["key"], _whole_names(texts), stages)]


def _whole_names(texts: dict[str, pa.Array]) -> pa.Array:
    """First and last name; the mail where there is neither."""
    empty = pa.nulls(len(texts["key"]), pa.string())
    both = [pc.fill_null(texts.get(name, empty), "") for name in ("name", "last")]
    joined = pc.utf8_trim_whitespace(pc.binary_join_element_wise(*both, " "))
    joined = pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)
    return pc.coalesce(joined, texts.get("mail", empty))


def _stages(grid: Grid, column: dict[str, str | None], texts: dict[str, pa.Array]) -> tuple[StageRule, ...]:
    """The stages in their order, with the types that the list itself says."""
    nothing = np.zeros(len(grid.rows), np.bool_)
    yes: dict[str, Mask] = {}
    for name in ("won", "ended"):
        header = column.get(name)
        flags = read_flags(grid.columns[header]) if header else None
        yes[name] = nothing if flags is None else flags
    order = [float(text) if text and text.replace(".", "", 1).isdecimal() else 0.0 for text in _order(texts)]
    rules: dict[str, tuple[float, StageRule]] = {}
    for place, name in enumerate(texts["name"].to_pylist()):
        if name:
            won, ended = (bool(yes[key][place]) for key in ("won", "ended"))
            kind = StageType.WON if won else StageType.LOST if ended else StageType.OPEN
            rules.setdefault(fold(name), (order[place], StageRule(name, kind)))
    ranked = sorted(rules.values(), key=lambda one: (list(StageType).index(one[1].type), one[0]))
    return tuple(rule for _, rule in ranked)


def _order(texts: dict[str, pa.Array]) -> list[str | None]:
    column = texts.get("order", texts.get("probability"))
    return list(column.to_pylist()) if column is not None else [None] * len(texts["key"])


def named(table: Table, part: Part, lists: Sequence[Names]) -> tuple[Table, tuple[Names, ...]]:
    """A table with names in the place of ids, and the lists that knew its ids."""
    if part.kind is None:
        return table, ()
    fields = propose_fields(list(table.columns), part.kind, part.export.export if part.export else None)
    columns, used = dict(table.columns), []
    for one in lists:
        for field in NAMED_BY.get(one.of, ()):
            header = fields.get(field)
            if header is None or part.kind in NAMING:
                continue
            texts = cleaned(columns[header])
            place = pc.index_in(texts, value_set=one.keys)
            known = mask(pc.is_valid(place))
            filled = mask(pc.is_valid(texts))
            if filled.any() and known[filled].mean() >= ENOUGH:
                columns[header] = pa.chunked_array([pc.coalesce(one.names.take(place), texts)])
                used.append(one)
    return replace(table, columns=columns), tuple(used)


def joined_rules(order: Sequence[StageRule], types: Sequence[StageRule]) -> tuple[StageRule, ...]:
    """Two lists of stages as one: in the first one's order, with the second one's types.

    A stage that only the second has stands behind the one that it stands behind there.

    >>> one, other = [StageRule("New"), StageRule("Talks")], [StageRule("New"), StageRule("Demo"), StageRule("Talks")]
    >>> [rule.name for rule in joined_rules(one, other)]
    ['New', 'Demo', 'Talks']
    """
    by_key = {fold(rule.name): rule for rule in types}
    rules = [by_key.get(fold(rule.name), rule) for rule in order]
    keys = [fold(rule.name) for rule in rules]
    before = ""
    for rule in types:
        if fold(rule.name) not in keys:
            place = keys.index(before) + 1 if before in keys else 0
            rules.insert(place, rule)
            keys.insert(place, fold(rule.name))
        before = fold(rule.name)
    ranks = list(StageType)
    return tuple(sorted(rules, key=lambda rule: ranks.index(rule.type)))


def linked(table: Table, part: Part, parts: Sequence[Part]) -> Table:
    """Deals with the customer that a list of links gives them, where they name none of their own."""
    if part.kind is not Kind.DEALS:
        return table
    fields = propose_fields(list(table.columns), Kind.DEALS, part.export.export if part.export else None)
    columns = dict(table.columns)
    for links in parts:
        told = links.export.export.names if links.export else {}
        of = told.get("of", ("",))[0]
        if "deal" not in told or of in fields or "id" not in fields:
            continue
        grid, export = links.grids[0], links.export
        assert export is not None
        key, deal = (export.export.column(grid.headers, told[name]) for name in ("key", "deal"))
        if key is not None and deal is not None:
            place = pc.index_in(cleaned(columns[fields["id"]]), value_set=cleaned(grid.columns[deal]))
            columns[_title(of, columns)] = pa.chunked_array([cleaned(grid.columns[key]).take(place)])
    return replace(table, columns=columns)


def _title(of: str, columns: dict[str, pa.ChunkedArray]) -> str:
    """A new column's name that our dictionary knows."""
    return of if all(key_of(name) != of for name in columns) else f"{of} id"
