"""One deal: how long and how sure, what is next, who else is there, and all that happened, in its order."""

import datetime as dt

import pytest

from yaad.insight.closing_words import closing_words
from yaad.insight.deal import Beside, one_deal
from yaad.insight.timeline import Kind
from yaad.insight.winning import DealChance, WinChances
from yaad.model import ActEntry, ChangeEntry, LoseEntry, MoveEntry, NoteEntry, UndoEntry, WinEntry
from yaad.text import Message

TODAY = dt.date(2024, 3, 1)
NOTHING = Beside((), {}, None)


def at(day, hour=12):
    return dt.datetime(2024, 2, day, hour, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def past(written):
    """Forty decided deals, and open ones in Quote: half of the deals leave it within 12 days, 4 of 5 within 16."""
    book = written("Meeting", "Quote")
    for number in range(20):
        end = "Won" if number % 4 else "Lost"
        book.deal(("Meeting", "2024-01-01"), ("Quote", "2024-01-02"), (end, f"2024-01-{4 + number:02}"), amount=100)
    book.deal(("Meeting", "2024-01-05"), ("Quote", "2024-01-10"), deal_id="OLD", account="Oak", owner="Avi")
    book.deal(
        ("Meeting", "2024-02-01"),
        ("Quote", "2024-02-27"),
        deal_id="NEW",
        account="Oak",
        name="Oak Kitchens",
        next_step="call",
        next_step_day=dt.date(2024, 2, 28),
    )
    book.deal(("Meeting", "2024-01-01"), ("Lost", "2024-01-09"), deal_id="GONE", lost_reason="Price")
    return book.scope("2024-02-29")


def row(scope, deal_id):
    deals = scope.table("deals")
    return scope.run(deals.filter(deals.deal_id == deal_id)).to_pylist()[0]


def told(scope, deal_id, beside=NOTHING):
    return one_deal(scope, row(scope, deal_id), beside, TODAY)


def test_how_long_it_has_been_in_its_stage_against_the_usual(past):
    old, new = told(past, "OLD"), told(past, "NEW")
    assert (old.days, old.is_stuck) == (50, True)
    assert old.waiting == Message("insight.why_stuck", {"n": 50, "stage": "Quote"})
    assert (new.days, new.is_stuck) == (2, False)
    assert new.waiting == Message("deal.within_usual", {"n": 2, "stage": "Quote"})
    assert new.usual_days == old.usual_days
    assert new.days < new.usual_days < new.limit_days < old.days


def test_what_is_next_is_marked_where_nothing_is_and_where_its_day_is_over(past):
    assert told(past, "OLD").has_no_step
    new = told(past, "NEW")
    assert not new.has_no_step
    assert new.is_overdue
    assert not one_deal(past, row(past, "NEW"), NOTHING, dt.date(2024, 2, 28)).is_overdue


def test_other_deals_of_the_customer(past):
    new = told(past, "NEW")
    assert [(one.deal_id, one.stage, one.outcome) for one in new.others] == [("OLD", "Quote", "open")]
    assert (new.others_more, new.has_page) == (0, False)
    assert told(past, "GONE").others == ()


def chances(number, **more):
    deal = DealChance("NEW", "x", None, "Quote", None, None, 2.0, 0.7, (Message("chances.age_more"),),
                      Message("x"), "call", number)  # fmt: skip
    return WinChances(dt.date(2024, 2, 29), **({"method": "x", "withheld": None, "decided": 200} | more), deals=(deal,),
                      stages=())  # fmt: skip


def test_the_chance_is_that_of_all_chances_and_withheld_with_them(past):
    number = row(past, "NEW")["deal"]
    sure = told(past, "NEW", Beside((), {}, chances(number)))
    assert (sure.chance, sure.level.value, sure.reasons) == (0.7, "high", (Message("chances.age_more"),))
    why = Message("chances.withheld_untested")
    withheld = told(past, "NEW", Beside((), {}, chances(number, method=None, withheld=why)))
    assert (withheld.chance, withheld.level, withheld.withheld) == (None, None, why)
    assert told(past, "NEW").withheld == Message("deal.chance_not_yet")
    gone = told(past, "GONE", Beside((), {}, chances(number)))
    assert (gone.chance, gone.withheld, gone.days) == (None, None, None)


def test_what_files_tell_stands_in_time_the_latest_first(past):
    gone = told(past, "GONE")
    assert [(one.kind, one.stage, one.day.day, one.reason) for one in gone.happened] == [
        (Kind.LOST, "Lost", 9, "Price"),
        (Kind.CAME, "Meeting", 1, ""),
    ]
    assert gone.ended == gone.happened[0]
    assert all(one.number is None for one in gone.happened)


WRITTEN = (
    NoteEntry(deal_id="NEW", at=at(10), by="Noa", key="1", seq=1, text="Wants a second quote"),
    ChangeEntry(deal_id="NEW", at=at(11), by="Noa", key="2", seq=2, values={"owner": "Noa", "amount": "1,200"}),
    ChangeEntry(deal_id="NEW", at=at(13), by="Gil", key="3", seq=3, values={"owner": "Gil", "amount": "1200"}),
    ActEntry(
        deal_id="NEW", at=at(14), by="Gil", key="4", seq=4, did="visit", went="planned", due="2024-02-20T08:00:00+00:00"
    ),
    ActEntry(deal_id="NEW", at=at(20), by="Gil", key="5", seq=5, did="visit", went="held", settles=4),
    ActEntry(
        deal_id="NEW", at=at(21), by="Gil", key="6", seq=6, did="call", went="planned", due="2024-02-28T08:00:00+00:00"
    ),
    NoteEntry(deal_id="NEW", at=at(22), by="Gil", key="7", seq=7, text="a slip"),
    UndoEntry(deal_id="NEW", at=at(22), by="Gil", key="8", seq=8, undoes=7),
    MoveEntry(deal_id="NEW", at=at(23), by="Gil", key="9", seq=9, to_stage="Lost"),
)  # fmt: skip


def test_what_people_wrote_stands_among_it_without_what_was_taken_back(past):
    new = told(past, "NEW", Beside(WRITTEN, {"owner": "Avi", "amount": None}, None))
    mine = [(one.number, one.kind, one.by) for one in new.happened if one.number]
    assert mine == [
        (9, Kind.LOST, "Gil"),
        (6, Kind.DID, "Gil"),
        (5, Kind.DID, "Gil"),
        (3, Kind.CHANGED, "Gil"),
        (2, Kind.CHANGED, "Noa"),
        (1, Kind.NOTE, "Noa"),
    ]
    changes = {one.number: [(each.field, each.before, each.after) for each in one.changes] for one in new.happened}
    assert changes[2] == [("owner", "Avi", "Noa"), ("amount", None, "1200")]
    assert changes[3] == [("owner", "Noa", "Gil")]
    assert [(one.number, one.due.day) for one in new.plans] == [(6, 28)]


def test_when_it_was_is_told_by_the_companys_clock(written):
    from dataclasses import replace

    book = written("Meeting")
    book.deal(("Meeting", "2024-02-01"), deal_id="A")
    scope = replace(book.scope("2024-02-29"), zone="Asia/Jerusalem")
    late = NoteEntry(deal_id="A", at=at(10, hour=23), by="Noa", key="1", seq=1, text="x")
    note = one_deal(scope, row(scope, "A"), Beside((late,), {}, None), TODAY).happened[0]
    assert (note.day, note.at.hour) == (dt.date(2024, 2, 11), 1)


def won(deal, reason, well, seq):
    who = {"deal_id": deal, "at": at(1), "by": "x", "key": str(seq), "seq": seq}
    return WinEntry(**who, to_stage="Won", reason=reason, done_well=well)


def test_words_of_closings_are_of_deals_that_are_seen_or_of_several(past):
    wins = [won("OLD", "Price", "Fast\nKind", 1), won("X", "Secret", "Fast", 2), won("Y", "Trust", "", 3),
            won("Z", "Trust", "", 4)]  # fmt: skip
    found = closing_words(past, wins)
    assert found.won == ("Trust", "Price")
    assert found.done_well == ("Fast", "Kind")
    assert found.lost == ("Price",)


def test_a_loss_tells_its_reason_and_words(past):
    lost = LoseEntry(
        deal_id="NEW", at=at(28), by="Gil", key="1", seq=1, to_stage="Lost", reason="Price", text="They said so"
    )
    line = told(past, "NEW", Beside((lost,), {}, None)).happened[0]
    assert (line.kind, line.reason, line.text, line.changes) == (Kind.LOST, "Price", "They said so", ())


def test_a_plan_of_a_busy_deal_is_settled_though_its_line_is_not_told(past):
    plan = ActEntry(at=at(1), by="Avi", key="p", seq=1, deal_id="OLD", did="visit", went="planned",
                    due="2024-03-05T08:00:00+00:00")  # fmt: skip
    notes = [NoteEntry(at=at(2, n % 24), by="Avi", key=f"n{n}", seq=n, deal_id="OLD", text="x") for n in range(2, 240)]
    deal = told(past, "OLD", Beside((plan, *notes), {}, None))
    assert [one.number for one in deal.plans] == [1]
    assert 1 not in {one.number for one in deal.happened}
    assert deal.more > 0
