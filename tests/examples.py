"""How many examples a law whose every example is an import or a book of its own is held to."""

from hypothesis import settings

TIMES = 8
"""`make check-long` searches so many times as many."""


def examples(few: int) -> int:
    """`few` of them before a commit; more when other examples are searched for."""
    return few * TIMES if settings.get_current_profile_name() == "searching" else few
