"""The dictionaries of headers and stages, read once and folded."""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import cast

import yaml

from yaad.intake.deciding.folding import fold
from yaad.intake.fields import DESCRIPTIVE
from yaad.intake.kinds import HISTORY, Kind
from yaad.model import StageType

TEXT_ONLY = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Reads YAML as texts, lists and keys; in C where the library has it."""
LONG = 4
"""Letters of the shortest word that a slip of the hand is looked for in."""
COUNTED = re.compile(r"\s*\d+$")
"""The number of a try: "no answer 2"."""
AROUND = " ()[]{},;"
"""What stands between two words of a name and says nothing."""
Names = dict[str, int]
"""Folded word → its rank (smaller wins)."""


@dataclass(frozen=True)
class HeaderWords:
    """Names of columns.

    Attributes:
        fields: section (deals, history, orders…) → our field → names.
        prefixes: words that exports put before every name.
        stage_dates: what stands before a stage's name in a column of dates a stage.
        net: words of amounts before VAT.
        gross: words of amounts with VAT in them.
        codes: words of columns whose numbers are no amounts.
        bare_ids: names of a deal that are its id where nothing else is.
        date_words: what stands before or after a stage's name in a column of dates.
        chances: names of columns with the chance of a deal: they order stages, and are no field.
        outcomes: names of columns that may say how a deal stands beside its stage.
        wins: names of columns of yes and no whose yes is a sale.
        endings: those whose yes may be one.
        targets: words that say of a sheet that it sets targets.
    """

    fields: dict[str, dict[str, Names]]
    prefixes: tuple[str, ...]
    stage_dates: tuple[str, ...]
    net: tuple[str, ...]
    gross: tuple[str, ...]
    codes: tuple[str, ...]
    bare_ids: tuple[str, ...]
    date_words: tuple[str, ...]
    chances: Names
    outcomes: Names
    wins: Names
    endings: Names
    targets: frozenset[str]

    def of(self, kind: Kind) -> dict[str, Names]:
        """The fields of a kind; a history also knows what a deal is described by."""
        if kind in HISTORY:
            described = {name: self.fields["deals"][name] for name in (*DESCRIPTIVE, "currency")}
            return described | self.fields["history"]
        return self.fields[kind.value]


PLACE = 1000
"""Between the places of names of one stage and those of the next."""
QUOTE = "quote"
"""A name of the stage of quotes."""


@dataclass(frozen=True)
class StageWords:
    """Names of stages: open ones with their usual place, endings, those that are asked.

    Of those asked, what is written as won (`ending`) and as open (`waiting`) in a suggestion. Then attempts to reach a
    person, deals on hold, and what never was an inquiry. `standing` and `deleted` are words of a column beside the
    stage. `unsure` are endings that say nothing beside a word of closing: "closed (customer)" may be lost.
    """

    open: Names
    won: frozenset[str]
    lost: frozenset[str]
    asked: frozenset[str]
    ending: frozenset[str]
    waiting: frozenset[str]
    attempt: frozenset[str]
    on_hold: frozenset[str]
    not_inquiry: frozenset[str]
    standing: frozenset[str]
    deleted: frozenset[str]
    unsure: frozenset[str]

    def type_of(self, name: str) -> StageType | None:
        """What a stage's name says for sure, with or without a number behind it; None for one that must be asked.

        >>> stage_words().type_of("לא ענה 2"), stage_words().type_of("נסגר")
        (<StageType.ATTEMPT: 'attempt'>, None)
        >>> stage_words().type_of("נסגר - זכייה"), stage_words().type_of("Closed (Lost)")
        (<StageType.WON: 'won'>, <StageType.LOST: 'lost'>)
        """
        for key in dict.fromkeys((fold(name), COUNTED.sub("", fold(name)))):
            for kind in StageType:
                names: frozenset[str] | Names = getattr(self, kind.value)
                if key in names and key not in self.asked:
                    return kind
        return self._closed_how(fold(name))

    def _closed_how(self, key: str) -> StageType | None:
        """The ending that a word of closing is told with, before or behind it; None where nothing tells it for sure."""
        words = key.translate(dict.fromkeys(map(ord, AROUND), " ")).split()
        for place in range(1, len(words)):
            parts = " ".join(words[:place]), " ".join(words[place:])
            for closing, how in (parts, parts[::-1]):
                if closing in self.ending and how not in self.unsure:
                    if how in self.won:
                        return StageType.WON
                    if how in self.lost:
                        return StageType.LOST
        return None

    def almost(self, name: str) -> bool:
        """Whether a name that no list knows is one letter away from one that does not stand open.

        It is asked then: a slip of the hand must not make an open deal of a lost one.

        >>> [stage_words().almost(name) for name in ("לא רלונטי", "ניסגר", "אין מענא", "פגישה שנייה")]
        [True, True, True, False]
        """
        key = COUNTED.sub("", fold(name)).replace(" ", "")
        return any(_one_away(key, word) for word in self._endings if abs(len(word) - len(key)) <= 1)

    @cached_property
    def _endings(self) -> tuple[str, ...]:
        """The names that end a deal or set it aside, without their spaces; short ones resemble too much."""
        names = (*self.won, *self.lost, *self.asked, *self.attempt, *self.on_hold, *self.not_inquiry)
        return tuple(word for one in names if len(word := one.replace(" ", "")) >= LONG)


def _one_away(one: str, other: str) -> bool:
    """Equal but for one letter too many, missing, or another, or for two that changed places."""
    if len(one) < LONG - 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rests = {(one[start + i :], other[start + j :]) for i, j in ((0, 0), (1, 0), (0, 1), (1, 1))}
    swapped = one[start + 1 : start + 2] + one[start : start + 1] + one[start + 2 :] == other[start:]
    return swapped or any(a == b for a, b in rests)


def _load(name: str) -> dict[str, object]:
    text = files("yaad.intake").joinpath("words", name).read_text(encoding="utf-8")
    return cast("dict[str, object]", yaml.load(text, Loader=TEXT_ONLY))  # noqa: S506 - it makes only text


def _ranks(words: list[str]) -> Names:
    """Each word, and the same without its spaces (``StageName``), with its place."""
    ranks: Names = {}
    for rank, word in enumerate(words):
        ranks.setdefault(fold(word), rank)
    for rank, word in enumerate(words):
        ranks.setdefault(fold(word).replace(" ", ""), rank)
    return ranks


def _folded(words: object) -> tuple[str, ...]:
    return tuple(fold(word) for word in cast("list[str]", words))


@cache
def header_words() -> HeaderWords:
    """The dictionary of headers."""
    plain = _load("headers.yaml")
    sections = {name: cast("dict[str, list[str]]", value) for name, value in plain.items() if isinstance(value, dict)}
    return HeaderWords(
        fields={
            section: {field: _ranks(words) for field, words in fields.items()} for section, fields in sections.items()
        },
        prefixes=_folded(plain["prefixes"]),
        stage_dates=tuple(sorted(_folded(plain["stage_dates"]), key=len, reverse=True)),
        net=_folded(plain["net"]),
        gross=_folded(plain["gross"]),
        codes=_folded(plain["codes"]),
        bare_ids=_folded(plain["bare_ids"]),
        date_words=_folded(plain["date_words"]),
        chances=_ranks(cast("list[str]", plain["chances"])),
        outcomes=_ranks(cast("list[str]", plain["outcomes"])),
        wins=_ranks(cast("list[str]", plain["wins"])),
        endings=_ranks(cast("list[str]", plain["endings"])),
        targets=frozenset(_folded(plain["targets_words"])),
    )


def names_a_quote(stage: str) -> bool:
    """Whether a stage is called as companies call the one in which a deal has its quote.

    >>> names_a_quote("הצעת מחיר"), names_a_quote("Quote sent"), names_a_quote("Negotiation")
    (True, True, False)
    """
    known = stage_words().open
    place = known.get(fold(stage))
    return place is not None and place // PLACE == known[fold(QUOTE)] // PLACE


@cache
def stage_words() -> StageWords:
    """The dictionary of stages."""
    plain = _load("stages.yaml")
    opened = cast("list[list[str]]", plain["open"])
    places = enumerate(opened)
    return StageWords(
        open={fold(word): place * PLACE + rank for place, words in places for rank, word in enumerate(words)},
        won=frozenset(_folded(plain["won"])),
        lost=frozenset(_folded(plain["lost"])),
        asked=frozenset(_folded(plain["asked"])),
        ending=frozenset(_folded(plain["ending"])),
        waiting=frozenset(_folded(plain["waiting"])),
        attempt=frozenset(_folded(plain["attempt"])),
        on_hold=frozenset(_folded(plain["on_hold"])),
        not_inquiry=frozenset(_folded(plain["not_inquiry"])),
        standing=frozenset(_folded(plain["standing"])),
        deleted=frozenset(_folded(plain["deleted"])),
        unsure=frozenset(_folded(plain["unsure"])),
    )
