"""What each column of a file or a table is, for erasing: by the mapping and by the tags of personal columns."""

from collections.abc import Iterator, Sequence

from yaad.book.persons.cleaning import Role
from yaad.intake import Kind, Mapping, fold
from yaad.intake.fields import FIELDS, Value
from yaad.model.personal import Personal, tag

SELLERS = frozenset({"owner", "by"})
LOOKED_AT = 60
"""Rows of a file in which the names of its columns are looked for."""
ROLES = {
    Personal.NAME: Role.NAME,
    Personal.CONTACT: Role.CONTACT,
    Personal.TEXT: Role.TEXT,
    Personal.ID: Role.ID,
    Personal.NONE: Role.OTHER,
}


def role_of(table: str, column: str) -> Role:
    """What a column of a table of the lake is."""
    if column in SELLERS:
        return Role.SELLER
    if column == "account" or (table, column) == ("accounts", "name"):
        return Role.ACCOUNT  # a person, or an organisation for which one speaks
    if column == "custom":
        return Role.OWN
    if column == "team":
        return Role.OTHER
    if column == "deal_id":
        return Role.DEAL
    return ROLES[tag(table, column)]


def roles_of(mapping: Mapping) -> dict[str, Role]:
    """Folded header → what the column is."""
    found: dict[str, Role] = {}
    for part in (mapping, *mapping.parts.values()):
        kind = part.kind or Kind.DEALS
        for name, header in part.columns.items():
            role = _field_role(kind, name)
            key = fold(header)
            if found.get(key) is not Role.SELLER:
                found[key] = role
        for rule in part.stages:
            if rule.entered:
                found.setdefault(fold(rule.entered), Role.FIGURE)
        if part.join is not None:
            found.setdefault(fold(part.join.key), Role.OTHER)
    return found


def _field_role(kind: Kind, name: str) -> Role:
    from yaad.intake.fields import field_name

    own = FIELDS[kind].get(field_name(name))
    if own is None:
        return Role.OTHER
    if own.value is not Value.TEXT:
        return Role.FIGURE
    table = {Kind.EVENTS: "deals", Kind.STAGE_HISTORY: "deals"}.get(kind, kind.value)
    return role_of(table, own.column)


class Heads:
    """Finds the row that names the columns as rows go by; before it nothing is known of them.

    Args:
        known: folded header → what the column is; empty: of this file nothing is known.
    """

    def __init__(self, known: dict[str, Role]) -> None:
        self._known = known
        self._roles: list[Role] | None = None
        self._rows = 0

    def roles(self, cells: Sequence[str | None]) -> list[Role]:
        """What the cells of a row are."""
        if self._known and self._roles is None and self._rows < LOOKED_AT:
            self._rows += 1
            names = [fold(cell) if cell else "" for cell in cells]
            met = len({name for name in names if name in self._known})
            if met * 2 >= len(self._known) or (met and met == len([name for name in names if name])):
                self._roles = [self._known.get(name, Role.OWN) for name in names]
                return [Role.FIGURE] * len(cells)
        if self._roles is None:
            return [Role.LOOSE] * len(cells)
        return list(self._padded(len(cells)))

    def _padded(self, width: int) -> Iterator[Role]:
        known = self._roles or []
        yield from known[:width]
        yield from [Role.OWN] * (width - len(known))
