"""Reads a mapping file: every refusal names the key and its line."""

import datetime as dt
from dataclasses import fields
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from yaad.intake.deciding.dates import YEAR_TOLD
from yaad.intake.deciding.days import Order
from yaad.intake.deciding.folding import fold
from yaad.intake.fields import field_name, known_fields
from yaad.intake.kinds import Kind, Shape
from yaad.intake.mapping import ALL, DUPLICATES, NOT_WON, SCALES, TOTALS, Join, Mapping, Settings, StageRule
from yaad.intake.reading import MERGED
from yaad.intake.reading.writing import WAYS, known_encoding
from yaad.intake.sharing import can_share
from yaad.intake.yaml_lines import Keys, Node, Text, read_yaml
from yaad.intake.yaml_values import YamlReader
from yaad.model import StageType, Tax

POINTS = {"point": "point", ".": "point", "comma": "comma", ",": "comma"}
DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


def read_mapping(text: str, name: str) -> Mapping:
    """Read a mapping file.

    Raises:
        InputError: no YAML, an unknown key or value; names the key and the line.
    """
    return _Reading(name).mapping(read_yaml(text, name))


class _Reading(YamlReader):
    """Turns YAML into a `Mapping`; every refusal names the key and its line."""

    def mapping(self, root: Keys) -> Mapping:
        known = [part.name for part in fields(Mapping) if part.compare]
        for key, line in root.lines.items():
            if key not in known:
                self._refuse("intake.map_unknown_key", line, key=key, known=", ".join(known))
        parts: dict[str, object] = {key: getattr(self, f"_{key}")(node) for key, node in root.values.items()}
        mapping = Mapping(**parts, name=self._name)  # type: ignore[arg-type]  # each part's reader gives its type
        self._check(mapping, root)
        return mapping

    # --- parts, by name -----------------------------------------------------------------------------------------

    def _kind(self, node: Node) -> Kind:
        return Kind(self._one_of(node, "kind", [kind.value for kind in Kind]))

    def _shape(self, node: Node) -> Shape:
        return Shape(self._one_of(node, "shape", [shape.value for shape in Shape]))

    def _columns(self, node: Node) -> dict[str, str]:
        keys = self._keys(node, "columns")
        found: dict[str, str] = {}
        for name, value in keys.values.items():
            if field_name(name) in found:
                self._refuse("intake.map_repeated_key", keys.lines[name], key=name)
            found[field_name(name)] = self._text(value, "columns")
        return found

    def _entered_opens(self, node: Node) -> str:
        return self._text(node, "entered_opens")

    def _stages(self, node: Node) -> tuple[StageRule, ...]:
        rules: list[StageRule] = []
        for item in self._items(node, "stages"):
            rule = self._stage(item)
            if any(fold(rule.name) == fold(other.name) for other in rules):
                self._refuse("intake.map_repeated_stage", item.line, stage=rule.name)
            rules.append(rule)
        return tuple(rules)

    def _stage(self, node: Node) -> StageRule:
        if isinstance(node, Text):
            return StageRule(node.value)
        keys = self._keys(node, "stages")
        for key, line in keys.lines.items():
            if key not in ("name", "type", "entered"):
                self._refuse("intake.map_unknown_key", line, key=key, known="name, type, entered")
        if "name" not in keys.values:
            self._refuse("intake.map_stage_nameless", keys.line)
        kind = keys.values.get("type")
        types = [one.value for one in StageType]
        entered = keys.values.get("entered")
        return StageRule(
            self._text(keys.values["name"], "name"),
            StageType(self._one_of(kind, "type", types)) if kind is not None else StageType.OPEN,
            self._text(entered, "entered") if entered is not None else None,
        )

    def _silent(self, node: Node) -> tuple[str, ...]:
        return self._texts(node, "silent")

    def _zone(self, node: Node) -> str:
        zone = self._text(node, "zone")
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self._refuse("intake.map_unknown_zone", node.line, zone=zone)
        return zone

    def _files(self, node: Node) -> dict[str, str]:
        keys = self._keys(node, "files")
        return {name: self._text(value, "files") for name, value in keys.values.items()}

    def _join(self, node: Node) -> Join:
        keys = self._keys(node, "join")
        names = [part.name for part in fields(Join)]
        for key, line in keys.lines.items():
            if key not in names:
                self._refuse("intake.map_unknown_key", line, key=key, known=", ".join(names))
        for name in ("left", "right", "key"):
            if name not in keys.values:
                self._refuse("intake.map_join_lacks", keys.line, key=name)
        texts = {name: self._text(value, name) for name, value in keys.values.items()}
        if "how" in texts:
            self._one_of(keys.values["how"], "how", ["left"])
        return Join(**texts)

    def _dates(self, node: Node) -> Settings:
        return self._settings(node, "dates", [order.value for order in Order])

    def _decimal(self, node: Node) -> Settings:
        found = self._settings(node, "decimal", list(POINTS))
        return {key: POINTS[value] for key, value in found.items()}

    def _scale(self, node: Node) -> Settings:
        return self._settings(node, "scale", list(SCALES))

    def _currency(self, node: Node) -> Settings:
        return {key: value.upper() for key, value in self._settings(node, "currency", None).items()}

    def _tax(self, node: Node) -> Settings:
        return self._settings(node, "tax", [tax.value for tax in Tax])

    def _null_words(self, node: Node) -> dict[str, tuple[str, ...]]:
        keys = self._keys(node, "null_words")
        return {name: self._texts(value, "null_words") for name, value in keys.values.items()}

    def _year(self, node: Node) -> Settings:
        found = self._settings(node, "year", None)
        for value in found.values():
            if not YEAR_TOLD.fullmatch(value):
                self._refuse("intake.map_unknown_value", node.line, key="year", value=value, known="1900–2099, near")
        return found

    def _until(self, node: Node) -> str:
        day = self._text(node, "until")
        try:
            return dt.date.fromisoformat(day).isoformat()
        except ValueError:
            self._refuse("intake.map_unknown_value", node.line, key="until", value=day, known="2026-01-31")

    def _year_pivot(self, node: Node) -> int:
        return self._whole_number(node, "year_pivot", 99)

    def _activities(self, node: Node) -> tuple[str, ...]:
        return self._texts(node, "activities")

    def _ignore(self, node: Node) -> tuple[str, ...]:
        return self._texts(node, "ignore")

    def _equal_times(self, node: Node) -> str:
        return self._one_of(node, "equal_times", ["file_order"])

    def _totals(self, node: Node) -> str:
        return self._one_of(node, "totals", list(TOTALS))

    def _touch_days(self, node: Node) -> int:
        return self._whole_number(node, "touch_days", 3650)

    def _duplicates(self, node: Node) -> str:
        return self._one_of(node, "duplicates", list(DUPLICATES))

    def _not_won(self, node: Node) -> str:
        return self._one_of(node, "not_won", list(NOT_WON))

    def _same_stages(self, node: Node) -> dict[str, str]:
        keys = self._keys(node, "same_stages")
        return {name: self._text(value, "same_stages") for name, value in keys.values.items()}

    def _encoding(self, node: Node) -> Settings:
        found = self._settings(node, "encoding", None)
        for value in found.values():
            if known_encoding(value) is None:
                self._refuse(
                    "intake.map_unknown_value",
                    node.line,
                    key="encoding",
                    value=value,
                    known=", ".join(WAYS),
                )
        return found

    def _delimiter(self, node: Node) -> Settings:
        found = {key: DELIMITERS.get(value, value) for key, value in self._settings(node, "delimiter", None).items()}
        for value in found.values():
            if len(value) != 1 or value in '"\r\n' or not value.isascii():
                self._refuse(
                    "intake.map_unknown_value", node.line, key="delimiter", value=value, known=", ".join(DELIMITERS)
                )
        return found

    def _header_row(self, node: Node) -> Settings:
        found = self._settings(node, "header_row", None)
        for value in found.values():
            self._whole_number(Text(value, node.line), "header_row", 10_000)
        return found

    def _sheet(self, node: Node) -> Settings:
        return self._settings(node, "sheet", None)

    def _merged(self, node: Node) -> Settings:
        return self._settings(node, "merged", list(MERGED))

    def _snapshots(self, node: Node) -> bool:
        return self._one_of(node, "snapshots", ["true", "false"]) == "true"

    def _parts(self, node: Node) -> dict[str, Mapping]:
        keys = self._keys(node, "parts")
        return {name: self.mapping(self._keys(value, name)) for name, value in keys.values.items()}

    # --- kinds of values ----------------------------------------------------------------------------------------

    def _settings(self, node: Node, key: str, known: list[str] | None) -> Settings:
        """One value for all, or a value a column (or file)."""
        if isinstance(node, Text):
            pairs: dict[str, Node] = {ALL: node}
        else:
            pairs = self._keys(node, key).values
        return {
            field_name(name): self._one_of(value, key, known) if known is not None else self._text(value, key)
            for name, value in pairs.items()
        }

    # --- parts that must fit each other -------------------------------------------------------------------------

    def _check(self, mapping: Mapping, root: Keys) -> None:
        known = known_fields(mapping.kind)
        columns = root.values.get("columns")
        if isinstance(columns, Keys):
            for name, line in columns.lines.items():
                if name not in known:
                    self._refuse("intake.map_unknown_field", line, key=name, known=", ".join(sorted(known)))
            self._check_shared(mapping, columns)
        if mapping.join is not None:
            for alias in (mapping.join.left, mapping.join.right):
                if alias not in mapping.files:
                    self._refuse(
                        "intake.map_join_unknown", root.lines["join"], file=alias, known=", ".join(mapping.files)
                    )
        named = [("entered_opens", mapping.entered_opens or "")] + [("silent", name) for name in mapping.silent or ()]
        for key, stage in named:
            rule = mapping.stage(stage)
            if stage and mapping.stages and (rule is None or rule.type is not StageType.OPEN):
                self._refuse("intake.map_unknown_stage", root.lines[key], key=key, stage=stage)

    def _check_shared(self, mapping: Mapping, columns: Keys) -> None:
        """Refuse one column for two fields that it cannot be at once, as `can_share` says."""
        names = list(mapping.columns)
        for place, other in enumerate(names):
            for one in names[:place]:
                column = mapping.columns[other]
                if fold(mapping.columns[one]) == fold(column) and not can_share(mapping.kind, one, other):
                    line = next(line for name, line in columns.lines.items() if field_name(name) == other)
                    self._refuse("intake.map_column_twice", line, column=column, one=one, other=other)
