"""Entries survive the journal, and what a newer version wrote is read by an older one."""

import datetime as dt
import json

from yaad.model import MoveEntry, WinEntry
from yaad.model.entries import entry_from_json

AT = dt.datetime(2026, 3, 1, 8, 30, tzinfo=dt.UTC)


def test_there_and_back():
    entry = WinEntry(deal_id="D1", at=AT, by="dana", key="k", to_stage="Won", amount="1200.50")
    assert entry_from_json(entry.to_json(), seq=7) == WinEntry(**{**entry.__dict__, "seq": 7})


def test_an_unknown_field_is_left_out():
    plain = json.loads(MoveEntry(deal_id="D1", at=AT, by="dana", key="k", to_stage="Quote").to_json())
    assert entry_from_json(json.dumps(plain | {"colour": "red"}), seq=1).deal_id == "D1"
