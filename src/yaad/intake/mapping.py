"""The mapping: how a file is understood, as a readable YAML file that is kept with the book and used next time."""

from collections.abc import Iterable
from collections.abc import Mapping as Plain
from dataclasses import dataclass, field, fields, replace
from fnmatch import fnmatchcase

import yaml

from yaad.intake.deciding.folding import fold
from yaad.intake.fields import ALIASES
from yaad.intake.kinds import Kind, Shape
from yaad.model import Pipeline, Stage, StageType

ALL = "*"
"""In a setting a column or a file may have of its own: what holds for all others."""
REST = "rest"
LINE = 120
TOTALS = ("reject", "keep")
DUPLICATES = ("first", "last", "reject")
NOT_WON = ("lost", "open")
NTH = "#"
"""Stands between a part's name and the number of its second file."""
SCALES = ("share", "percent")

Settings = dict[str, str]
"""Column (its header or our field) or file → value; `ALL` for all others."""


@dataclass(frozen=True)
class StageRule:
    """One stage of the mapping: its name in the file, its type, and (shape ``wide``) the column of its date."""

    name: str
    type: StageType = StageType.OPEN
    entered: str | None = None


@dataclass(frozen=True)
class Join:
    """Two of `files` put side by side: each row of `left` with the row of `right` that has the same `key`."""

    left: str
    right: str
    key: str
    how: str = "left"


@dataclass(frozen=True)
class Mapping:
    """How files are understood. Every part may be missing: then it is proposed from the data, or asked.

    Attributes:
        kind: what the rows are.
        shape: how they tell the history of a deal.
        columns: our field → header in the file.
        entered_opens: the open stage that a deal enters on its ``entered`` date.
        stages: the stages in the company's order.
        silent: open stages that the file has no history for; None: worked out from the shape.
        zone: IANA name; local times are read by it.
        files: name → pattern of a file's name.
        join: two of `files` side by side.
        dates: column → iso, day_first, month_first.
        decimal: column → point, comma.
        scale: column of parts → share (0.45), percent (45): what a number without a sign is.
        currency: column → ISO code.
        tax: column → net, gross, unknown.
        null_words: column → texts that mean no value there.
        year: column → the year of its dates that name none (3 באפריל); ``near``: that of the dates around each.
        until: of contracts that tell only how many months they have run: the day on which they were counted.
        year_pivot: two-digit years up to this one are of the 2000s.
        activities: patterns of events that are no stage and are loaded as activities.
        ignore: patterns of events that are left out (counted); ``rest``: all that nothing else names.
        equal_times: which of two moves at one time comes first; only ``file_order``.
        totals: rows that look like totals are left out (``reject``) or are deals like others (``keep``).
        touch_days: of sheets without ids, the days within which touches of one person are one inquiry.
        duplicates: which of several rows with one id is taken: first, last, reject.
        not_won: what a *no* in a column of wins means, where no other column tells: lost, open.
        same_stages: stage as the file names it → the stage of the book that it is.
        encoding, delimiter, header_row, sheet, merged: file → how it is read, where the evidence is overruled.
        snapshots: the files are one list taken on several days, which stand in their names.
        parts: of files that hold several kinds of rows, the mapping of each kind; its files are those of that name in
            `files`.
        name: name of the mapping file, for errors.
        usual_zone: the zone of the book that the files come into: theirs, where nothing in them tells another.
        usual_currency, usual_tax: the same of their amounts.
        usual_language: of names that are made up where the files have none.
        usual_stages: those of the book, in whose place none are made up.
    """

    kind: Kind | None = None
    shape: Shape | None = None
    columns: dict[str, str] = field(default_factory=dict)
    entered_opens: str | None = None
    stages: tuple[StageRule, ...] = ()
    silent: tuple[str, ...] | None = None
    zone: str | None = None
    files: dict[str, str] = field(default_factory=dict)
    join: Join | None = None
    dates: Settings = field(default_factory=dict)
    decimal: Settings = field(default_factory=dict)
    scale: Settings = field(default_factory=dict)
    currency: Settings = field(default_factory=dict)
    tax: Settings = field(default_factory=dict)
    null_words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    year: Settings = field(default_factory=dict)
    until: str | None = None
    year_pivot: int | None = None
    activities: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    equal_times: str = "file_order"
    totals: str | None = None
    touch_days: int | None = None
    duplicates: str | None = None
    not_won: str | None = None
    same_stages: dict[str, str] = field(default_factory=dict)
    encoding: Settings = field(default_factory=dict)
    delimiter: Settings = field(default_factory=dict)
    header_row: Settings = field(default_factory=dict)
    sheet: Settings = field(default_factory=dict)
    merged: Settings = field(default_factory=dict)
    snapshots: bool = False
    parts: "dict[str, Mapping]" = field(default_factory=dict)
    name: str = field(default="", compare=False)
    usual_zone: str | None = field(default=None, compare=False)
    usual_currency: str | None = field(default=None, compare=False)
    usual_tax: str | None = field(default=None, compare=False)
    usual_language: str | None = field(default=None, compare=False)
    usual_stages: tuple[StageRule, ...] = field(default=(), compare=False)

    @classmethod
    def from_yaml(cls, text: str, *, name: str) -> "Mapping":
        """Read a mapping file.

        Raises:
            InputError: no YAML, an unknown key or value; names the key and the line.
        """
        from yaad.intake.mapping_yaml import read_mapping  # it makes mappings, so it imports this module

        return read_mapping(text, name)

    def to_yaml(self) -> str:
        """As a readable file; `from_yaml` gives the same mapping back."""
        return "".join(_dump(key, value) for key, value in self.plain().items())

    def plain(self) -> dict[str, object]:
        """Its parts that say something, as YAML writes them."""
        plain: dict[str, object] = {}
        for part in fields(self):
            value = getattr(self, part.name)
            stated = part.name == "equal_times" and self.shape is Shape.EVENTS
            if part.compare and (stated or value != _default(part.name)):
                plain[part.name] = _plain(value)
        return plain

    def setting(self, settings: Plain[str, str], *names: str) -> str | None:
        """What is set for a column or file, by any of its names; else what is set for all."""
        keys = {fold(key): value for key, value in settings.items()}
        for one in names:
            if fold(one) in keys:
                return keys[fold(one)]
        return settings.get(ALL)

    def stage(self, text: str) -> StageRule | None:
        """The rule of the stage that a file's text names."""
        key = fold(text)
        return next((rule for rule in self.stages if fold(rule.name) == key), None)

    def with_same_stages(self, same: Plain[str, str]) -> "Mapping":
        """The same, where stages of the file are stages of the book under other names.

        Args:
            same: stage as the file names it → the stage that it is.
        """
        keys = {fold(name): to for name, to in same.items()}

        def called(name: str) -> str:
            return keys.get(fold(name), name)

        rules: dict[str, StageRule] = {}
        for rule in self.stages:
            rules.setdefault(fold(called(rule.name)), replace(rule, name=called(rule.name)))
        return replace(
            self,
            stages=tuple(rules.values()),
            silent=None if self.silent is None else tuple(dict.fromkeys(map(called, self.silent))),
            entered_opens=None if self.entered_opens is None else called(self.entered_opens),
            same_stages={**self.same_stages, **same},
            parts={name: part.with_same_stages(same) for name, part in self.parts.items()},
        )

    def pipeline(self, silent: Iterable[str] = ()) -> Pipeline:
        """The stages as the rest of the product knows them."""
        return Pipeline(tuple(Stage(rule.name, rule.type) for rule in self.stages), frozenset(silent))

    def field_of(self, header: str) -> str | None:
        """Our field that a column of the file gives, by its header; None when it gives none."""
        said = {fold(column): name for name, column in self.columns.items()}
        name = said.get(fold(header))
        return None if name is None else ALIASES.get(name, name)

    def file_key(self, file_name: str) -> str | None:
        """The name under which `files` knows a file."""
        found = next((key for key, pattern in self.files.items() if fnmatchcase(file_name, pattern)), None)
        return found.partition(NTH)[0] if found is not None and self.parts else found


def stages_line(rules: Iterable[StageRule]) -> str:
    """Stages as one line of a mapping file."""
    plain = _plain(tuple(rules))
    inner = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, default_flow_style=True, width=10**6)
    return f"stages: {inner.strip()}"


def same_line(same: Plain[str, str]) -> str:
    """Stages of a file that are the book's under other names, as one line of a mapping file."""
    inner = yaml.safe_dump(dict(same), sort_keys=False, allow_unicode=True, default_flow_style=True, width=10**6)
    return f"same_stages: {inner.strip()}"


def _dump(key: str, value: object) -> str:
    """One part on one line where it fits, else an item a line."""
    if isinstance(value, dict | list):
        inner = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, default_flow_style=True, width=10**6)
        if len(key) + 2 + len(inner) <= LINE:
            return f"{key}: {inner}"
        leaves = None if isinstance(value, list) else False
        return yaml.safe_dump({key: value}, sort_keys=False, allow_unicode=True, default_flow_style=leaves, width=10**6)
    return yaml.safe_dump({key: value}, allow_unicode=True, default_flow_style=False, width=10**6)


def _default(name: str) -> object:
    return getattr(Mapping(), name)


def _plain(value: object) -> object:
    """A part as YAML writes it: a setting for all as itself, an open stage as its name."""
    plain: object = value
    if isinstance(value, Kind | Shape):
        plain = value.value
    elif isinstance(value, Mapping):
        plain = value.plain()
    elif isinstance(value, Join):
        plain = {part.name: getattr(value, part.name) for part in fields(value)}
    elif isinstance(value, StageRule):
        more = {"type": value.type.value} if value.type is not StageType.OPEN else {}
        more |= {"entered": value.entered} if value.entered else {}
        plain = {"name": value.name, **more} if more else value.name
    elif isinstance(value, tuple):
        plain = [_plain(item) for item in value] if value != (REST,) else REST
    elif isinstance(value, dict):
        each = {key: _plain(item) for key, item in value.items()}
        plain = each[ALL] if set(each) == {ALL} else each
    elif value == "\t":
        plain = "tab"
    return plain
