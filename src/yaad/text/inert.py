"""Texts that no spreadsheet runs: an apostrophe before what it would take for a formula, and the way back."""

import re

# What a spreadsheet would run as a formula (also the full-width forms, and what it skips before it looks).
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
GUARDED = f"^'('*[ \\n\u00a0]*[{re.escape(''.join(DANGEROUS))}])"
"""How a text begins that an apostrophe was put before; what is behind the apostrophe is its first group."""
_GUARD = re.compile(GUARDED)


def inert(text: str) -> str:
    """A text that no spreadsheet runs.

    An apostrophe goes before what it would run, and before a text that already begins so: `bare` gives each text back.

    >>> inert("=1+1"), inert("'=1+1"), inert("Novatek")
    ("'=1+1", "''=1+1", 'Novatek')
    """
    return f"'{text}" if _runs(text.lstrip("'")) else text


def bare(text: str) -> str:
    """What `inert` was given.

    >>> bare("'=1+1"), bare("'tis"), bare(inert("'+972"))
    ('=1+1', "'tis", "'+972")
    """
    return _GUARD.sub(r"\1", text)


def _runs(text: str) -> bool:
    return text.lstrip(" \n\u00a0").startswith(DANGEROUS)
