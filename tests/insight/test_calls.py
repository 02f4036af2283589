"""Which deals to call: those with most to gain, never a closed one, each with a reason and a next step in words."""

from dataclasses import replace

import pytest

from yaad.insight import deals_to_call
from yaad.text import LANGUAGES, Message, render


@pytest.fixture(scope="module")
def past(written):
    """Forty decided deals: half are lost in Meeting, half go on after 5 days; of these 3 of 4 are won."""

    def make():
        book = written("Meeting", "Quote")
        for number in range(20):
            book.deal(("Meeting", "2024-01-01"), ("Lost", f"2024-01-{15 + number // 2:02}"), amount=100)
        for number in range(20):
            end = "Won" if number % 4 else "Lost"
            book.deal(
                ("Meeting", "2024-01-01"), ("Quote", "2024-01-06"), (end, f"2024-01-{12 + number // 2:02}"), amount=100
            )
        return book

    return make


def test_the_nearer_to_winning_the_earlier(past):
    book = past()
    book.deal(("Meeting", "2024-02-27"), deal_id="new", amount=100)
    book.deal(("Meeting", "2024-02-01"), ("Quote", "2024-02-27"), deal_id="quoted", amount=100)
    book.deal(("Meeting", "2024-02-16"), deal_id="waiting", amount=100)
    calls = deals_to_call(book.scope("2024-02-29"))
    assert [call.deal_id for call in calls] == ["quoted", "new", "waiting"]
    assert calls[0].chance == pytest.approx(0.75, abs=0.05)
    assert calls[0].chance > calls[1].chance > calls[2].chance
    assert calls[2].chance == pytest.approx(0, abs=0.05)  # nobody goes on from Meeting after 5 days


def test_money_weighs(past):
    book = past()
    book.deal(("Meeting", "2024-02-27"), deal_id="small", amount=10)
    book.deal(("Meeting", "2024-02-27"), deal_id="large", amount=1000)
    book.deal(("Meeting", "2024-02-27"), deal_id="unknown")
    calls = deals_to_call(book.scope("2024-02-29"))
    assert [call.deal_id for call in calls] == ["large", "unknown", "small"]
    assert [call.amount for call in calls] == [1000, None, 10]


def test_reasons_in_words(past):
    book = past()
    book.deal(("Meeting", "2024-02-27"), ("Quote", "2024-02-28"), deal_id="fresh", amount=10)
    book.deal(("Meeting", "2024-02-01"), ("Quote", "2024-02-09"), deal_id="stuck", amount=10)
    book.deal(("Meeting", "2024-02-27"), deal_id="large", amount=1000)
    book.deal(("Meeting", None), deal_id="undated", amount=10)
    calls = {call.deal_id: call for call in deals_to_call(book.scope("2024-02-29"))}
    assert [reason.key for reason in calls["stuck"].reasons] == ["insight.why_stuck", "insight.why_near"]
    assert calls["stuck"].reasons[0].values == {"n": 20, "stage": "Quote"}
    assert calls["stuck"].next_step == Message("insight.step_decide")
    assert [reason.key for reason in calls["fresh"].reasons] == ["insight.why_near", "insight.why_fresh"]
    assert calls["fresh"].next_step == Message("insight.step_close")
    assert calls["large"].reasons[0].key == "insight.why_large"
    assert calls["undated"].reasons[0].key == "insight.why_unknown"
    assert calls["undated"].days is None
    assert list(calls) == ["large", "fresh", "undated", "stuck"], "what is to be gained, not what is known, ranks them"
    for call in calls.values():
        for lang in LANGUAGES:
            assert "insight." not in render(call.why, lang)
            assert "insight." not in render(call.next_step, lang)


def test_who_came_into_a_stage_just_now_has_been_there_for_no_days(past):
    book = past()
    book.deal(("Meeting", "2024-02-27"), ("Quote", "2024-02-29"), deal_id="new", amount=10)
    book.deal(("Meeting", "2024-02-27"), ("Quote", "2024-02-28"), deal_id="older", amount=10)
    calls = {call.deal_id: call for call in deals_to_call(book.scope("2024-02-29"))}
    assert calls["new"].waiting == Message("insight.why_just_came", {"n": 0, "stage": "Quote"})
    assert calls["older"].waiting == Message("insight.why_fresh", {"n": 1, "stage": "Quote"})
    assert not any("0" in render(calls["new"].waiting, lang) for lang in LANGUAGES)


def test_an_expected_closing_that_passed(past):
    import datetime as dt

    book = past()
    book.deal(("Meeting", "2024-02-27"), amount=10, expected_close_day=dt.date(2024, 2, 27))
    book.deal(("Meeting", "2024-02-27"), amount=10, expected_close_day=dt.date(2024, 3, 27))
    first, second = deals_to_call(book.scope("2024-02-29"))
    assert first.reasons[0] == Message("insight.why_overdue", {"n": 2})
    assert render(first.reasons[0], "he") == "הסגירה הייתה צפויה לפני יומיים."
    assert first.next_step == Message("insight.step_date")
    assert second.next_step != Message("insight.step_date")


def test_what_the_deal_says_itself(past):
    book = past()
    book.deal(
        ("Meeting", "2024-02-27"), account="Barak", owner="Ann", phone="050-1234567", next_step="Send the contract"
    )
    (call,) = deals_to_call(book.scope("2024-02-29"))
    assert (call.name, call.owner, call.phone, call.next_step) == ("Barak", "Ann", "050-1234567", "Send the contract")
    assert (call.stage, call.days) == ("Meeting", 2)


def test_never_a_closed_one_and_no_more_than_asked(past):
    book = past()
    assert deals_to_call(book.scope("2024-02-29")) == []
    for _ in range(15):
        book.deal(("Meeting", "2024-02-27"), amount=10)
    scope = book.scope("2024-02-29")
    assert len(deals_to_call(scope)) == 10
    assert len(deals_to_call(scope, 3)) == 3
    assert [call.deal_id for call in deals_to_call(scope, 3)] == ["D41", "D42", "D43"]
    assert deals_to_call(replace(scope, by=("owner",))) == deals_to_call(scope)


def test_a_book_without_a_past(written):
    book = written("Meeting").deal(("Meeting", "2024-02-01"))
    (call,) = deals_to_call(book.scope("2024-02-29"))
    assert (call.chance, call.reasons) == (0, (Message("insight.why_days", {"n": 28, "stage": "Meeting"}),))
