"""Stages: their types and their order, proposed from dictionaries and from the data, asked where neither tells."""

import re
from collections import Counter
from collections.abc import Mapping as Plain
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from yaad.errors import Question
from yaad.intake.arrow import Codes, Mask, codes
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.words import COUNTED, stage_words
from yaad.intake.mapping import StageRule, stages_line
from yaad.model import StageType
from yaad.text import Message

Places = npt.NDArray[np.float64]

NUMBERED = re.compile(r"\d{1,2}(?=[\s.)\-_:–])")
"""The number that a company puts before a stage's name."""
NUMBER_BEFORE = re.compile(rf"{NUMBERED.pattern}[\s.)\-_:–]+(?=\D)")
BEHIND = re.compile(r"\s*\(([^()]+)\)$")
"""What stands in brackets behind a name: of several stages the same, it is their pipeline's."""
OPEN_HOW = "intake.how_open"
MOST = 60
"""A column with more different texts is no column of stages."""


@dataclass(frozen=True)
class StageSeen:
    """One stage as the data show it.

    Attributes:
        name: its commonest spelling.
        count: rows in it.
        entered: rows in it that carry an entry date.
        closed: rows in it that carry a closing date.
        place: mean place in the deals' histories, 0–1; None without history.
        won, lost: rows in it that the file itself marks as closed, won or lost; None where it marks none at all.
        chance: mean chance that the file gives its rows; None where it gives none.
        passed: a column of its own says when deals came to it, and some of them went on from there.
        plain: the name that dictionaries are asked for, where it is not the whole name.
    """

    name: str
    count: int
    entered: int = 0
    closed: int = 0
    place: float | None = None
    won: int | None = None
    lost: int | None = None
    chance: float | None = None
    passed: bool = False
    plain: str = ""

    @property
    def word(self) -> str:
        """The name without its number and its pipeline."""
        return self.plain or self.name


@dataclass(frozen=True)
class Marks:
    """What the file says of each row beside its stage, by row.

    Attributes:
        won, lost: marked as closed; None where the file has no such marks that go by the stage.
        chance: of closing; not a number where there is none.
    """

    won: Mask | None = None
    lost: Mask | None = None
    chance: Places | None = None


def stages_seen(
    texts: pa.Array,
    *,
    entered: Mask | None = None,
    closed: Mask | None = None,
    places: Places | None = None,
    marks: Marks | None = None,
) -> list[StageSeen]:
    """The different stages of a column, commonest first; spellings that fold to one name are one."""
    marks = marks or Marks()
    number, distinct = codes(texts)
    spellings = distinct.to_pylist()
    counts = _sums(number, None, len(spellings))
    nowhere = np.zeros(len(number), np.bool_)
    dated = _sums(number, nowhere if entered is None else entered, len(spellings))
    ended = _sums(number, nowhere if closed is None else closed, len(spellings))
    weight = _weights(number, places, len(spellings))
    won, lost = (None if rows is None else _sums(number, rows, len(spellings)) for rows in (marks.won, marks.lost))
    has_chance = nowhere if marks.chance is None else ~np.isnan(marks.chance)
    chanced = _sums(number, has_chance, len(spellings))
    chances = _weights(number, None if marks.chance is None else np.nan_to_num(marks.chance), len(spellings))
    groups: dict[str, list[int]] = {}
    for index, spelling in enumerate(spellings):
        groups.setdefault(fold(spelling), []).append(index)
    seen = []
    for members in groups.values():
        count = sum(counts[i] for i in members)
        place = sum(weight[i] for i in members) / count if places is not None else None
        best = max(members, key=lambda i: counts[i])
        known = sum(chanced[i] for i in members)
        seen.append(
            StageSeen(
                spellings[best],
                count,
                sum(dated[i] for i in members),
                sum(ended[i] for i in members),
                place,
                None if won is None else sum(won[i] for i in members),
                None if lost is None else sum(lost[i] for i in members),
                sum(chances[i] for i in members) / known if known else None,
            )
        )
    return sorted(seen, key=lambda stage: -stage.count)


def _sums(number: Codes, rows: Mask | None, size: int) -> list[int]:
    kept = number >= 0 if rows is None else (number >= 0) & rows
    return [int(count) for count in np.bincount(number[kept], minlength=size)]


def _weights(number: Codes, places: Places | None, size: int) -> list[float]:
    if places is None:
        return [0.0] * size
    kept = number >= 0
    return [float(total) for total in np.bincount(number[kept], weights=places[kept], minlength=size)]


@dataclass(frozen=True)
class StageDecision:
    """The stages in order, how we know of each, and what is open."""

    rules: tuple[StageRule, ...]
    how: dict[str, Message]
    questions: tuple[Question, ...]


def propose_stages(
    seen: Sequence[StageSeen], answers: Plain[str, str], *, history: bool, beside: bool = False
) -> StageDecision:
    """Types by the dictionaries; the words that companies mean different things by, and unknown ones, are asked.

    An unknown stage in which rows carry no closing date, while those of ended deals do, is open. The order of open
    stages is the dictionary's; with unknown ones among them it is that of the histories, or asked.

    Args:
        seen: the stages of the data.
        answers: question's id → answer: ``stage:<name>`` → won, lost, open; ``order`` → names, parted by commas.
        history: the data tell how deals move.
        beside: another column than the stage says how deals ended, so that a stage without a known ending is open.
    """
    types: dict[str, StageType] = {}
    how: dict[str, Message] = {}
    questions: list[Question] = []
    some_closed = any(stage.closed for stage in seen)
    seen = _plainly(seen)
    for stage in seen:
        kind, why = _type(stage, answers.get(f"stage:{stage.name}"), some_closed=some_closed, beside=beside)
        how[stage.name] = why
        types[stage.name] = kind or StageType.OPEN
        if kind is None:
            questions.append(_ask_type(stage, history=history))
    doubtful = [stage for stage in seen if how[stage.name].key == OPEN_HOW]
    opened = [stage for stage in seen if types[stage.name] is StageType.OPEN]
    order, order_question = _order(opened, answers.get("order"), history=history, settled=not questions)
    others = [stage.name for kind in list(StageType)[1:] for stage in seen if types[stage.name] is kind]
    rules = tuple(StageRule(name, types[name]) for name in [*order, *others])
    asked = _with_line((*questions, *order_question), rules, doubtful, some_closed=some_closed)
    return StageDecision(rules, how, asked)


def _plainly(seen: Sequence[StageSeen]) -> list[StageSeen]:
    """Stages with their plain names: without a number before them, and the brackets that several of them share."""
    behind = Counter(found[1] for stage in seen if (found := BEHIND.search(stage.name)))

    def plain(name: str) -> str:
        found = BEHIND.search(name)
        bare = name[: found.start()] if found and behind[found[1]] > 1 else name
        return NUMBER_BEFORE.sub("", bare.strip(), count=1)

    return [replace(stage, plain=plain(stage.name)) for stage in seen]


def _type(stage: StageSeen, answer: str | None, *, some_closed: bool, beside: bool) -> tuple[StageType | None, Message]:
    words, key = stage_words(), fold(stage.word)
    if answer in [kind.value for kind in StageType]:
        return StageType(answer), Message("intake.how_told", {"value": str(answer)})
    known = words.type_of(stage.word)
    if known is not None:
        return known, Message(f"intake.how_stage_{known.value}")
    asked = {key, COUNTED.sub("", key)} & words.asked or (_marked(stage) is None and words.almost(stage.word))
    return (None, Message(OPEN_HOW)) if asked else _by_rows(stage, some_closed=some_closed, beside=beside)


def _by_rows(stage: StageSeen, *, some_closed: bool, beside: bool) -> tuple[StageType | None, Message]:
    """The type of a stage that no dictionary knows, by what the file says of its rows; None where it does not tell."""
    marked = _marked(stage)
    if marked is not None:
        return marked, Message(f"intake.how_stage_marked_{marked.value}", {"n": stage.count})
    signs = (
        (stage.passed, Message("intake.how_stage_passed")),
        (beside, Message("intake.how_stage_beside")),
        (some_closed and not stage.closed, Message("intake.how_stage_never_closed", {"n": stage.count})),
    )
    return next(((StageType.OPEN, why) for holds, why in signs if holds), (None, Message(OPEN_HOW)))


def _marked(stage: StageSeen) -> StageType | None:
    """What the file's own marks of won and closed say of a stage; None where they do not all say one thing."""
    if stage.won is None or stage.lost is None or not stage.count:
        return None
    sums = {StageType.WON: stage.won, StageType.LOST: stage.lost, StageType.OPEN: stage.count - stage.won - stage.lost}
    return next((kind for kind, count in sums.items() if count == stage.count), None)


def _ask_type(stage: StageSeen, *, history: bool) -> Question:
    kinds = [kind.value for kind in StageType] + (["activity", "ignore"] if history else [])
    known = stage_words().type_of(stage.word)
    if known is not None:  # what the name says for sure stands first: an answer is easily copied
        kinds.sort(key=lambda kind: kind != known.value)
    counts: dict[str, object] = {"n": stage.count, "closed": stage.closed, "entered": stage.entered}
    return Question(
        f"stage:{stage.name}",
        Message("intake.ask_stage", {"stage": stage.name}),
        (Message("intake.evidence_stage", counts),),
        {kind: Message(f"intake.option_stage_{kind}") for kind in kinds},
    )


def _with_line(
    questions: Sequence[Question], rules: Sequence[StageRule], doubtful: Sequence[StageSeen], *, some_closed: bool
) -> tuple[Question, ...]:
    """Questions on stages, each with the one whole line of all stages; the doubtful ones as the evidence leans."""
    types = {rule.name: rule.type for rule in rules}
    won = StageType.WON in [types[rule.name] for rule in rules if all(rule.name != one.name for one in doubtful)]
    for stage in doubtful:
        types[stage.name] = _leaning(stage, won=won, some_closed=some_closed)
        won = won or types[stage.name] is StageType.WON
    named = [*rules, *(StageRule(one.name) for one in doubtful if all(rule.name != one.name for rule in rules))]
    whole = [replace(rule, type=types[rule.name]) for rule in named]
    line = stages_line(sorted(whole, key=lambda rule: list(StageType).index(rule.type)))
    return tuple(replace(question, map_line=line) for question in questions)


def _leaning(stage: StageSeen, *, won: bool, some_closed: bool) -> StageType:
    """What a doubtful stage is written as in a suggestion: open without endings, won by a name like a closing."""
    if (some_closed and not stage.closed) or fold(stage.word) in stage_words().waiting:
        return StageType.OPEN
    return StageType.WON if not won and fold(stage.word) in stage_words().ending else StageType.LOST


def _order(
    opened: Sequence[StageSeen], answer: str | None, *, history: bool, settled: bool
) -> tuple[list[str], tuple[Question, ...]]:
    """Names of open stages in order, and the question where nothing tells it."""
    names = [stage.name for stage in opened]
    if answer is not None:
        told = [fold(part) for part in answer.split(",")]
        if sorted(told) == sorted(map(fold, names)):
            return sorted(names, key=lambda name: told.index(fold(name))), ()
    if numbered := _order_by(opened, [_number(stage) for stage in opened]):
        return _order_by(opened, [stage.chance for stage in opened]) or numbered, ()
    ranks = {stage.name: stage_words().open.get(fold(stage.word)) for stage in opened}
    unknown = [name for name, rank in ranks.items() if rank is None]
    if history and unknown:
        return [stage.name for stage in sorted(opened, key=lambda stage: stage.place or 0.0)], ()
    if unknown and (told_by_data := _order_by_data(opened)):
        return told_by_data, ()
    order = sorted(names, key=lambda name: (ranks[name] is None, ranks[name] or 0))
    if not unknown or len(names) == 1 or not settled:
        return order, ()
    question = Question(
        "order",
        Message("intake.ask_order", {"stages": ", ".join(order)}),
        tuple(Message("intake.evidence_order", {"stage": stage.name, "n": stage.count}) for stage in opened),
    )
    return order, (question,)


def _order_by_data(opened: Sequence[StageSeen]) -> list[str]:
    """The order that the data show: by the chances, else by the dates; empty where neither does."""
    by_chance = _order_by(opened, [stage.chance for stage in opened])
    return by_chance or (_order_by(opened, [stage.place for stage in opened]) if len(opened) > 1 else [])


def _order_by(opened: Sequence[StageSeen], values: Sequence[float | None]) -> list[str]:
    """Names by values; empty where some stage has none, or the same as another."""
    known = [value for value in values if value is not None]
    if len(set(known)) < len(opened):
        return []
    return [stage.name for _, stage in sorted(zip(known, opened, strict=True), key=lambda pair: pair[0])]


def _number(stage: StageSeen) -> int | None:
    """The number before a stage's name."""
    found = NUMBERED.match(stage.name.strip())
    return int(found[0]) if found else None


def unlisted(seen: Sequence[StageSeen], rules: Sequence[StageRule]) -> list[StageSeen]:
    """Stages of the data that the mapping does not list."""
    known = {fold(rule.name) for rule in rules}
    return [stage for stage in seen if fold(stage.name) not in known]


def ask_unlisted(
    seen: Sequence[StageSeen], others: Sequence[StageSeen], rules: Sequence[StageRule], *, history: bool
) -> tuple[Question, ...]:
    """A question for each of `others`, the stages of the data that the rules do not name."""
    questions = [_ask_type(stage, history=history) for stage in others[:20]]
    return _with_line(questions, rules, others[:20], some_closed=any(stage.closed for stage in seen))


def with_answers(
    rules: Sequence[StageRule], seen: Sequence[StageSeen], answers: Plain[str, str]
) -> tuple[StageRule, ...]:
    """The mapping's stages with those that the answers add: open ones after the last open one, others at the end."""
    types = [kind.value for kind in StageType]
    if not any(answers.get(f"stage:{stage.name}") in types for stage in seen):
        return tuple(rules)
    added = [
        StageRule(s.name, StageType(answers[f"stage:{s.name}"]))
        for s in seen
        if answers.get(f"stage:{s.name}") in types
    ]
    opened = [rule for rule in (*rules, *added) if rule.type is StageType.OPEN]
    return (*opened, *(rule for rule in (*rules, *added) if rule.type is not StageType.OPEN))


def propose_opening(opened: Sequence[StageRule], seen: Sequence[StageSeen]) -> tuple[str, Message]:
    """The open stage that the entry date opens: the first one whose rows carry it; else the first.

    With 1,589 of 1,589 rows of one open stage dated and none of the 500 of another, the date is that of the former.
    """
    by_key = {fold(stage.name): stage for stage in seen}
    for rule in opened:
        stage = by_key.get(fold(rule.name))
        if stage is not None and stage.entered * 2 > stage.count:
            values = {"stage": rule.name, "n": stage.count, "dated": stage.entered}
            return rule.name, Message("intake.how_opening", values)
    return opened[0].name, Message("intake.how_opening_first", {"stage": opened[0].name})


def is_known(stage: StageSeen) -> bool:
    """Some dictionary knows the word."""
    return stage_words().type_of(stage.name) is not None or fold(stage.name) in stage_words().asked


def dated(rules: Sequence[StageRule], columns: Plain[str, str]) -> tuple[StageRule, ...]:
    """The rules with the column of each one's date."""
    by_key = {fold(name): column for name, column in columns.items()}
    return tuple(replace(rule, entered=rule.entered or by_key.get(fold(rule.name))) for rule in rules)
