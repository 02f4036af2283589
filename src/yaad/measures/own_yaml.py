"""Reads the file in which a company defines measures of its own; every refusal names the line and what to do.

version: 1
first: [inquiries, won, quotes_per_win]      # what stands first on the scorecard
measures:
  - id: quotes_per_win
    names: {he: …, en: Quotes per closing}
    unit: number
    good: down
    minimum: 10
    ratio:
      numerator: {where: {stage: [Quote, Negotiation]}, date: created_day}
      denominator: won
  - id: web_value
    names: {en: Sales from the web}
    good: up
    sum: {column: amount, where: {outcome: won, source: [Google, Site]}, date: closed_day}
"""

import difflib
import re
from collections.abc import Mapping

import yaml

from yaad.errors import InputError
from yaad.intake.yaml_lines import Keys, Node, Text, read_yaml
from yaad.intake.yaml_values import YamlReader
from yaad.measures.comparing import is_summed
from yaad.measures.definition import Family, Good, Unit
from yaad.measures.own_measures import DATES, DEALS, UNITS, OwnMeasure, OwnMeasures, Part
from yaad.measures.registry import REGISTRY
from yaad.text import LANGUAGES, Message

VERSION = "1"
ID = re.compile(r"[a-z][a-z0-9_]{1,39}")
TOP = ("version", "first", "measures")
OF_MEASURE = ("id", "names", "unit", "good", "family", "minimum", "sum", "ratio")
OF_PART = ("column", "where", "date")
OF_RATIO = ("numerator", "denominator")
LONGEST = 60
MOST = 1_000_000
OUR_WORDS = {"intake.map_broken": "kpis.file_broken", "intake.map_not_keys": "kpis.file_not_keys"}
OUR_WORDS["intake.map_too_large"] = "kpis.file_too_large"
"""What is said of a mapping file → the same of a file of measures."""


def read_own_measures(text: str, name: str) -> OwnMeasures:
    """Read the definitions.

    Raises:
        InputError: no YAML, an unknown key or value, or parts that do not fit each other; names the line.
    """
    try:
        root = read_yaml(text, name)
    except InputError as error:
        ours = OUR_WORDS.get(error.message.key)
        if ours is None:
            raise
        raise InputError(Message(ours, error.message.values), **error.where) from None
    return _Reading(name).own(root)


def write_own_measures(own: OwnMeasures) -> str:
    """The definitions as a file, as `read_own_measures` reads it."""
    root: dict[str, object] = {"version": int(VERSION)}
    if own.first:
        root["first"] = list(own.first)
    root["measures"] = [_written(one) for one in own.measures]
    return str(yaml.safe_dump(root, allow_unicode=True, sort_keys=False, width=120))


def _written(one: OwnMeasure) -> dict[str, object]:
    told: dict[str, object] = {"id": one.id, "names": dict(one.names), "unit": str(one.unit), "good": str(one.good)}
    told["family"] = str(one.family)
    if one.minimum:
        told["minimum"] = one.minimum
    if one.total is not None:
        return told | {"sum": _part_written(one.total)}
    return told | {"ratio": {name: _part_written(getattr(one, name)) for name in OF_RATIO}}


def _part_written(part: Part | str) -> object:
    if isinstance(part, str):
        return part
    where = {column: list(values) for column, values in part.where.items()}
    return {"column": part.column, **({"where": where} if where else {}), "date": part.date}


class _Reading(YamlReader):
    """Turns YAML into definitions."""

    def own(self, root: Keys) -> OwnMeasures:
        self._only(root, TOP)
        version = self._text(self._needed(root, "version"), "version")
        if version != VERSION:
            self._refuse("kpis.other_version", root.lines["version"], version=version)
        found: list[OwnMeasure] = []
        nodes = self._items(root.values["measures"], "measures") if "measures" in root.values else ()
        for node in nodes:
            one = self._measure(self._keys(node, "measures"))
            if one.id in REGISTRY or any(one.id == other.id for other in found):
                self._refuse("kpis.id_taken", one.line, id=one.id)
            found.append(one)
        return OwnMeasures(tuple(found), self._first(root, [one.id for one in found]))

    def _first(self, root: Keys, own: list[str]) -> tuple[str, ...]:
        if "first" not in root.values:
            return ()
        ids = self._texts(root.values["first"], "first")
        for one in ids:
            if one not in REGISTRY and one not in own:
                self._unknown_measure(one, root.values["first"].line, own)
        return ids

    def _measure(self, keys: Keys) -> OwnMeasure:
        self._only(keys, OF_MEASURE)
        name = self._text(self._needed(keys, "id"), "id")
        line = keys.lines["id"]
        if not ID.fullmatch(name):
            self._refuse("kpis.bad_id", line, id=name)
        ways = [way for way in ("sum", "ratio") if way in keys.values]
        if len(ways) != 1:
            self._refuse("kpis.one_way" if ways else "kpis.lacks", keys.lines.get("ratio", line), key="sum")
        total = self._part(keys.values["sum"], "sum") if "sum" in keys.values else None
        above, below = self._ratio(keys.values["ratio"]) if "ratio" in keys.values else (None, None)
        return OwnMeasure(
            id=name,
            names=self._names(self._needed(keys, "names")),
            unit=self._unit(keys, total, above, below),
            good=Good(self._one_of(self._needed(keys, "good"), "good", list(Good))),
            family=Family(self._one_of(keys.values["family"], "family", list(Family)))
            if "family" in keys.values
            else Family.PIPELINE,
            total=total,
            numerator=above,
            denominator=below,
            minimum=self._whole_number(keys.values["minimum"], "minimum", MOST) if "minimum" in keys.values else 0,
            line=line,
        )

    def _names(self, node: Node) -> Mapping[str, str]:
        keys = self._keys(node, "names")
        self._only(keys, LANGUAGES)
        names = {lang: self._text(value, lang).strip() for lang, value in keys.values.items()}
        if not names:
            self._refuse("kpis.lacks", keys.line, key=LANGUAGES[0])
        for lang, text in names.items():
            if len(text) > LONGEST:
                self._refuse("kpis.too_long", keys.lines[lang], key=lang, most=LONGEST)
        return names

    def _ratio(self, node: Node) -> tuple[Part | str, Part | str]:
        keys = self._keys(node, "ratio")
        self._only(keys, OF_RATIO)
        above, below = (self._part_or_measure(self._needed(keys, name), name) for name in OF_RATIO)
        return above, below

    def _part_or_measure(self, node: Node, key: str) -> Part | str:
        if not isinstance(node, Text):
            return self._part(node, key)
        name = self._text(node, key)
        if name not in REGISTRY:
            self._unknown_measure(name, node.line, [])
        if not is_summed(REGISTRY[name]):
            known = ", ".join(each.id for each in REGISTRY.values() if is_summed(each))
            self._refuse("kpis.not_divisible", node.line, id=name, known=known)
        return name

    def _part(self, node: Node, key: str) -> Part:
        keys = self._keys(node, key)
        self._only(keys, OF_PART)
        column = self._text(keys.values["column"], "column") if "column" in keys.values else DEALS
        date = self._one_of(keys.values["date"], "date", list(DATES)) if "date" in keys.values else DATES[0]
        where: dict[str, tuple[str, ...]] = {}
        if "where" in keys.values:
            tests = self._keys(keys.values["where"], "where")
            where = {name: self._texts(value, name) for name, value in tests.values.items()}
        return Part(column, where, date)

    def _unit(self, keys: Keys, total: Part | None, above: Part | str | None, below: Part | str | None) -> Unit:
        """The unit that is said, where it fits what is measured; else the only one that does."""
        fitting = _units_of_sum(total) if total is not None else _units_of_ratio(above, below)
        if "unit" not in keys.values:
            return fitting[0]
        said = Unit(self._one_of(keys.values["unit"], "unit", list(Unit)))
        if said not in fitting:
            known = ", ".join(fitting)
            self._refuse("kpis.unit_misfit", keys.values["unit"].line, unit=str(said), known=known)
        return said

    # --- shared -------------------------------------------------------------------------------------------------

    def _only(self, keys: Keys, known: tuple[str, ...]) -> None:
        for key, line in keys.lines.items():
            if key not in known:
                self._refuse("kpis.unknown_key", line, key=key, known=", ".join(known))

    def _needed(self, keys: Keys, key: str) -> Node:
        if key not in keys.values:
            self._refuse("kpis.lacks", keys.line, key=key)
        return keys.values[key]

    def _unknown_measure(self, name: str, line: int, own: list[str]) -> None:
        near = difflib.get_close_matches(name, [*REGISTRY, *own], n=1, cutoff=0)[0]
        self._refuse("kpis.unknown_measure", line, id=name, near=near)


OWN_COLUMN = (Unit.NUMBER, Unit.COUNT, Unit.DAYS, Unit.HOURS)
"""What a column of the company's own may be counted in; its currency nobody knows."""


def _units_of_sum(part: Part) -> tuple[Unit, ...]:
    return (UNITS[part.column],) if part.column in UNITS else OWN_COLUMN


def _units_of_ratio(above: Part | str | None, below: Part | str | None) -> tuple[Unit, ...]:
    """Money divided by a count is money, a count divided by a count a number or a share, and so on."""
    top, bottom = (_unit_of(part) for part in (above, below))
    if bottom is Unit.COUNT and top in (Unit.MONEY, Unit.DAYS, Unit.HOURS):
        return (top,)
    if top is bottom:
        return (Unit.NUMBER, Unit.RATE)
    return (Unit.NUMBER,)


def _unit_of(part: Part | str | None) -> Unit:
    if isinstance(part, str):
        return REGISTRY[part].unit
    return UNITS.get(part.column, Unit.NUMBER) if part is not None else Unit.NUMBER
