"""Parts of a whole, as discounts are: written 45%, 0.45 or 45 – asked about where a column mixes them."""

from dataclasses import replace

import numpy as np

from yaad.errors import Question
from yaad.intake.arrow import Mask, pc
from yaad.intake.deciding.amounts import Amounts, read_amounts
from yaad.intake.decisions import Decisions
from yaad.intake.fields import Value
from yaad.intake.mapping import SCALES
from yaad.text import Message

SHARE, PERCENT = SCALES


def decide_scales(found: Decisions) -> None:
    """What a number without a percent sign is, in each column of parts: as told or remembered, by its values, or asked.

    It is written into the mapping, so that every later file is read alike. Numbers that are all below one, where they
    are remembered as percent, are asked about again.
    """
    for name, (parts, decision) in found.numbers.items():
        if found.field(name).value is not Value.SHARE or decision.point is None:
            continue
        column = found.fields[name]
        amounts = read_amounts(parts, decision.point)
        told, known = found.answers.get(f"scale:{column}"), found.mapping.setting(found.mapping.scale, name, column)
        shown = scale_shown(amounts)
        if told not in SCALES and known == PERCENT and shown == SHARE:
            found.questions.append(replace(_ask(column, amounts), map_line=""))  # it stands in the mapping otherwise
            continue
        scale = told if told in SCALES else known or shown
        if scale in SCALES:
            found.mapping = replace(found.mapping, scale=found.mapping.scale | {column: str(scale)})
        elif _without_sign(amounts).any():
            found.questions.append(_ask(column, amounts))


def scale_shown(amounts: Amounts) -> str | None:
    """What the numbers without a percent sign show themselves to be; None where they show nothing, or both.

    Numbers above one show percent, others below it parts of one; where others carry a sign, or all are 0 and 1, nothing
    does.
    """
    plain, bare = _plain(amounts), _without_sign(amounts)
    small, large = bool((bare & (plain < 1)).any()), bool((bare & (plain > 1)).any())
    if amounts.percent.any() or small == large:
        return None
    return SHARE if small else PERCENT


def shares(amounts: Amounts, scale: str | None) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Parts of one.

    Args:
        amounts: as they are written.
        scale: what a number without a sign is; None where all carry one or are 0.
    """
    plain = _plain(amounts)
    hundredths: Mask = amounts.percent | (scale == PERCENT)
    return np.asarray(np.where(hundredths, plain / 100, plain), np.float64)


def _without_sign(amounts: Amounts) -> Mask:
    """Numbers above zero without a percent sign."""
    return np.asarray((_plain(amounts) > 0) & ~amounts.percent, np.bool_)


def _plain(amounts: Amounts) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    values = pc.fill_null(amounts.values.cast("float64"), 0.0)
    return np.asarray(values.to_numpy(zero_copy_only=False), np.float64)


def _ask(column: str, amounts: Amounts) -> Question:
    plain, bare = _plain(amounts), _without_sign(amounts)
    example = f"{plain[bare & (plain < 1)][0] if (bare & (plain < 1)).any() else plain[bare][0]:g}"
    counts: dict[str, object] = {"n": int(bare.sum()), "percent": int(amounts.percent.sum())}
    options = {scale: Message(f"intake.option_scale_{scale}", {"example": example}) for scale in SCALES}
    text = Message("intake.ask_scale", {"column": column, "example": example})
    evidence = (Message("intake.evidence_scale", counts),)
    return Question(f"scale:{column}", text, evidence, options, f'scale: {{"{column}": share}}')
