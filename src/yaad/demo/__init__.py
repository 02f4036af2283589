"""Companies that never were: histories drawn from known parameters, so that every figure has a truth beside it."""

from yaad.demo.history import History, simulate
from yaad.demo.hours import OfficeHours
from yaad.demo.paths import Paths
from yaad.demo.truth import Length, Rates, Truth
from yaad.demo.world import STEPS, Group, Rep, Step, World

__all__ = [
    "STEPS",
    "Group",
    "History",
    "Length",
    "OfficeHours",
    "Paths",
    "Rates",
    "Rep",
    "Step",
    "Truth",
    "World",
    "simulate",
]
