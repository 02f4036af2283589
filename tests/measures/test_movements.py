"""Deals that came and ended between two days, and those that only seem to have."""

import datetime as dt

from yaad.measures.movements import ended_since


def test_only_what_came_since_has_come_and_ended_in_between(written):
    made = written("Meeting")
    made.deal(("Meeting", "2026-03-03"), ("Won", "2026-03-05"))
    made.deal(("Meeting", "2026-03-03"), ("Lost", "2026-03-06"))
    made.deal(("Meeting", "2026-01-05"), ("Won", "2026-02-02"), ("Lost", "2026-03-06"))  # won, taken back and lost
    made.deal(("Won", None), ("Lost", "2026-03-06"))  # nobody knows when it came
    made.deal(("Meeting", "2026-03-03"))
    made.deal(("Meeting", "2026-02-03"), ("Won", "2026-02-05"))
    assert ended_since(made.scope("2026-03-16"), dt.date(2026, 3, 1)) == {1: "won", 2: "lost"}
