"""Stages of a pipeline: a name that the company gives, and a type that the figures need."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from yaad.errors import UnknownName


class StageType(StrEnum):
    """What being in a stage means. A name is not a type: “closed” may be won or lost, so it is asked.

    * ``open`` – a step of the sale;
    * ``attempt`` – somebody tried to reach the person ("no answer"): no step, the deal stays where it was;
    * ``on_hold`` – still open, waiting: no step either;
    * ``won``, ``lost`` – how it ended;
    * ``not_inquiry`` – it never was one (a double, a wrong number, a job seeker, service): it is left out of all
      figures, and counted beside them.
    """

    OPEN = "open"
    ATTEMPT = "attempt"
    ON_HOLD = "on_hold"
    WON = "won"
    LOST = "lost"
    NOT_INQUIRY = "not_inquiry"


RESTING = (StageType.ATTEMPT, StageType.ON_HOLD)
"""Types that say something of a deal without moving it on: it stays in the step where it was."""
STILL_OPEN = (StageType.OPEN, *RESTING)
"""Types of a deal that has not ended."""
NOT_INQUIRY_PLACE = -2
"""Position of stages that are no inquiry."""


@dataclass(frozen=True)
class Stage:
    """One step of the pipeline, named by the company."""

    name: str
    type: StageType = StageType.OPEN


@dataclass(frozen=True)
class Pipeline:
    """The ordered stages of a company.

    Attributes:
        stages: all stages in the company's order.
        silent: names of open stages that the source has no history for; they are kept on the deals and left out of
            funnel and dwell, since nobody can know which lost deals reached them.
        listed_since: the day of the first of the lists that alone tell the history of the stages: how long a deal stays
            is known of the stays that began since. None: the history is known of all, or of none.
        watched_since: the same day, where how far a deal came is known only of those that came since: too many others
            were lost before.

    >>> pipeline = Pipeline((Stage("New"), Stage("Quote"), Stage("Won", StageType.WON)))
    >>> [stage.name for stage in pipeline.measured], pipeline.position("Quote"), pipeline.position("Won")
    (['New', 'Quote'], 1, 2)
    """

    stages: tuple[Stage, ...]
    silent: frozenset[str] = frozenset()
    listed_since: dt.date | None = None
    watched_since: dt.date | None = None

    @cached_property
    def open(self) -> tuple[Stage, ...]:
        """Open stages in order, silent ones included."""
        return tuple(stage for stage in self.stages if stage.type is StageType.OPEN)

    @cached_property
    def measured(self) -> tuple[Stage, ...]:
        """Open stages in order that funnel and dwell can speak of."""
        return tuple(stage for stage in self.open if stage.name not in self.silent)

    @cached_property
    def won(self) -> tuple[Stage, ...]:
        """Stages that mean won."""
        return tuple(stage for stage in self.stages if stage.type is StageType.WON)

    @cached_property
    def lost(self) -> tuple[Stage, ...]:
        """Stages that mean lost."""
        return tuple(stage for stage in self.stages if stage.type is StageType.LOST)

    @cached_property
    def resting(self) -> frozenset[str]:
        """Names of stages in which a deal stays in the step where it was: attempts and on hold."""
        return frozenset(stage.name for stage in self.stages if stage.type in RESTING)

    @cached_property
    def not_inquiries(self) -> tuple[Stage, ...]:
        """Stages that mean that it never was an inquiry."""
        return tuple(stage for stage in self.stages if stage.type is StageType.NOT_INQUIRY)

    @cached_property
    def positions(self) -> dict[str, int]:
        """Stage name → position: 0… for measured open stages, their count for won, −1 for lost, −2 for no inquiry.

        A silent stage, and one of rest, has the position of the last measured stage before it (0 when there is none).
        """
        places: dict[str, int] = {}
        last = -1
        for stage in self.stages:
            if stage.type is StageType.WON:
                places[stage.name] = len(self.measured)
            elif stage.type is StageType.LOST:
                places[stage.name] = -1
            elif stage.type is StageType.NOT_INQUIRY:
                places[stage.name] = NOT_INQUIRY_PLACE
            else:
                last += stage.type is StageType.OPEN and stage.name not in self.silent
                places[stage.name] = max(last, 0)
        return places

    def position(self, name: str) -> int:
        """Position of a stage (see `positions`).

        Raises:
            UnknownName: the pipeline has no such stage.
        """
        return self.positions[self.stage(name).name]

    def stage(self, name: str) -> Stage:
        """The stage of this name.

        Raises:
            UnknownName: the pipeline has no such stage.
        """
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise UnknownName("stage", name, [stage.name for stage in self.stages])

    def to_dict(self) -> dict[str, object]:
        """As plain values, for the pin file."""
        return {
            "stages": [{"name": stage.name, "type": stage.type.value} for stage in self.stages],
            "silent": sorted(self.silent),
            "listed_since": self.listed_since.isoformat() if self.listed_since else None,
            "watched_since": self.watched_since.isoformat() if self.watched_since else None,
        }

    @classmethod
    def from_dict(cls, plain: dict[str, object]) -> "Pipeline":
        """Back from `to_dict`."""
        stages = plain["stages"]
        silent = plain["silent"]
        if not isinstance(stages, list) or not isinstance(silent, list):
            raise TypeError(plain)
        listed, watched = (plain.get(name) for name in ("listed_since", "watched_since"))
        return cls(
            tuple(Stage(str(s["name"]), StageType(s["type"])) for s in stages),
            frozenset(map(str, silent)),
            dt.date.fromisoformat(str(listed)) if listed else None,
            dt.date.fromisoformat(str(watched)) if watched else None,
        )
