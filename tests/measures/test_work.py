"""Answers, tries, activities, meetings and calls of one small company, each figure counted by hand.

Monday to Friday, 9 to 18; the data's day is Friday, 15 March 2024. The logs begin on Monday the 4th.
"""

from dataclasses import replace

import pytest

from yaad.measures import measure
from yaad.measures.kinds import Did, Went, told_of
from yaad.model import Period, Pipeline, Settings, Stage, StageType


@pytest.fixture(scope="module")
def book(written):
    book = written("Inquiry")

    def deal(number, *moves, **columns):
        book.deal(*moves, deal_id=f"D{number}", **columns)

    deal(0, ("Inquiry", "2024-03-01T10:00"), ("Won", "2024-03-12T10:00"), owner="Ann")  # before the logs
    deal(1, ("Inquiry", "2024-03-04T10:00"), ("Won", "2024-03-11T12:00"), owner="Ann")
    deal(2, ("Inquiry", "2024-03-08T17:00"), ("Lost", "2024-03-12T12:00"), owner="Ben")
    deal(3, ("Inquiry", "2024-03-09T12:00"), owner="Ann")  # a Saturday
    deal(4, ("Inquiry", "2024-03-12T20:00"), owner="Ben")  # in the evening
    deal(5, ("Inquiry", "2024-03-14T16:00"), owner="Ben")
    deal(6, ("Inquiry", "2024-03-06T09:00"), ("Lost", "2024-03-06T11:00"), owner="Ann")
    deal(7, ("Inquiry", "2024-03-13"), owner="Ann")  # a date without a time

    def call(at, by=None, deal=None, phone=None, direction="out", seconds=0.0):
        number = len(book.rows.get("calls", [])) + 1
        book.row(
            "calls", call_id=f"C{number}", at=at, by=by, deal_id=deal, phone=phone, direction=direction, seconds=seconds
        )

    call("2024-03-04T10:30", "Ann", "D1", seconds=60.0)
    call("2024-03-11T10:00", "Ben", "D2")
    call("2024-03-11T11:00", "Ben", "D2", seconds=60.0)
    call("2024-03-13T12:00", "Ben", "D4")
    call("2024-03-13T10:00", "Ann", "D7", seconds=60.0)
    call("2024-03-04T15:00", phone="050-1", direction="in")  # called back the next day
    call("2024-03-05T10:00", "Ann", phone="050-1")
    call("2024-03-08T15:00", phone="050-2", direction="in")  # on a Friday: by Monday, and it was Tuesday
    call("2024-03-12T10:00", "Ann", phone="050-2")
    call("2024-03-14T15:00", phone="050-3", direction="in")  # there is time until the end of the data's day
    call("2024-03-04T16:00", phone="050-4", direction="in")  # called again and was answered
    call("2024-03-04T16:30", "Ann", phone="050-4", direction="in", seconds=20.0)

    def activity(kind, deal, at, status=None, by="Ann"):
        number = len(book.rows.get("activities", [])) + 1
        more = {"Status": status} if status else {}
        book.row(
            "activities", activity_id=f"A{number}", kind=kind, deal=deal + 1, deal_id=f"D{deal}", at=at, by=by, **more
        )

    activity("Email", 3, "2024-03-11T09:30")
    activity("Sales meeting", 1, "2024-03-06T10:00", "Held")
    activity("Sales meeting", 1, "2024-03-07T10:00", "No-show")
    activity("Note", 1, "2024-03-06T10:05")
    activity("Sales meeting", 4, "2024-03-15T10:00", "Scheduled")
    activity("Meeting (cancelled)", 2, "2024-03-12T10:00")
    activity("Field visit", 1, "2024-03-08T10:00")
    activity("Field visit", 4, "2024-03-20T10:00")  # still to come
    return book


@pytest.fixture(scope="module")
def scope(book):
    return book.scope("2024-03-15")


def one(scope, name, **question):
    (figure,) = measure([name], replace(scope, **question))
    return figure


def by_owner(scope, name):
    return {figure.by["owner"]: figure.value for figure in measure([name], replace(scope, by=("owner",)))}


def test_words_of_kinds_and_states(scope):
    told = told_of(scope)
    assert told.kinds["Meeting (cancelled)"] is Did.MEETING
    assert told.states == {"Meeting (cancelled)": Went.CANCELLED}
    assert told.column == "Status"
    assert told.column_states == {"Held": Went.HELD, "No-show": Went.NO_SHOW, "Scheduled": Went.PLANNED}


def test_hebrew_words_of_kinds_and_states(written):
    book = written("פנייה").deal(("פנייה", "2024-03-04"))
    kinds = ("פגישת היכרות", "ביקור אצל לקוח", "וואטסאפ נכנס", "הערה פנימית", "שיחת טלפון", "משלוח זר")
    for kind in kinds:
        book.row("activities", kind=kind, day="2024-03-04", תוצאה="הלקוח לא הגיע")
    told = told_of(book.scope("2024-03-05"))
    assert [told.kinds[kind].value for kind in kinds] == ["meeting", "visit", "message", "note", "call", "other"]
    assert told.incoming == {"וואטסאפ נכנס"}
    assert (told.column, told.column_states) == ("תוצאה", {"הלקוח לא הגיע": Went.NO_SHOW})


def test_first_response_in_opening_hours_with_those_who_wait(scope):
    """Answered after ½ (D1), 2 (D2: an hour on Friday, one on Monday), ½ (D3), 3 (D4: from the opening).

    D6 closed after 2 without an answer, D5 waits 2 + 9. Half are answered when 2 of 6, then 1 of the 4 left are.
    """
    figure = one(scope, "first_response")
    assert (figure.value, figure.unit, figure.n) == (2.0, "hours", 6)
    assert figure.beside == {"n_open": 1, "left_out": 1, "before_log": 1}
    assert figure.why.key == "measures.too_few"


def test_answered_within_the_target(scope):
    figure = one(scope, "answered_within")
    assert (figure.value, figure.n, figure.beside["target_hours"]) == (pytest.approx(2 / 6), 6, 1.0)
    longer = one(scope, "answered_within", settings=Settings(answer_minutes=180))
    assert (longer.value, longer.n) == (pytest.approx(4 / 5), 5)  # D6 was closed before its time was up: it is neither


def test_unanswered(scope):
    figure = one(scope, "unanswered")
    assert (figure.value, figure.beside["longest_hours"]) == (1, 11.0)
    assert by_owner(scope, "unanswered") == {"Ann": 0, "Ben": 1}


def test_tries_and_contact(scope):
    rate = one(scope, "contact_rate")
    assert (rate.value, rate.n) == (pytest.approx(3 / 7), 7)
    assert rate.beside == {"reached": 3, "undecided": 3, "before_log": 1}
    assert one(scope, "attempts").value == pytest.approx(5 / 7)
    needed = one(scope, "attempts_to_contact")  # of 4 who were tried once 2 were reached, then 1 of 1: 1 + ½
    assert (needed.value, needed.n, needed.beside["not_reached"]) == (pytest.approx(1.5), 7, 4)


def test_activities_and_calls(scope):
    assert one(scope, "activities").value == 16  # 12 calls, a mail, two meetings of which one was missed, a visit
    calls = one(scope, "calls")
    assert (calls.value, calls.beside) == (12, {"out": 7, "answered": 4})
    kinds = {figure.by["kind"]: figure.value for figure in measure(["activities"], replace(scope, by=("kind",)))}
    assert kinds == {"call": 12, "Email": 1, "Sales meeting": 2, "Field visit": 1}
    hours = {figure.by["hour"]: figure.value for figure in measure(["calls"], replace(scope, by=("hour",)))}
    assert hours == {10: 5, 11: 1, 12: 1, 15: 3, 16: 2}


def test_missed_calls_returned_by_the_end_of_the_next_working_day(scope):
    figure = one(scope, "missed_returned")
    assert (figure.value, figure.n) == (pytest.approx(2 / 3), 3)
    assert figure.beside == {"missed": 4, "returned": 2, "undecided": 1}


def test_meetings_and_visits(scope):
    assert [one(scope, name).value for name in ("meetings_set", "meetings_held")] == [4, 1]
    missed = one(scope, "no_show")
    assert (missed.value, missed.n, missed.beside) == (0.5, 2, {"no_show": 1, "unsaid": 0})
    assert [one(scope, name).value for name in ("visits_planned", "visits_made")] == [2, 1]
    later = Period.parse("2024-03-08..2024-03-31")
    assert [one(scope, name, period=later).value for name in ("meetings_set", "visits_made")] == [2, 1]


def test_what_a_win_takes(scope):
    touches = one(scope, "touches_to_close")  # of D1: a call, two meetings, a visit; D0 came before the logs
    assert (touches.value, touches.n, touches.beside) == (4.0, 1, {"before_log": 1})
    assert one(scope, "activities_per_win").value == 16 / 2
    assert one(scope, "meetings_per_win").value == 1 / 2


def test_activities_per_working_day(scope):
    figure = one(scope, "activities_per_day")  # Ann 9 from the 4th to the 13th, Ben 3 from the 11th to the 13th
    assert (figure.value, figure.n) == (pytest.approx(12 / 11), 12)
    assert figure.beside == {"days": 11, "people": 2, "left_out": 4}
    weeks = {each.by["week"]: each.value for each in measure(["activities_per_day"], replace(scope, by=("week",)))}
    assert weeks == {"2024-03-03": pytest.approx(6 / 5), "2024-03-10": pytest.approx(6 / 6)}
    assert one(scope, "activities_per_day", by=("hour",), period=Period.parse("2024-03-06")).value is None


def test_a_log_that_has_ended_says_nothing_of_later_inquiries(book):
    figure = one(book.scope("2024-03-31"), "first_response")  # the last row that counts is of the 20th
    assert figure.beside["before_log"] == 1
    later = book.scope("2024-03-31")
    ended = replace(later, table=lambda name: later.table(name).filter(later.table(name).day < "2024-03-13"))
    assert one(ended, "unanswered").value == 1  # D4 came on the last day of the log; D5 and D7 after it
    assert one(ended, "first_response").beside["before_log"] == 3


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("first_response", "measures.no_log"),
        ("answered_within", "measures.no_log"),
        ("unanswered", "measures.no_log"),
        ("contact_rate", "measures.no_calls"),
        ("attempts", "measures.no_calls"),
        ("attempts_to_contact", "measures.no_calls"),
        ("activities", "measures.no_log"),
        ("calls", "measures.no_calls"),
        ("missed_returned", "measures.no_calls"),
        ("meetings_set", "measures.no_meetings"),
        ("meetings_held", "measures.no_meetings"),
        ("no_show", "measures.no_meetings"),
        ("visits_planned", "measures.no_visits"),
        ("visits_made", "measures.no_visits"),
        ("touches_to_close", "measures.no_log"),
        ("activities_per_win", "measures.no_log"),
        ("meetings_per_win", "measures.no_meetings"),
        ("activities_per_day", "measures.no_log"),
    ],
)
def test_without_the_rows_a_figure_is_withheld_with_its_reason(written, name, why):
    book = written("Inquiry").deal(("Inquiry", "2024-03-04T10:00"), ("Won", "2024-03-05T10:00"), owner="Ann")
    figure = one(book.scope("2024-03-15"), name)
    assert (figure.value, figure.why.key) == (None, why)


def test_meetings_that_do_not_say_how_they_went(written):
    book = written("Inquiry").deal(("Inquiry", "2024-03-04"))
    book.row("activities", kind="Meeting", deal=1, deal_id="D1", day="2024-03-05")
    scope = book.scope("2024-03-15")
    assert one(scope, "meetings_held").value == 1
    assert (one(scope, "no_show").value, one(scope, "no_show").why.key) == (None, "measures.no_states")


def test_dates_without_times_tell_no_hours(written):
    book = written("Inquiry").deal(("Inquiry", "2024-03-06")).deal(("Inquiry", "2024-03-06T10:00"))
    for deal in (1, 2):
        book.row("activities", kind="Email", deal=deal, deal_id=f"D{deal}", day="2024-03-06")
    figure = one(book.scope("2024-03-15"), "first_response")
    assert (figure.value, figure.why.key) == (None, "measures.no_times")
    assert figure.beside["left_out"] == 2


def test_what_never_was_an_inquiry_is_in_no_figure(written):
    book = written("Inquiry")
    book.pipeline = Pipeline((*book.pipeline.stages, Stage("Wrong number", StageType.NOT_INQUIRY)))
    book.deal(("Inquiry", "2024-03-04T10:00")).deal(
        ("Inquiry", "2024-03-04T10:00"), ("Wrong number", "2024-03-05T10:00")
    )
    for deal in (1, 2):
        book.row("calls", deal_id=f"D{deal}", at="2024-03-04T11:00", direction="out", seconds=5.0, by="Ann")
        book.row("activities", deal=deal, deal_id=f"D{deal}", kind="Meeting", at="2024-03-04T12:00", by="Ann")
    scope = book.scope("2024-03-15").of_inquiries()
    names = ("calls", "activities", "meetings_held", "contact_rate")
    assert [one(scope, name).n for name in names] == [1, 2, 1, 1]
