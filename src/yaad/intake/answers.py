"""Answers must belong to a question that could be asked of these files; one that does not is refused, not ignored."""

from collections.abc import Collection, Sequence
from collections.abc import Mapping as Plain

from yaad.errors import InputError, Question
from yaad.intake.deciding.dates import YEAR_TOLD
from yaad.intake.deciding.days import Order
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.yearless import NEAR
from yaad.intake.decisions import POINTS, Decisions
from yaad.intake.fields import FIELDS
from yaad.intake.kinds import HISTORY, Kind
from yaad.intake.lengths import is_day
from yaad.intake.mapping import DUPLICATES, NOT_WON, SCALES
from yaad.intake.unmapped import NONE
from yaad.model import StageType
from yaad.text import Message

OF_FILES = ("encoding", "sheet", "header_row", "merged")
OF_ROWS = ("column", "dates", "decimal", "scale", "stage", "year")
WHOLE = ("kind", "stages", "order", "duplicates", "not_won", "until")
SHOWN = 600
"""Letters of a list of what is known."""


def check_of_files(answers: Plain[str, str], names: Collection[str]) -> None:
    """Answers on how files are read name one of the files; others begin like some question.

    Raises:
        InputError: an answer belongs to no question; names the known ones.
    """
    known = [f"{part}:{name}" for part in OF_FILES for name in names]
    for question in answers:
        part, _, rest = question.partition(":")
        if part in OF_FILES and rest in names:
            continue
        if question not in WHOLE and not (part in OF_ROWS and rest):
            _refuse_question(question, [*WHOLE, *(f"{part}:…" for part in OF_ROWS), *known])


def check_of_rows(found: Decisions) -> None:
    """Answers on columns, stages and rows, once the columns are known.

    Raises:
        InputError: an answer belongs to no question, or is none of its options; names those that are known.
    """
    decided = all(question.id != "kind" for question in found.questions)
    for question, answer in found.answers.items():
        part, _, name = question.partition(":")
        names = _names(found, part) if decided else None
        if names is not None and name not in names and fold(name) not in {fold(one) for one in _twins(found, part)}:
            _refuse_question(question, [*_open(found.questions), *(f"{part}:{one}" for one in names)])
        if part == "year" and not YEAR_TOLD.fullmatch(answer):
            _refuse_option(question, answer, ["2000 … 2099", NEAR])
        if question == "until" and not is_day(answer):
            _refuse_option(question, answer, ["2026-01-31"])
        options = _options(found, part)
        if options is not None and answer not in options and not _means_column(found, part, answer):
            _refuse_option(question, answer, options)
    if decided:
        _check_free(found)


def _check_free(found: Decisions) -> None:
    """Free answers that were of no use: an order of other stages, columns that hold no dates."""
    answers, opened = found.answers, [rule.name for rule in found.mapping.stages if rule.type is StageType.OPEN]
    if "order" in answers and "order" in _open(found.questions):
        _refuse_option("order", answers["order"], opened)
    told = answers.get("stages", NONE)
    used = "stage" in found.fields or any(rule.entered for rule in found.mapping.stages)
    if told != NONE and found.kind is Kind.DEALS and not used:
        _refuse_option("stages", told, [*found.table.columns, NONE])


def _open(questions: Sequence[Question]) -> list[str]:
    return [question.id for question in questions]


def _names(found: Decisions, part: str) -> list[str] | None:
    """What may stand behind the colon; None where nothing does (or another check has seen to it)."""
    columns = list(found.table.columns)
    if part == "column":
        return [*FIELDS[found.kind], *found.mapping.columns.values()]
    if part in ("dates", "decimal", "scale", "year"):
        return columns
    if part == "stage" and not found.sampled:
        texts = found.text("stage")
        named = [rule.name for rule in found.mapping.stages] + [*found.wide, *found.mapping.same_stages]
        return named + ([text for text in texts.unique().to_pylist() if text] if texts is not None else [])
    return None


def _twins(found: Decisions, part: str) -> list[str]:
    """Names that several columns share are asked about by that name."""
    return [name.rpartition("#")[0] for name in found.table.columns if "#" in name] if part == "column" else []


def _options(found: Decisions, part: str) -> list[str] | None:
    """The answers that a question takes; None where it is free."""
    more = ["activity", "ignore"] if found.kind in HISTORY else []
    options = {
        "kind": [kind.value for kind in Kind],
        "column": [*found.table.columns, NONE],
        "dates": [order.value for order in Order],
        "decimal": list(POINTS),
        "scale": list(SCALES),
        "stage": [kind.value for kind in StageType] + more,
        "duplicates": list(DUPLICATES),
        "not_won": list(NOT_WON),
    }
    return options.get(part)


def _means_column(found: Decisions, part: str, answer: str) -> bool:
    return part == "column" and fold(answer) in {fold(name) for name in [*found.table.columns, *_twins(found, part)]}


def _refuse_question(question: str, known: Sequence[str]) -> None:
    values: dict[str, object] = {"question": question, "known": _listed(known)}
    raise InputError(Message("intake.answer_unknown", values))


def _refuse_option(question: str, answer: str, options: Sequence[str]) -> None:
    values: dict[str, object] = {"question": question, "answer": answer, "known": _listed(options)}
    raise InputError(Message("intake.answer_no_option", values))


def _listed(names: Sequence[str]) -> str:
    text = ", ".join(dict.fromkeys(names))
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
