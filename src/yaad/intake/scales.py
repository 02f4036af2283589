"""Parts of a whole, as discounts are: written 45%, 0.45 or 45 – asked about where a column mixes them."""

from dataclasses import replace

import numpy as np

from yaad.errors import Question
from yaad.intake.arrow import Mask, mask, pc
from yaad.intake.deciding.amounts import Amounts, read_amounts
from yaad.intake.decisions import Decisions
from yaad.intake.fields import Value
from yaad.intake.mapping import SCALES
from yaad.text import Message

SHARE, PERCENT = SCALES


def decide_scales(found: Decisions) -> None:
    """What a number without a percent sign is, in each column of parts: by its own values, as told, or asked."""
    for name, (parts, decision) in found.numbers.items():
        if found.field(name).value is not Value.SHARE or decision.point is None:
            continue
        column = found.fields[name]
        told = found.mapping.setting(found.mapping.scale, name, column) or found.answers.get(f"scale:{column}")
        if told in SCALES:
            found.mapping = replace(found.mapping, scale=found.mapping.scale | {column: str(told)})
        elif is_mixed(read_amounts(parts, decision.point)):
            found.questions.append(_ask(column, read_amounts(parts, decision.point)))


def is_mixed(amounts: Amounts) -> bool:
    """Numbers with a percent sign and others below one without; or numbers above one and others below, without any."""
    plain = _plain(amounts)
    bare = (plain > 0) & ~amounts.percent
    small, large = bare & (plain < 1), bare & (plain > 1)
    return bool(bare.any() if amounts.percent.any() else small.any() and large.any())


def shares(amounts: Amounts, scale: str | None) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Parts of one.

    Args:
        amounts: as they are written.
        scale: what a number without a sign is; by the column's own values where nothing was said.
    """
    plain = _plain(amounts)
    hundredths: Mask = amounts.percent | (scale == PERCENT)
    if scale is None and not amounts.percent.any():
        hundredths = np.full(len(plain), bool((plain > 1).any()))
    return np.asarray(np.where(hundredths, plain / 100, plain), np.float64)


def _plain(amounts: Amounts) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    values = pc.fill_null(amounts.values.cast("float64"), 0.0)
    return np.asarray(values.to_numpy(zero_copy_only=False), np.float64)


def _ask(column: str, amounts: Amounts) -> Question:
    plain = _plain(amounts)
    bare = (plain > 0) & ~amounts.percent & mask(pc.is_valid(amounts.values))
    example = f"{plain[bare & (plain < 1)][0] if (bare & (plain < 1)).any() else plain[bare][0]:g}"
    counts: dict[str, object] = {"n": int(bare.sum()), "percent": int(amounts.percent.sum())}
    options = {scale: Message(f"intake.option_scale_{scale}", {"example": example}) for scale in SCALES}
    text = Message("intake.ask_scale", {"column": column, "example": example})
    evidence = (Message("intake.evidence_scale", counts),)
    return Question(f"scale:{column}", text, evidence, options, f'scale: {{"{column}": share}}')
