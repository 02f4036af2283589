"""Who looks at a company's facts: whose rows they see, and whether persons and single deals are told to them."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Viewer:
    """What somebody may see of a company.

    Attributes:
        owners: names of the persons whose deals, orders and calls are seen; None: all rows, also those of nobody.
        teams: names of the teams whose targets are seen; of no meaning where `owners` is None.
        persons: whether persons and single rows are told; without it only figures of many together.

    >>> EVERYBODY.sees_all, Viewer(frozenset({"Dana"})).sees_all
    (True, False)
    """

    owners: frozenset[str] | None = None
    teams: frozenset[str] = frozenset()
    persons: bool = True

    @property
    def sees_all(self) -> bool:
        """Whether no row is kept from them."""
        return self.owners is None

    def sees(self, owner: str | None) -> bool:
        """Whether they see the deals of a person, or of nobody; the rule of `facts.visible` for a single row."""
        return self.owners is None or owner in self.owners

    def speaks_for(self, owner: str | None, team: str | None = None) -> bool:
        """Whether they may say something of a person, or else of a team; of the company only who sees everything.

        >>> manager = Viewer(frozenset({"Dana"}), frozenset({"North"}))
        >>> manager.speaks_for("Dana"), manager.speaks_for(None, "North")
        (True, True)
        >>> manager.speaks_for("Noa"), manager.speaks_for(None)
        (False, False)
        """
        if self.owners is None:
            return self.persons
        return owner in self.owners if owner else team in self.teams

    @property
    def key(self) -> str:
        """A short text that tells one viewer from another; empty for who sees everything.

        >>> EVERYBODY.key, Viewer(frozenset({"Dana"})).key == Viewer(frozenset({"Noa"})).key
        ('', False)
        """
        if self == EVERYBODY:
            return ""
        said = (sorted(self.owners) if self.owners is not None else None, sorted(self.teams), self.persons)
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


EVERYBODY = Viewer()
"""Sees everything: whoever holds the book itself."""
NOBODY = Viewer(frozenset(), persons=False)
"""Sees nothing."""
