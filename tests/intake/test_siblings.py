"""A column of dates in doubt beside columns that show their order: read alike and said, or asked."""

import datetime as dt

import pytest

from yaad.intake import load, understand

HEAD = "Deal ID,Stage,Create Date,Close Date,Amount\n"


def sheet(*rows):
    """A won deal a row: when it came, when it closed."""
    return HEAD + "".join(f"{n},Won,{came},{closed},100\n" for n, (came, closed) in enumerate(rows, 1))


def asked(found):
    return [question.id for question in found.questions]


def test_it_is_read_as_its_siblings_and_that_is_said(write):
    path = write("deals.csv", sheet(("13/01/2025", "02/03/2025"), ("20/01/2025", "05/04/2025")))
    found = understand(path)
    assert asked(found) == []
    (note,) = [note for note in found.notes if note.key == "intake.note_dates_siblings"]
    assert (note.values["columns"], note.values["order"].key) == ("Close Date", "intake.order_day_first")
    days = [move["day"] for move in load(path, found.mapping).tables["moves"].to_pylist() if move["to_stage"] == "Won"]
    assert days == [dt.date(2025, 3, 2), dt.date(2025, 4, 5)]


@pytest.mark.parametrize(
    "rows",
    [
        # day first, the first deal would have closed on 4 March, before it came on 20 March; month first: on 3 April
        [("20/03/2025", "04/03/2025"), ("13/01/2025", "02/02/2025")],
        # day first, it would close on 5 October, months after anything else of the file; month first: on 10 May
        [("13/04/2025", "05/10/2025"), ("28/06/2025", "07/07/2025")],
    ],
    ids=["before it came", "far beyond all others"],
)
def test_it_is_asked_where_its_siblings_order_does_not_fit_and_the_other_does(write, rows):
    path = write("deals.csv", sheet(*rows))
    found = understand(path)
    assert asked(found) == ["dates:Close Date"]
    (told,) = [one for one in found.questions[0].evidence if one.key == "intake.evidence_siblings"]
    assert (told.values["n"], told.values["other"]) == (1, 0)
    answered = understand(path, answers={"dates:Close Date": "month_first"})
    assert asked(answered) == []
    assert answered.mapping.dates == {"Create Date": "day_first", "Close Date": "month_first"}


def test_a_first_date_after_the_end_is_asked_too(write):
    path = write("deals.csv", sheet(("02/01/2025", "20/03/2025"), ("02/09/2025", "25/03/2025")))
    assert asked(understand(path)) == ["dates:Create Date"]


def test_a_closing_expected_long_ahead_is_no_contradiction(write):
    text = (
        "Deal ID,Stage,Create Date,Expected Close Date\n"
        "1,Proposal,13/04/2025,05/10/2025\n2,Lead,28/04/2025,07/12/2025\n"
    )
    found = understand(write("deals.csv", text))
    assert asked(found) == []
    assert "intake.note_dates_siblings" in [note.key for note in found.notes]


def test_where_neither_order_fits_better_the_siblings_decide(write):
    rows = [("13/08/2025", "02/03/2025"), ("20/08/2025", "01/09/2025")]  # the first closed before it came either way
    assert asked(understand(write("deals.csv", sheet(*rows)))) == []


def test_where_the_sure_columns_differ_the_ones_in_doubt_are_asked_with_what_each_shows(write):
    text = (
        "Deal ID,Stage,Create Date,Close Date,Last Modified Date\n"
        "1,Won,13/01/2025,03/25/2025,04/05/2025\n2,Won,20/01/2025,03/28/2025,05/06/2025\n"
    )
    found = understand(write("deals.csv", text))
    assert asked(found) == ["dates:Last Modified Date"]
    (told,) = [one for one in found.questions[0].evidence if one.key == "intake.evidence_sure_differ"]
    assert told.values == {"day_first": "Create Date", "month_first": "Close Date"}


def test_a_list_of_a_day_holds_nothing_that_happened_after_it(write):
    text = "Deal ID,Stage,Create Date,Last Modified Date\n1,Lead,13/01/2025,02/02/2025\n2,Lead,16/02/2025,03/04/2025\n"
    assert asked(understand(write("deals.csv", text))) == []
    assert asked(understand(write("deals 2025-04-10.csv", text))) == []
    found = understand(write("deals 2025-03-10.csv", text))  # 3 April was still to come, 4 March was not
    assert asked(found) == ["dates:Last Modified Date"]
