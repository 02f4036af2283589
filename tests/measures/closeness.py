"""Figures that are equal but for rounding."""

from dataclasses import fields, is_dataclass
from typing import Any

import pytest


def close(one: Any, two: Any) -> None:
    """Equal to 1e-9 in every number, field by field."""
    if isinstance(one, float) and isinstance(two, float):
        assert one == pytest.approx(two, rel=1e-9, abs=1e-9)
    elif isinstance(one, list | tuple):
        assert len(one) == len(two)
        for first, second in zip(one, two, strict=True):
            close(first, second)
    elif isinstance(one, dict):
        assert list(one) == list(two)
        close(list(one.values()), list(two.values()))
    elif is_dataclass(one):
        close(
            {field.name: getattr(one, field.name) for field in fields(one)},
            {f.name: getattr(two, f.name) for f in fields(two)},
        )
    else:
        assert one == two
