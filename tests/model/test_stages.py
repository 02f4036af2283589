"""Positions of stages, silent ones included."""

import pytest

from yaad.errors import UnknownName
from yaad.model import Pipeline, Stage, StageType

PIPELINE = Pipeline(
    (Stage("New"), Stage("Demo"), Stage("Quote"), Stage("Won", StageType.WON), Stage("Lost", StageType.LOST)),
    silent=frozenset({"Quote"}),
)


def test_silent_stages_stand_with_the_last_measured_one():
    assert PIPELINE.positions == {"New": 0, "Demo": 1, "Quote": 1, "Won": 2, "Lost": -1}
    assert [stage.name for stage in PIPELINE.measured] == ["New", "Demo"]


def test_an_unknown_stage_says_what_exists():
    with pytest.raises(UnknownName, match="Did you mean Quote"):
        PIPELINE.stage("Qoute")


def test_plain_values_and_back():
    assert Pipeline.from_dict(PIPELINE.to_dict()) == PIPELINE
