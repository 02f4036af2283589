"""Queries that are written once for all who ask the same: everybody is told of their own rows, and of nobody else's."""

import datetime as dt
from collections import Counter
from contextlib import closing
from dataclasses import replace

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yaad import measures
from yaad.book import Book
from yaad.errors import YaadError
from yaad.facts.standing_in import MARK
from yaad.measures import REGISTRY, shapes
from yaad.model import Period, SettingEntry, Viewer

ROWS = """\
deal,rep,stage,value,source,product,contact,phone,entered,closed
A1,Ann,Won,100,Web,,Firm 1,0521111111,2026-01-01,2026-01-09
A2,Ann,Talk,250,Web,,Firm 2,0522222222,2026-01-02,
A3,Ann,Lost,70,Street,,Firm 1,0523333333,2026-02-03,2026-02-20
B1,Ben,Won,1000,,Roof,Firm 3,0524444444,2026-01-05,2026-03-01
B2,Ben,Talk,40,,Roof,Firm 4,0525555555,2026-02-07,
B3,Ben,Talk,60,,Door,Firm 4,0525555555,2026-03-08,
C1,Cal,Talk,7,Web,,Firm 5,0526666666,2026-03-09,
C2,Cal,Won,9,Walk-in,,Firm 6,0527777777,2026-01-10,2026-01-11
"""
MAP = """\
kind: deals
shape: two_dates
columns: {id: deal, rep: rep, stage: stage, amount: value, source: source, product: product, contact: contact,
  phone: phone, entered: entered, closed: closed}
entered_opens: Talk
stages: [{name: Talk}, {name: Won, type: won}, {name: Lost, type: lost}]
currency: ILS
dates: iso
zone: UTC
"""
ANN, BEN, CAL = (Viewer(frozenset({name})) for name in ("Ann", "Ben", "Cal"))
BOTH, ALL, TOTALS = Viewer(frozenset({"Ann", "Ben"}), frozenset({"North"})), Viewer(), Viewer(persons=False)
VIEWERS = (ANN, BEN, CAL, BOTH, ALL, TOTALS)
LEAVES = sorted(name for name, one in REGISTRY.items() if not one.parts)
AT = dt.datetime(2026, 3, 20, 8, tzinfo=dt.UTC)


def begun(folder) -> Book:
    """A book of three people who sell, each with other columns filled."""
    table, mapping = folder / "deals.csv", folder / "deals.yaml"
    table.write_text(ROWS, "utf-8")
    mapping.write_text(MAP, "utf-8")
    book = Book.create(folder / "book")
    book.import_files([table], mapping=mapping)
    return book


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with closing(begun(tmp_path_factory.mktemp("alike"))) as book:
        yield book


@pytest.fixture
def own(tmp_path):
    with closing(begun(tmp_path)) as book:
        yield book


class Counting:
    """Says how often a query was put together."""

    def __init__(self, build) -> None:
        self.build, self.times = build, 0

    def __call__(self, scope, *args):
        self.times += 1
        return self.build(scope, *args)


def ids(scope, *_about) -> ibis.Table:
    return scope.deals.select("deal_id").order_by("deal_id")


def told(scope, build, *args) -> list[str]:
    return scope.rows(build, *args)["deal_id"].to_pylist()


def asked_anew(scope):
    """The same question, whose query is put together for it alone."""
    return replace(scope, shapes=None)


# ---- whose rows -------------------------------------------------------------------------------------------------


def test_a_query_is_put_together_once_and_each_is_told_of_their_own(shared):
    build = Counting(ids)
    seen = [told(shared.seen_by(viewer)._scope(), build) for viewer in (ANN, BEN, BOTH, ALL, ANN)]
    ann, ben = ["A1", "A2", "A3"], ["B1", "B2", "B3"]
    assert seen == [ann, ben, ann + ben, [*ann, *ben, "C1", "C2"], ann]
    assert build.times == 1


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(VIEWERS),
    st.sampled_from(LEAVES),
    st.sampled_from([(), ("source",), ("product",), ("rep",), ("month",), ("weekday",)]),
    st.sampled_from([None, "2026-01", "2026-Q1"]),
    st.sampled_from([None, dt.date(2026, 1, 31)]),
    st.sampled_from([None, "IL", "US"]),
)
def test_whoever_asked_before_the_figures_are_those_of_who_asks(shared, viewer, name, by, period, day, country):
    book = shared.seen_by(viewer)
    scope = replace(
        (book if day is None else book._on(day))._scope(),
        by=by,
        period=period and Period.parse(period),
    )
    if country:
        scope = replace(scope, calendar=scope.calendar.of_country(country))

    def asked(one):
        try:
            return measures.measure([name], one)
        except YaadError as error:  # what cannot be told cannot be told either way
            return type(error), str(error)

    assert asked(scope) == asked(asked_anew(scope))


def test_every_figure_of_viewers_one_after_another(shared):
    views = [shared.seen_by(viewer) for viewer in (ANN, BEN, ALL)]
    for name in LEAVES:
        found = [measures.measure([name], book._scope()) for book in views]
        assert found == [measures.measure([name], asked_anew(book._scope())) for book in views], name


def test_a_query_without_a_viewer_asks_nobody(shared):
    facts = shared.facts
    written = facts.write(facts.deals)
    assert MARK in written.text
    with pytest.raises(Exception, match=MARK):
        facts._engine.answer(written.text, written)


def test_a_column_that_is_called_by_its_table_is_told(shared):
    scope = shared.seen_by(ANN)._scope()
    assert scope.run(scope.table("deals").count().as_table()).column(0).to_pylist() == [3]


# ---- what is found out of the rows ------------------------------------------------------------------------------


def by_source(scope) -> ibis.Table:
    """Another query for who has no sources."""
    some = scope.deals.filter(scope.deals.source.notnull()).limit(1)
    if scope.run(some.aggregate(n=some.count()))["n"][0].as_py():
        return scope.deals.select(deal_id=scope.deals.source).distinct().order_by("deal_id")
    return ids(scope)


def test_who_finds_something_else_gets_another_query_and_who_finds_the_same_the_same(shared):
    build = Counting(by_source)
    assert told(shared.seen_by(ANN)._scope(), build) == ["Street", "Web"]
    assert told(shared.seen_by(BEN)._scope(), build) == ["B1", "B2", "B3"]
    assert build.times == 2
    assert told(shared.seen_by(CAL)._scope(), build) == ["Walk-in", "Web"]
    assert told(shared.seen_by(ALL)._scope(), build)[:2] == ["Street", "Walk-in"]
    assert build.times == 2


def of_large(scope) -> ibis.Table:
    return scope.deals.select(deal_id=ibis.literal("large" if scope.is_large else "small")).distinct()


def test_only_what_the_rows_say_counts_and_not_how_many_they_are(shared, monkeypatch):
    monkeypatch.setattr("yaad.measures.scope.EXACT_ROWS", 3)
    build = Counting(of_large)
    assert [told(shared.seen_by(one)._scope(), build) for one in (CAL, ALL, BOTH)] == [["small"], ["large"], ["large"]]
    assert build.times == 2


def inside(scope) -> ibis.Table:
    """A query that leans on another one, which finds something out."""
    return ids(scope) if scope.rows(by_source)["deal_id"].to_pylist() else scope.deals.select("deal_id").limit(0)


def test_what_an_inner_query_found_out_counts_for_the_outer_one(shared):
    build = Counting(inside)
    for viewer, first in ((ANN, "A1"), (BEN, "B1"), (ANN, "A1"), (CAL, "C1")):
        assert told(shared.seen_by(viewer)._scope(), build)[0] == first


def with_rows(scope) -> ibis.Table:
    return ibis.memtable(pa.table({"deal_id": scope.run(ids(scope))["deal_id"]})).order_by("deal_id")


def test_a_query_in_which_rows_stand_is_kept_for_nobody(shared):
    build = Counting(with_rows)
    for times, viewer in enumerate((ANN, ANN, BEN), 1):
        assert told(shared.seen_by(viewer)._scope(), build)[0] == f"{next(iter(viewer.owners))[0]}1"
        assert build.times == times


def no_order(scope) -> ibis.Table:
    """Looks at something that nobody notes."""
    asked = ["won", "lost"] if AT_RANDOM["n"] % 2 else ["lost", "won"]
    AT_RANDOM["n"] += 1
    for outcome in asked:
        rows = scope.deals.filter(scope.deals.outcome == outcome)
        scope.run(rows.aggregate(n=rows.count()))
    return ids(scope)


def of_everybody(scope) -> ibis.Table:
    return scope.whole("deals").select("deal_id").order_by("deal_id")


def test_a_query_over_all_rows_is_for_its_moment_alone(own):
    build = Counting(of_everybody)
    for times, viewer in enumerate((ANN, BEN), 1):
        assert len(told(own.seen_by(viewer)._scope(), build)) == 8
        assert build.times == times


AT_RANDOM: Counter[str] = Counter()


def test_what_is_not_the_same_for_the_same_is_not_kept(shared):
    for viewer in (ANN, BEN, CAL, ANN):
        assert told(shared.seen_by(viewer)._scope(), no_order)[0] == f"{next(iter(viewer.owners))[0]}1"
    assert AT_RANDOM["n"] > 1


# ---- what else it depends on --------------------------------------------------------------------------------------


def test_another_question_is_another_query(shared):
    build, scope = Counting(ids), shared._scope()
    asked = [
        scope,
        replace(scope, period=Period.parse("2026-01")),
        replace(scope, by=("owner",)),
        replace(scope, as_of=scope.as_of - dt.timedelta(days=1)),
        replace(scope, zone="Asia/Jerusalem"),
        replace(scope, calendar=scope.calendar.of_country("US")),
        replace(scope, settings=replace(scope.settings, answer_minutes=5)),
        replace(scope, least=5),
        replace(scope, deals=scope.deals.filter(scope.deals.outcome == "won")),
        replace(scope, pipeline=replace(scope.pipeline, watched_since=dt.date(2026, 1, 2))),
    ]
    for times, one in enumerate(asked, 1):
        told(one, build)
        assert build.times == times
    for one in asked:
        told(one, build)
    assert build.times == len(asked)
    assert told(scope, build, "more") == told(scope, build, "more")
    assert build.times == len(asked) + 1


def names_of_people(scope, *_about) -> ibis.Table:
    known = sorted(scope.settings.people)
    return scope.deals.select(deal_id=ibis.literal(",".join(known))).distinct()


def test_what_a_viewer_does_not_know_of_persons_is_in_no_query_of_theirs(own):
    for name in ("Ann", "Ben"):
        own.write(SettingEntry(at=AT, by="o", key=name, name=f"person:{name}", value='{"team": "North"}'))
    build = Counting(names_of_people)
    for viewer, known in ((ALL, "Ann,Ben"), (ANN, "Ann"), (BEN, "Ben"), (CAL, ""), (ANN, "Ann")):
        assert told(own.seen_by(viewer)._scope(), build) == [known]
    assert build.times == 4


def not_ended(scope) -> ibis.Table:
    return (
        ids(scope)
        .filter(lambda rows: rows.deal_id.isin(["A2", "B2"]))
        .semi_join(scope.deals.filter(scope.deals.outcome == "open"), "deal_id")
    )


def test_what_was_written_meanwhile_is_told_by_the_same_query(own):
    build, ann, ben = Counting(not_ended), own.seen_by(ANN), own.seen_by(BEN)
    day = ann.as_of
    assert (told(ann._scope(), build), told(ben._scope(), build)) == (["A2"], ["B2"])
    own.move("A2", "Won", at=dt.datetime.combine(day, dt.time(8), dt.UTC), by="Ann")
    assert ann.as_of == day
    assert (told(ann._scope(), build), told(ben._scope(), build)) == ([], ["B2"])
    assert build.times == 1


# ---- how much is kept ---------------------------------------------------------------------------------------------


def test_only_so_many_are_kept(shared, monkeypatch):
    first, scope = Counting(ids), replace(shared._scope(), shapes=shapes.Shapes(), stamp=None)
    told(scope, first)
    told(scope, first)
    assert first.times == 1
    monkeypatch.setattr(shapes, "MOST", 3 * shapes.OF_STEP)
    for about in range(4):
        told(scope, Counting(ids), about)
    told(scope, first)
    assert first.times == 2


def test_nothing_is_kept_beyond_an_erasing(shared):
    build, kept = Counting(ids), shapes.Shapes()
    scope = replace(shared._scope(), shapes=kept)
    for times, stamp in enumerate((0, 0, 7), 1):
        kept.hold(stamp)
        told(scope, build)
        assert build.times == (1 if times < 3 else 2)


def test_so_many_findings_are_followed_and_no_more(shared, monkeypatch):
    monkeypatch.setattr(shapes, "WAYS", 1)
    build = Counting(by_source)
    for viewer in (ANN, BEN, BEN, ANN):
        told(shared.seen_by(viewer)._scope(), build)
    assert build.times == 3
