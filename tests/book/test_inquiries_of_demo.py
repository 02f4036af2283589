"""Which inquiries of yesterday were not answered yet? As told, and counted by hand on the demo company."""

import datetime as dt
from collections import defaultdict


def by_hand(book, day):
    """Ids of the open deals that came on a day and that nobody called, met or wrote to since; row by row."""
    facts, contacted = book.facts, defaultdict(set)
    for row in facts.run(facts.activities).to_pylist():
        if row["kind"].lower() not in ("note", "task") and dict(row["custom"] or ()).get("status") != "cancelled":
            contacted[row["deal_id"]].add(row["day"])
    for row in facts.run(facts.table("calls")).to_pylist():
        if row["direction"] != "in" or row["answered"] or (row["seconds"] or 0) > 0:
            contacted[row["deal_id"]].add(row["day"])
    return {
        row["deal_id"]
        for row in facts.run(facts.deals).to_pylist()
        if row["outcome"] == "open" and row["created_day"] == day
        and not any(one and one >= day for one in contacted[row["deal_id"]])
    }  # fmt: skip


def test_the_inquiries_of_each_day_that_wait_are_those_counted_by_hand(demo):
    book = demo
    now = dt.datetime.combine(book.as_of, dt.time(17), dt.UTC)
    counted = 0
    for back in range(90):
        day = book.as_of - dt.timedelta(days=back)
        told = {one.deal_id for one in book.unanswered(now, day, day).inquiries}
        right = by_hand(book, day)
        assert told == right, day
        counted += len(right)
    assert counted > 0
