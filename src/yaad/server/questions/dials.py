"""What a plan changes beside its ratios, and what all of its changes bring."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from yaad.plan.changes import AS_NOW, average_of, of_now, with_average
from yaad.plan.scenario import Base, bring
from yaad.show.scenarios import ScenarioResult, now_of
from yaad.show.speech import Said
from yaad.text import Message

FIELDS = {"come": "inquiries", "sale": "size", "days": "speed"}
"""Field of the form → what it changes."""
LEAST, MOST = 25, 200
"""Of 100 as it is now, to where a slider goes."""


@dataclass(frozen=True)
class Dial:
    """One slider, of 100 as it is now.

    Attributes:
        name: of its field.
        words: what it changes.
        now: how it is now.
        value: where it stands.
    """

    name: str
    words: Said
    now: Said
    value: str

    @property
    def least(self) -> int:
        """Where it begins."""
        return LEAST

    @property
    def most(self) -> int:
        """Where it ends."""
        return MOST


@dataclass(frozen=True)
class Dials:
    """Where the sliders stand; as now where nothing is said."""

    come: str = AS_NOW
    sale: str = AS_NOW
    days: str = AS_NOW

    @classmethod
    def read(cls, form: Mapping[str, str]) -> "Dials":
        """Read the form."""
        return cls(*(form.get(name, "").strip() or AS_NOW for name in FIELDS))

    def shown(self, base: Base, lang: str) -> list[Dial]:
        """The sliders: those of which it is known how things are now."""
        now = now_of(base, lang)
        return [
            Dial(name, Message(f"scenario.{what}"), now[what], getattr(self, name))
            for name, what in FIELDS.items()
            if what in now
        ]

    def average(self, base: Base, typed: str) -> str:
        """The money a customer brings, as typed and as the slider has it; empty when it is as it was."""
        return typed if self.sale == AS_NOW else average_of(with_average(base, typed), self.sale)

    def bring(self, base: Base, typed: str, steps: Mapping[str, Fraction], rooms: Mapping[str, int]) -> ScenarioResult:
        """What all changes of the form bring.

        Raises:
            InputError: a change cannot be meant.
        """
        known = with_average(base, typed)
        changes = of_now(known, steps, rooms, inquiries=self.come, size=self.sale, days=self.days)
        return ScenarioResult(bring(known, changes))
