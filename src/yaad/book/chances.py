"""The chances of a book, computed once for the same data and kept beside them, so that a page need not wait."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from yaad.book.computed import Json, is_kept, keep, kept
from yaad.insight.winning import DealChance, Kept, Level, Refused, Scores, StageRate, WinChances
from yaad.text import Message

KIND = "chances"
FORM = 4
"""Changes when the way of computing does, so that what an older version kept is made again."""


def kept_chances(root: Path, version: str) -> WinChances | None:
    """The chances of these data; None when they were not computed yet."""
    plain = kept(root, KIND, f"{FORM} {version}")
    try:
        return None if plain is None else _read(plain)
    except (ValueError, KeyError, TypeError, AttributeError):  # damaged: made again
        return None


def are_kept(root: Path, version: str) -> bool:
    """Whether the chances of these data were computed already; quicker than reading them."""
    return is_kept(root, KIND, f"{FORM} {version}")


def keep_chances(root: Path, version: str, chances: WinChances) -> None:
    """Keep the chances of these data.

    Raises:
        BookError: the disk is full.
    """
    keep(root, KIND, f"{FORM} {version}", _plain(asdict(chances)))


def likely(chances: WinChances | None) -> dict[int, float]:
    """The book's number of each open deal → its chance; none where no chances are told."""
    if chances is None or chances.method is None:
        return {}
    return {deal.number: deal.chance for deal in chances.deals if deal.chance is not None}


def _plain(value: object) -> Json:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Message):  # within the values of another one
        return {"key": value.key, "values": _plain(value.values)}
    return value


def _read(plain: Json) -> WinChances:
    return WinChances(
        as_of=dt.date.fromisoformat(plain["as_of"]),
        method=plain["method"],
        withheld=_said(plain["withheld"]) if plain["withheld"] else None,
        decided=plain["decided"],
        deals=tuple(
            DealChance(
                **{
                    **row,
                    "reasons": tuple(_said(one) for one in row["reasons"]),
                    "waiting": _said(row["waiting"]),
                    "next_step": row["next_step"] if isinstance(row["next_step"], str) else _said(row["next_step"]),
                }
            )
            for row in plain["deals"]
        ),
        stages=tuple(StageRate(**row) for row in plain["stages"]),
        scores=tuple(Scores(**row) for row in plain["scores"]),
        kept=tuple(Kept(**{**row, "level": Level(row["level"])}) for row in plain["kept"]),
        days=plain["days"],
        correction=plain["correction"],
        fields=tuple(plain["fields"]),
        refused=tuple(Refused(**{**row, "why": _said(row["why"])}) for row in plain["refused"]),
    )


def _said(plain: Json) -> Message:
    """A message with those among its values."""
    values: dict[str, object] = {
        name: _said(value) if isinstance(value, dict) and set(value) == {"key", "values"} else value
        for name, value in plain["values"].items()
    }
    return Message(plain["key"], values)
