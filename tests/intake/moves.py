"""Moments, and the moves of a batch, as tests write them down by hand."""

import datetime as dt

UTC = dt.UTC
Moves = list[tuple[str, dt.datetime | None]]


def at(text):
    """A moment in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


def moves(batch):
    """Deal → its moves in order, as (stage, at)."""
    rows = sorted(batch.tables["moves"].to_pylist(), key=lambda row: (row["deal_id"], row["sort_at"], row["seq"]))
    found: dict[str, Moves] = {}
    for row in rows:
        found.setdefault(row["deal_id"], []).append((row["to_stage"], row["at"] and row["at"].astimezone(UTC)))
    return found
