"""Which fields of a deal may speak for its chance, and how they become numbers.

A field that tells the outcome is no forecast. Left out are, with the reason said (`Refused`):

- fields that are filled only once a deal is decided, or almost only then;
- fields that change on the day on which a deal closes, or the day before or after it;
- fields of which one alone tells winners from losers (AUC above .95): no honest field is that good.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yaad.insight.winning.past import A_DAY, Bools, Ints, Past, Texts
from yaad.measures.statistics.spells import Floats
from yaad.text import Message

AMOUNT, MONTH, OWNER = "amount", "month", "owner"
TOO_GOOD = 0.95
"""A single field with a higher AUC is refused."""
AT_CLOSING = 0.05
"""More than this share of the decided deals changed in a field within a day of their closing: it is refused."""
HARDLY_OPEN = 0.25
"""A field that the open deals have so much less often than the decided ones is filled when they are decided."""
ENOUGH = 20
"""So many deals of one kind before a share of them is looked at, and before a value gets a number of its own."""
MOST_VALUES = 30
MANY_VALUES = 0.5
"""A field with so many different values per deal names the deal, not a kind of deal."""
WIDEST = 100
"""So many numbers of a deal a model looks at: its work grows with their cube, and few more are ever worth it."""
YEAR = 365.0


@dataclass(frozen=True)
class Refused:
    """A field that is left out.

    Attributes:
        field: its name.
        why: the reason in words.
        auc: how well it alone tells winners from losers; None where that was not the reason.
    """

    field: str
    why: Message
    auc: float | None = None


def auc(outcome: Floats | Bools, score: Floats) -> float:
    """The chance that a won deal has a higher score than a lost one, ties half; .5 where only one kind is there.

    Source: Hanley & McNeil 1982 (Radiology 143:29). Outcomes between 0 and 1 count as so much of each.
    """
    from scipy.stats import rankdata

    up = np.asarray(outcome, dtype=np.float64)
    won, lost = float(up.sum()), float((1 - up).sum())
    if not won or not lost:
        return 0.5
    if np.isin(up, (0.0, 1.0)).all():
        return float((rankdata(score)[up == 1].sum() - won * (won + 1) / 2) / (won * lost))
    order = np.argsort(score, kind="stable")
    ranked, weight = score[order], up[order]
    starts = np.flatnonzero(np.concatenate([[True], np.diff(ranked) != 0]))
    wins, losses = np.add.reduceat(weight, starts), np.add.reduceat(1 - weight, starts)
    below = np.concatenate([[0.0], np.cumsum(losses)[:-1]])
    return float((wins * (below + losses / 2)).sum() / (won * lost))


def is_number(values: Texts) -> bool:
    """Whether a field's values are numbers, and of too many sizes to be kinds."""
    known = [value for value in values if value is not None]
    if len(set(known)) <= 12:
        return False
    parsed = ~np.isnan(as_numbers(np.array(known, dtype=object)))
    return bool(parsed.mean() > 0.9)


def as_numbers(values: Texts) -> Floats:
    """Texts as numbers; NaN where one is none."""
    return np.array([_number(value) for value in values], dtype=np.float64)


def _number(value: object) -> float:
    try:
        return float(str(value).replace(",", ""))
    except ValueError:
        return np.nan


def allowed(past: Past, at: float) -> tuple[tuple[str, ...], tuple[Refused, ...]]:
    """The fields that may be used by what had been seen at an instant, and those that are refused with their reasons.

    A field that no deal has, or that is the same for all, is neither.
    """
    decided = np.flatnonzero(past.closed <= at)
    still, _, _ = past.open_at(at)
    good: list[str] = []
    refused: list[Refused] = []
    for name in (AMOUNT, *past.values):
        if not _filled(past, name).any() or not _tells(past, name):
            continue
        found = _refusal(past, name, decided, still)
        if found is None:
            good.append(name)
        else:
            refused.append(found)
    if len(past.born) and np.nanmax(past.born, initial=-np.inf) - np.nanmin(past.born, initial=np.inf) > YEAR:
        good.append(MONTH)
    return tuple(good), tuple(refused)


def _tells(past: Past, name: str) -> bool:
    """Whether a field has kinds at all."""
    if name == AMOUNT:
        return True
    known = [value for value in past.values[name] if value is not None]
    distinct = len(set(known))
    return distinct > 1 and (distinct <= MANY_VALUES * len(known) or is_number(past.values[name]))


def _filled(past: Past, name: str) -> Bools:
    """Which of all deals have the field."""
    if name == AMOUNT:
        return np.asarray(~np.isnan(past.amount))
    return np.array([value is not None for value in past.values[name]], dtype=bool)


def _alone(past: Past, name: str, decided: Ints) -> Floats:
    """Scores of the decided deals by one field alone."""
    if name == AMOUNT:
        return past.amount[decided]
    values = _kinds(past, name)[decided]
    return as_numbers(values) if _is_measured(past, name) else _rates(values, past.won[decided])


def _rates(values: Texts, won: Bools) -> Floats:
    """The share of won deals of each one's kind, counted among the other half of the deals."""
    _, kind = np.unique(np.array([str(value) for value in values], dtype=object), return_inverse=True)
    half = np.arange(len(values)) % 2
    every = float(won.mean()) if len(won) else 0.0
    found = np.full(len(values), every)
    for one in (0, 1):
        other = half != one
        n = np.bincount(kind[other], minlength=kind.max(initial=0) + 1)
        wins = np.bincount(kind[other], won[other], minlength=kind.max(initial=0) + 1)
        found[half == one] = ((wins + every) / (n + 1))[kind[half == one]]
    return found


def _telling(past: Past, name: str, decided: Ints) -> float:
    """How far a field alone tells won deals from lost ones: 0 not at all, ½ each of them."""
    score, won = _alone(past, name, decided), past.won[decided]
    known = ~np.isnan(score)
    return abs(auc(won[known], score[known]) - 0.5)


def _refusal(past: Past, name: str, decided: Ints, still: Ints) -> Refused | None:
    values: dict[str, object] = {"field": field_said(name)}
    filled = _filled(past, name)
    had, has = float(filled[decided].mean()), float(filled[still].mean()) if len(still) else 1.0
    if len(decided) >= ENOUGH and len(still) >= ENOUGH and has < HARDLY_OPEN * had:
        return Refused(name, Message("chances.refused_filled", values))
    if _changed_at_closing(past, name, decided) > AT_CLOSING:
        return Refused(name, Message("chances.refused_changed", values))
    won = past.won[decided]
    if min(won.sum(), (~won).sum()) < ENOUGH // 2:
        return None
    score = _alone(past, name, decided)
    known = ~np.isnan(score)
    areas = [auc(won, filled[decided].astype(np.float64)), auc(won[known], score[known])]
    best = max(max(area, 1 - area) for area in areas)
    if best > TOO_GOOD:
        return Refused(name, Message("chances.refused_too_good", values), best)
    return None


def _changed_at_closing(past: Past, name: str, decided: Ints) -> float:
    """The share of the decided deals in which the field changed within a day of the closing, as far as that is known.

    Amounts have a history in the moves, and so have persons who make them; the other fields are known as they stand.
    """
    if name == OWNER and len(decided):
        return float(past.handed[decided].mean())
    if name != AMOUNT or not len(past.told_deal) or not len(decided):
        return 0.0
    near = np.abs(past.told_at - past.closed[past.told_deal]) <= A_DAY
    again = np.concatenate([[False], past.told_deal[1:] == past.told_deal[:-1]])
    same = again & np.concatenate([[False], past.told_amount[1:] == past.told_amount[:-1]])
    changed = np.unique(past.told_deal[near & ~same])
    return float(np.isin(decided, changed).mean())


def field_said(name: str) -> Message | str:
    """What a field is called: in words, or as the company's own column."""
    known = ("amount", "month", "source", "owner", "product", "branch", "campaign")
    return Message(f"chances.field_{name}") if name in known else name


@dataclass(frozen=True)
class Coding:
    """How the fields of a deal become numbers, learnt from the deals that a model was made of.

    Attributes:
        fields: their names.
        kinds: field → the values that have a number of their own; others, and none, have one each together.
        centre, spread: field → mean and standard deviation of a number (of an amount: of its logarithm).
    """

    fields: tuple[str, ...]
    kinds: dict[str, tuple[object, ...]]
    centre: dict[str, float]
    spread: dict[str, float]

    @classmethod
    def learn(cls, past: Past, fields: Sequence[str], deals: Ints) -> "Coding":
        """Learn from `deals`."""
        kinds: dict[str, tuple[object, ...]] = {}
        centre: dict[str, float] = {}
        spread: dict[str, float] = {}
        for name in fields:
            if _is_measured(past, name):
                known = _measured(past, name, deals, np.full(len(deals), past.end))
                known = known[~np.isnan(known)]
                centre[name] = float(known.mean()) if len(known) else 0.0
                spread[name] = float(known.std()) or 1.0 if len(known) else 1.0
            else:
                kinds[name] = _common(_kinds(past, name)[deals])
        return cls(tuple(fields), kinds, centre, spread)

    @classmethod
    def within(cls, past: Past, fields: Sequence[str], at: float) -> "Coding":
        """Learn from what had been seen at an instant; of too many fields those that tell most."""
        whole = cls.learn(past, fields, np.unique(past.seen(at).deal))
        if whole.width <= WIDEST:
            return whole
        decided = np.flatnonzero(past.closed <= at)
        kept: list[str] = []
        width = 0
        for name in sorted(fields, key=lambda name: -_telling(past, name, decided)):
            if width + whole.width_of(name) <= WIDEST:
                width += whole.width_of(name)
                kept.append(name)
        return cls(
            tuple(name for name in fields if name in kept),
            {name: kinds for name, kinds in whole.kinds.items() if name in kept},
            {name: centre for name, centre in whole.centre.items() if name in kept},
            {name: spread for name, spread in whole.spread.items() if name in kept},
        )

    @property
    def width(self) -> int:
        """How many numbers a deal becomes."""
        return sum(self.width_of(name) for name in self.fields)

    def width_of(self, name: str) -> int:
        """How many numbers a field becomes."""
        return 2 if name in self.centre else len(self.kinds[name]) + 1

    def columns(self, name: str) -> slice:
        """Where the numbers of a field stand."""
        before = 0
        for other in self.fields:
            if other == name:
                break
            before += self.width_of(other)
        return slice(before, before + self.width_of(name))

    def compact(self, coded: Floats) -> Floats:
        """The same numbers with one column a field: the place of its kind, or its measure (NaN: none)."""
        columns = []
        for name in self.fields:
            part = coded[:, self.columns(name)]
            columns.append(np.where(part[:, 1] > 0, np.nan, part[:, 0]) if name in self.centre else part.argmax(axis=1))
        return np.column_stack(columns) if columns else np.empty((len(coded), 0))

    def code(self, past: Past, deals: Ints, at: Floats) -> Floats:
        """The numbers of deals as they stood at an instant each; shape (deals, `width`)."""
        out = np.zeros((len(deals), self.width))
        for name in self.fields:
            part = out[:, self.columns(name)]
            if name in self.centre:
                value = (_measured(past, name, deals, at) - self.centre[name]) / self.spread[name]
                part[:, 0] = np.clip(np.nan_to_num(value), -3, 3)
                part[:, 1] = np.isnan(value)
            else:
                place = {value: number for number, value in enumerate(self.kinds[name])}
                number = np.array([place.get(value, len(place)) for value in _kinds(past, name)[deals]], dtype=np.int64)
                part[np.arange(len(deals)), number] = 1.0
        return out


def _is_measured(past: Past, name: str) -> bool:
    return name == AMOUNT or (name != MONTH and is_number(past.values[name]))


def _measured(past: Past, name: str, deals: Ints, at: Floats) -> Floats:
    if name == AMOUNT:
        return np.log(np.maximum(past.amounts(deals, at), 1.0))
    return as_numbers(past.values[name][deals])


def _kinds(past: Past, name: str) -> Texts:
    return past.month.astype(object) if name == MONTH else past.values[name]


def _common(values: Texts) -> tuple[object, ...]:
    """The values that enough deals have, most first."""
    counts: dict[object, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    often = [value for value, n in counts.items() if n >= ENOUGH]
    often.sort(key=lambda value: (-counts[value], str(value)))
    return tuple(often[:MOST_VALUES])
