"""A deal tells of each touch how it came, what brought it, and what the customer agreed to."""

import datetime as dt

import pytest

import yaad
from yaad.insight.timeline import Kind
from yaad.model.inquiries import Touch
from yaad.show.deal import agreed_said, details_said
from yaad.show.speech import say_plain

DEALS = "id,stage,created\nA,New,2026-01-05 09:00\n"
MAP = """\
kind: deals
columns: {id: id, stage: stage, created: created}
stages: [New, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
zone: Asia/Jerusalem
"""
AT = dt.datetime(2026, 1, 12, 10, tzinfo=dt.UTC)


@pytest.fixture
def deal(tmp_path):
    (tmp_path / "deals.csv").write_text(DEALS, "utf-8")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    book = yaad.Book.create(tmp_path / "book")
    book.import_files([tmp_path / "deals.csv"], mapping=tmp_path / "map.yaml")
    first = Touch(phone="050-123 4567", channel="form", source="Web", campaign="Spring", consent="<b>News</b> by mail")
    found = book.inquiry(first, at=AT, by="door")
    again = Touch(phone="0501234567", channel="whatsapp", source="Friend", text="Well?")
    book.inquiry(again, at=AT + dt.timedelta(days=1), by="Noa")
    book.act(found.deal_id, "call", at=AT + dt.timedelta(days=2), by="Noa")
    return book.deal(found.deal_id)


def told(line, lang):
    return [say_plain(one, lang) for one in details_said(line)]


def test_each_line_of_a_touch_says_how_it_came_and_others_say_nothing_of_it(deal):
    called, second, first = (one for one in deal.content.happened if one.kind is Kind.DID)
    assert told(first, "en") == ["Came by: Form · source: Web · campaign: Spring", "Agreed to: “<b>News</b> by mail”"]
    assert told(first, "he") == ["איך הגיעה: טופס · מקור: Web · קמפיין: Spring", "ניתנה הסכמה: „<b>News</b> by mail”"]
    assert told(second, "en") == ["Came by: WhatsApp · source: Friend", "Well?"]
    assert told(called, "en") == []


def test_what_was_agreed_to_is_told_with_its_day_way_and_source(deal):
    said = say_plain(agreed_said(deal.content.agreed, "en"), "en")
    assert said.startswith("“<b>News</b> by mail” – ")
    assert "12" in said
    assert said.endswith("Form, Web")


def test_programs_read_the_same(deal):
    lines = [one for one in deal.to_dict("en")["timeline"] if one["channel"]]
    assert [(one["channel"], one["source"], one["campaign"], one["consent"]) for one in lines] == [
        ("whatsapp", "Friend", "", ""),
        ("form", "Web", "Spring", "<b>News</b> by mail"),
    ]
