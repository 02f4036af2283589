"""What files that come from outside are called here."""

import re

LONGEST_NAME, LONGEST_ENDING = 160, 20  # bytes


def clean_name(name: str | None) -> str:
    r"""A file name without a path, without signs that a terminal or a page would obey, not hidden, not too long.

    >>> clean_name("../../etc/pass\u202ewd"), clean_name("..."), clean_name("עסקאות 2026.csv")
    ('passwd', 'file', 'עסקאות 2026.csv')
    """
    last = re.split(r"[/\\]", name or "")[-1]
    kept = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*[]').strip(" .")
    stem, dot, ending = kept.rpartition(".")
    return (
        _cut(stem, LONGEST_NAME).strip(" .") + dot + _cut(ending, LONGEST_ENDING)
        if stem
        else _cut(kept, LONGEST_NAME) or "file"
    )


def _cut(text: str, size: int) -> str:
    """So much of a text as fits so many bytes: a disk counts bytes."""
    return text.encode()[:size].decode(errors="ignore").strip(" .")
