"""Reading a book: the lake, what people wrote since, and any earlier day."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from yaad.errors import BookError, UnknownName
from yaad.facts import Facts, History, settle
from yaad.facts.lives import LIFE_COLUMNS, build_lives
from yaad.facts.visits import build_visits
from yaad.model import LoseEntry, MoveEntry, NoteEntry, TargetEntry, UndoEntry, WinEntry

BOOK = {
    "a": [("Lead", 1), ("Quote", 3), ("Won", 9)],
    "b": [("Lead", 2), ("Lost", 4), ("Quote", 8)],
    "c": [("Lead", None)],
    "d": [("Talks", 5), ("Quote", 7)],
}
AMOUNTS = {"amount": [100, None, 30, 40], "owner": ["x", "x", "y", "y"]}


def outcomes(rows_of, lake, **options):
    rows = rows_of(lake, **options)
    return [(row["deal_id"], row["stage"], row["outcome"], row["furthest"], row["amount"]) for row in rows]


def stays(rows_of, lake, **options):
    rows = rows_of(lake, "stage_visits", **options)
    return [(row["deal"], row["stage"], row["days"], row["ended"], row["first_ended"]) for row in rows]


IN_LAKE = [
    ("a", "Won", "won", 3, 100),
    ("b", "Quote", "open", 1, None),
    ("c", "Lead", "open", 0, 30),
    ("d", "Quote", "open", 2, 40),
]


def test_without_a_tail_the_lake_is_read_as_it_is(lake, put, rows_of):
    put(lake, BOOK, **AMOUNTS)
    assert outcomes(rows_of, lake) == IN_LAKE
    facts = Facts.open(lake.root)
    assert "JOIN" not in facts.sql(facts.visits).upper()
    assert (facts.as_of, facts.zone) == (dt.date(2024, 1, 9), "UTC")
    assert facts.as_of_at == dt.datetime(2024, 1, 10, tzinfo=dt.UTC)
    facts.close()


def test_what_people_wrote_is_seen_at_once(lake, put, rows_of, write):
    put(lake, BOOK, **AMOUNTS)
    write(MoveEntry, "c", 10, to_stage="Talks")
    write(WinEntry, "c", 12, to_stage="Won", amount="77.5")
    write(NoteEntry, "a", 11, text="חזר אליי")
    assert outcomes(rows_of, lake) == [*IN_LAKE[:2], ("c", "Won", "won", 3, 77.5), IN_LAKE[3]]
    assert stays(rows_of, lake)[4:6] == [
        (3, "Lead", None, "forward", "advanced"),
        (3, "Talks", 2.0, "won", "advanced"),
    ]
    assert [row["owner"] for row in rows_of(lake, "stage_visits") if row["deal"] == 3] == ["y", "y"]
    assert [row["text"] for row in rows_of(lake, "activities")] == ["חזר אליי"]
    facts = Facts.open(lake.root)
    assert facts.as_of == dt.date(2024, 1, 12)
    facts.close()


def test_settling_changes_no_figure(lake, put, rows_of, write, journal):
    put(lake, BOOK, **AMOUNTS)
    write(MoveEntry, "c", 10, to_stage="Talks")
    write(WinEntry, "c", 12, to_stage="Won", amount="77.5")
    write(LoseEntry, "d", 11, to_stage="Lost", reason="מחיר")
    write(NoteEntry, "a", 11, text="t")
    tables = ("deals", "stage_visits", "stage_moves", "activities")

    def seen():
        read = {table: rows_of(lake, table) for table in tables}
        return {
            table: [{k: v for k, v in row.items() if k != "recorded_seq"} for row in rows]
            for table, rows in read.items()
        }

    before, pin = seen(), lake.pin()
    assert settle(lake, journal) == 0
    assert settle(lake, journal, every=4) == 4
    assert seen() == before
    assert (lake.pin().journal_seq, lake.pin().seq, lake.pin().as_of_day) == (4, pin.seq + 1, dt.date(2024, 1, 12))
    assert settle(lake, journal, every=1) == 0
    assert Facts.open(lake.root).is_current()


@pytest.mark.parametrize("settled", [False, True])
def test_an_undo_brings_back_what_was(lake, put, rows_of, write, journal, settled):
    put(lake, BOOK, **AMOUNTS)
    won = write(WinEntry, "c", 12, to_stage="Won", amount="77.5")
    said = write(NoteEntry, "c", 12, text="t")
    if settled:
        assert settle(lake, journal, every=1) == 2
    write(UndoEntry, "c", 13, undoes=won.seq)
    write(UndoEntry, "c", 13, undoes=said.seq)
    assert outcomes(rows_of, lake) == IN_LAKE
    assert rows_of(lake, "activities") == []
    settle(lake, journal, every=1)
    assert outcomes(rows_of, lake) == IN_LAKE
    assert rows_of(lake, "activities") == []


def amount_of_c(rows_of, lake):
    return rows_of(lake)[2]["amount"]


@pytest.mark.parametrize("settled", [False, True])
def test_per_field_the_later_word_stands_and_people_win_ties(lake, put, rows_of, write, journal, settled):
    """The files speak of day 9, then 20; a person of day 12."""
    put(lake, BOOK, **AMOUNTS)
    write(WinEntry, "c", 12, to_stage="Won", amount="77.5")
    if settled:
        settle(lake, journal, every=1)

    assert put(lake, BOOK, **AMOUNTS, name="same").unchanged == 4
    assert amount_of_c(rows_of, lake) == 77.5  # a file that says what it always said says nothing new

    amounts = {**AMOUNTS, "amount": [100, None, 31, 40]}
    older = put(lake, BOOK, **amounts, name="older", as_of=dt.date(2024, 1, 12))
    assert amount_of_c(rows_of, lake) == 77.5  # of the same day: people win
    assert [(one.deal_id, one.field, one.told, one.standing) for one in older.kept] == [("c", "amount", "31", "77.5")]
    amounts["owner"] = ["x", "x", "new", "y"]
    put(lake, BOOK, **amounts, name="other field", as_of=dt.date(2024, 1, 18))
    assert amount_of_c(rows_of, lake) == 77.5  # the file says nothing new of the amount
    amounts["amount"] = [100, None, 32, 40]
    put(lake, BOOK, **amounts, name="newer", as_of=dt.date(2024, 1, 20))
    assert amount_of_c(rows_of, lake) == 32
    amounts["amount"] = [100, None, None, 40]
    put(lake, BOOK, **amounts, name="empty", as_of=dt.date(2024, 1, 25))
    assert amount_of_c(rows_of, lake) == 77.5  # an empty cell is no word


def test_an_import_never_removes_what_people_moved(lake, put, rows_of, write, journal):
    put(lake, BOOK, history=History.REPLACE, **AMOUNTS)
    write(MoveEntry, "b", 10, to_stage="Talks")
    settle(lake, journal, every=1)
    put(lake, {"b": [("Lead", 3), ("Quote", 8)]}, history=History.REPLACE, name="later")
    assert [(row["to_stage"], row["day"].day) for row in rows_of(lake, "stage_moves") if row["deal"] == 2] == [
        ("Lead", 3),
        ("Quote", 8),
        ("Talks", 10),
    ]


@pytest.mark.parametrize("settled", [False, True])
def test_an_earlier_day_is_built_from_what_was_known_then(lake, put, rows_of, write, journal, settled):
    put(lake, BOOK, **AMOUNTS)
    write(WinEntry, "c", 12, to_stage="Won", amount="77.5")
    if settled:
        settle(lake, journal, every=1)
    asked = {"as_of": dt.date(2024, 1, 4)}
    assert outcomes(rows_of, lake, **asked) == [
        ("a", "Quote", "open", 1, 100),
        ("b", "Lost", "lost", 0, None),
        ("c", "Lead", "open", 0, AMOUNTS["amount"][2]),
    ]
    assert stays(rows_of, lake, **asked) == [
        (1, "Lead", 2.0, "forward", "advanced"),
        (1, "Quote", None, "open", "open"),
        (2, "Lead", 2.0, "lost", "lost"),
        (3, "Lead", None, "open", "open"),
    ]
    assert len(rows_of(lake, "stage_moves", **asked)) == 5
    later = {"as_of": dt.date(2024, 2, 1)}
    assert outcomes(rows_of, lake, **later) == outcomes(rows_of, lake)


def test_an_import_may_be_seen_from_an_earlier_day(lake, put, rows_of):
    put(lake, BOOK, as_of=dt.date(2024, 1, 4))
    facts = Facts.open(lake.root)
    assert facts.as_of == dt.date(2024, 1, 4)
    assert facts.run(facts.deals).num_rows == 3
    facts.close()


def test_a_picture_knows_when_it_is_old(lake, put, write):
    put(lake, BOOK, **AMOUNTS)
    facts = Facts.open(lake.root)
    assert facts.is_current()
    write(NoteEntry, "a", 11, text="t")
    assert not facts.is_current()
    other = Facts.open(lake.root)
    assert other.is_current()
    assert other.data_version != facts.data_version
    put(lake, {"z": [("Lead", 9)]}, name="later")
    assert not other.is_current()
    assert facts.run(facts.deals).num_rows == other.run(other.deals).num_rows == 4  # a picture does not change
    facts.close()
    other.close()


def test_what_is_said_of_the_company_makes_no_deal_touched_and_is_settled(lake, put, rows_of, journal):
    put(lake, BOOK, **AMOUNTS)
    at = dt.datetime(2024, 1, 12, 9, tzinfo=dt.UTC)
    before = Facts.open(lake.root)
    kept = journal.append(TargetEntry(at=at, by="דנה", key="t", measure="won", period="2024-01", value="3"))
    assert not before.is_current()
    after = Facts.open(lake.root)
    assert after.is_current()
    assert after.data_version != before.data_version
    assert outcomes(rows_of, lake) == IN_LAKE
    assert settle(lake, journal, every=1) == 1
    assert Facts.open(lake.root).pin.journal_seq == kept.seq
    assert journal.of_company() == [kept]
    assert outcomes(rows_of, lake) == IN_LAKE


def test_one_deal_and_its_nearest_names(lake, put):
    put(lake, BOOK, **AMOUNTS)
    facts = Facts.open(lake.root)
    assert facts.deal("a")["outcome"] == "won"
    with pytest.raises(UnknownName, match="“aa” is not known"):
        facts.deal("aa")
    with pytest.raises(UnknownName, match="duckdb, sail"):
        Facts.open(lake.root, engine="spark")
    with pytest.raises(UnknownName):
        facts.table("nothing")
    facts.close()


def test_an_entry_of_an_unknown_deal_waits_for_it(lake, put, rows_of, write, journal):
    put(lake, BOOK, **AMOUNTS)
    write(MoveEntry, "z", 8, to_stage="Talks")
    assert outcomes(rows_of, lake) == IN_LAKE
    assert settle(lake, journal, every=1) == 1
    assert lake.pin().waiting == ("z",)
    put(lake, {"z": [("Lead", 2)]}, name="later")
    assert outcomes(rows_of, lake)[4] == ("z", "Talks", "open", 2, None)
    write(NoteEntry, "z", 9, text="t")
    assert settle(lake, journal, every=1) == 1
    assert lake.pin().waiting == ()
    assert outcomes(rows_of, lake)[4] == ("z", "Talks", "open", 2, None)


def test_an_empty_book_has_empty_tables(lake):
    facts = Facts.open(lake.root)
    assert [facts.run(table).num_rows for table in (facts.deals, facts.visits, facts.moves, facts.activities)] == [
        0
    ] * 4
    facts.close()


def test_no_book(tmp_path):
    with pytest.raises(BookError, match="There is no book"):
        Facts.open(tmp_path)


def test_many_threads_read_one_picture(lake, put, write):
    put(lake, BOOK, **AMOUNTS)
    write(WinEntry, "c", 12, to_stage="Won", amount="77.5")
    facts = Facts.open(lake.root, as_of=dt.date(2024, 1, 10))

    def ask(number: int) -> tuple[int, ...]:
        visits, deals = facts.visits, facts.deals
        joined = visits.join(deals.select("deal", "amount"), "deal")
        return facts.run(joined.filter(joined.deal > number % 2)).num_rows, facts.run(facts.moves).num_rows

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(40))) == {(7, 9), (5, 9)}
    facts.close()


@pytest.mark.parametrize("day", range(1, 11))
def test_an_earlier_day_is_that_of_a_book_that_ends_there(lake, put, rows_of, day):
    """Deals and stays, cell by cell: what is taken over from the present and what is built anew."""
    histories = {**BOOK, "e": [("Lead", 1), ("Quote", 2), ("Lost", 5), ("Talks", 9)], "f": [("Lead", 3), ("Quote", 6)]}
    put(lake, histories)
    then = {"as_of": dt.date(2024, 1, day)}
    facts = Facts.open(lake.root, **then)
    moves = facts.moves
    lives = facts.run(build_lives(moves, facts.pipeline)).sort_by("deal").to_pylist()
    names = ["deal", *LIFE_COLUMNS]
    assert [{name: row[name] for name in names} for row in rows_of(lake, "deals", **then)] == lives
    stays = facts.run(build_visits(moves, facts.pipeline, facts.deals)).to_pylist()
    order = ("deal", "position", "visit")
    built = sorted(stays, key=lambda row: tuple(row[name] for name in order))
    assert sorted(rows_of(lake, "stage_visits", **then), key=lambda row: tuple(row[name] for name in order)) == built
    facts.close()
