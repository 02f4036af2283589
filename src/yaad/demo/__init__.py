"""Companies that never were: histories drawn from known parameters, so that every figure has a truth beside it."""

from yaad.demo.buying import Bought, draw_buyers, draw_purchases
from yaad.demo.company import AS_OF, Company, draw_company
from yaad.demo.files import Export, write_company
from yaad.demo.history import History, simulate
from yaad.demo.hours import OfficeHours
from yaad.demo.paths import Paths
from yaad.demo.stranger import write_stranger
from yaad.demo.truth import Length, Rates, Truth
from yaad.demo.words import PACKS
from yaad.demo.world import STEPS, Group, Rep, Step, World

__all__ = [
    "AS_OF",
    "PACKS",
    "STEPS",
    "Bought",
    "Company",
    "Export",
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
    "draw_buyers",
    "draw_company",
    "draw_purchases",
    "simulate",
    "write_company",
    "write_stranger",
]
