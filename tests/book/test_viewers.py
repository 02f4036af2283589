"""A book under a viewer: no aggregate holds a row of others, and who sees no persons is told none."""

import datetime as dt
import inspect
from contextlib import closing
from dataclasses import replace

import ibis
import pyarrow as pa
import pytest
from tests.facts.seen_by_hand import seen
from tests.measures.closeness import close
from tests.measures.company import WORLD, rows_of
from tests.people import EVENTS

from yaad import measures
from yaad.book import Book, ImportRecord
from yaad.book.quotes import Offer
from yaad.errors import InputError, UnknownName, Withheld
from yaad.facts import Lake, store
from yaad.measures import REGISTRY
from yaad.measures.opted_out import Handles
from yaad.measures.small_groups import COLUMNS
from yaad.measures.withheld import LEAST
from yaad.model import SCHEMAS, SettingEntry, TargetEntry, Viewer
from yaad.model.inquiries import Touch
from yaad.model.personal import may_point

SMALL = replace(WORLD, days=100, inquiries_a_day=1.5)
ANN = Viewer(frozenset({"Ann"}), frozenset({"North"}))
TOTALS = Viewer(persons=False)
AT = dt.datetime(2026, 1, 1, 8, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    lake = Lake.create(tmp_path_factory.mktemp("viewers") / "book")
    rows = rows_of(5, SMALL)
    known = dict(zip(*(rows["deals"][name].to_pylist() for name in ("deal", "deal_id")), strict=True))
    moves = rows["stage_moves"]
    ids = pa.array([known[deal] for deal in moves["deal"].to_pylist()])
    arriving = {
        name: table.drop_columns(list({"deal"} & set(table.column_names)))
        for name, table in rows.items()
        if name not in ("stage_visits", "stage_moves")
    }
    arriving["moves"] = moves.drop_columns(["deal"]).append_column("deal_id", ids)
    store(lake, arriving, SMALL.pipeline, zone="UTC", last_event=None, last_day=SMALL.as_of, import_name="company")
    ImportRecord("company", (), EVENTS, "deals").save(lake.root / "imports")
    with closing(Book.open(lake.root)) as book:
        month = f"{book.as_of:%Y-%m}"
        for n, (owner, team) in enumerate([("Ann", None), ("Ben", None), (None, None), (None, "North")]):
            common = {"measure": "won_value", "period": month, "currency": "ILS", "tax": "net"}
            book.write(TargetEntry(at=AT, by="o", key=f"t{n}", value="1000", owner=owner, team=team, **common))
        for name in ("2020-01", "2020-01/Ann", "2020-01/Ben"):
            said = '{"commit": "5", "best": null}'
            book.write(SettingEntry(at=dt.datetime(2019, 1, 1, tzinfo=dt.UTC), by="o", key=name,
                                    name=f"judgement:{name}", value=said))  # fmt: skip
    return lake.root


@pytest.fixture
def book(root):
    opened = []

    def under(viewer):
        opened.append(Book.open(root, viewer=viewer))
        return opened[-1]

    yield under
    for one in opened:
        one.close()


def told(scope, ids=tuple(REGISTRY)):
    """Every measure that knows the breakdown."""
    return measures.measure([name for name in ids if _knows(REGISTRY[name], scope)], scope)


def _knows(each, scope):
    try:
        for leaf in each.parts or (each,):
            leaf.statistics(scope)
    except UnknownName:
        return False
    return True


@pytest.fixture(params=["asked of the whole", "asked of a copy"])
def large(request, monkeypatch):
    """A book that is as it is, or so large that what a viewer sees of it is copied."""
    is_copied = request.param == "asked of a copy"
    if is_copied:
        monkeypatch.setattr("yaad.facts.facts.SMALL", 0)
        monkeypatch.setattr("yaad.facts.facts.SMALL_PART", 1)
    return is_copied


def test_every_measure_under_a_viewer_is_that_of_a_book_of_these_rows_alone(book, large):
    whole, under = book(Viewer()), book(ANN)
    rows = {name: whole.facts.run(whole.facts.table(name)).to_pylist() for name in SCHEMAS}
    alone = {name: pa.Table.from_pylist(found, schema=SCHEMAS[name]) for name, found in seen(rows, ANN).items()}
    assert 0 < alone["deals"].num_rows < len(rows["deals"])
    con = ibis.duckdb.connect()
    con.raw_sql("SET TimeZone='UTC'")
    tables = {name: ibis.memtable(table) for name, table in alone.items()}
    scope = under._scope(by="week")
    by_hand = replace(
        scope, deals=tables["deals"], visits=tables["stage_visits"], moves=tables["stage_moves"],
        table=tables.__getitem__, whole=None, run=con.to_pyarrow, sql=str, shapes=None,
    )  # fmt: skip
    one, other = told(scope), told(by_hand)
    con.disconnect()
    assert len(one) > len(REGISTRY)
    close(one, other)
    for name in ("deals", "stage_visits"):
        assert ("WHERE" in under.facts.sql(under.facts.table(name))) is not large
    assert measures.measure(["won"], whole._scope()) != measures.measure(["won"], under._scope())


def test_of_a_large_book_a_large_part_is_not_copied(book, monkeypatch):
    monkeypatch.setattr("yaad.facts.facts.SMALL", 0)
    monkeypatch.setattr("yaad.facts.facts.SMALL_PART", 1)
    monkeypatch.setattr("yaad.facts.facts.COPIED", {"deals": 1, "stage_visits": 1})
    facts = book(ANN).facts
    assert "WHERE" in facts.sql(facts.deals)
    assert "WHERE" in facts.sql(facts.visits)


@pytest.mark.parametrize("table", ["deals", "stage_visits"])
def test_of_a_large_book_only_a_small_share_is_copied(book, monkeypatch, table):
    monkeypatch.setattr("yaad.facts.facts.SMALL", 0)
    seen = (book(viewer).facts for viewer in (Viewer(), ANN))
    whole, mine = (facts.run(facts.table(table)).num_rows for facts in seen)
    for part, is_copied in ((whole // mine, True), (whole // mine + 1, False)):
        monkeypatch.setattr("yaad.facts.facts.SMALL_PART", part)
        facts = book(ANN).facts
        assert ("WHERE" in facts.sql(facts.table(table))) is not is_copied


def test_names_that_are_offered_are_those_of_the_viewer(book):
    under = book(ANN)
    assert under.goals.names("owner") == ["Ann"]
    for ask in (lambda: under.customer("Firm"), lambda: under.move("D", "Won", at=AT, by="x"),
                lambda: under.judge(commit="1", person="Bem", at=AT, by="x")):  # fmt: skip
        with pytest.raises((UnknownName, InputError)) as found:
            ask()
        said = found.value.say("en") + repr(getattr(found.value, "known", ""))
        assert "Ben" not in said
        assert "Cal" not in said


def test_targets_and_words_of_others_are_not_listed(book):
    under = book(ANN)
    assert {one.owner for one in under.goals._entries()[0].values()} == {"Ann", None}
    assert {one.name for one in under._judging()._entries()} == {"judgement:2020-01/Ann"}
    assert len(book(Viewer())._judging()._entries()) == 3


# ---- who sees no persons ---------------------------------------------------------------------------------------------

FIGURES = {"cannot_tell", "measure", "kpis", "funnel", "conversion", "dwell", "snapshots", "explain",
           "where_most_is_lost", "catalogue"}  # fmt: skip
ABOUT = {"as_of", "columns", "data_version", "is_empty", "is_large", "name", "pipeline", "settings", "stays", "zone",
         "own_measures", "facts", "open_deals", "dials_in", "need_persons", "shared", "seen_by",
         "at_one_moment", "opt_outs", "exits", "leading", "strengths", "told"}  # fmt: skip
OF_FILES = {"add_measures", "brings_back", "check_measures", "close", "create", "import_files", "import_text", "open",
            "rebuild", "remove_measure", "rename", "temporary", "understand", "undo_import", "set_setting",
            "unsay", "write"}  # fmt: skip
ASKED = {
    "board": (AT.date(),), "deal": ("x",), "deal_now": ("x",),
    "behind": ("won",), "customer": ("x",), "follow_up": ("x.xlsx",), "judge": (), "whatif": (5,), "plan": (5,),
    "outlook": ("2026-12",), "move": ("x", "Won"), "win": ("x",), "lose": ("x",), "note": ("x", "y"),
    "change": ("x", {"name": "y"}), "act": ("x", "call"), "quote": ("x", Offer(title="y")),
    "take_over": ("x", 1), "left_to_take": ("x", dt.date(2026, 10, 20)),
    "withdraw_quote": ("x", 1), "quote_opened": ("x", 1), "quotes": ("x",), "quote_document": ("x", 1),
    "attach": ("x", "y", [b"z"]), "files_of_deal": ("x",), "file_of_deal": ("x", 1),
    "write_down": ("New", {}), "undo": ("x", 1),
    "inquiry": (Touch(name="x"),), "inquiry_of": (Touch(phone="050-1234567"), AT), "is_known": ("050-1234567",),
    "no_phone_of": ("x", 1),
    "unanswered": (AT,), "planned_on": (AT.date(),), "hold": ("x", {}, "k"),
    "opt_out": (Handles(frozenset({"+972501234567"})), "calls"), "opt_out_numbered": (1,),
    "opt_out_of_deal": ("x", "calls"), "opt_out_list": ("0501234567", "calls"), "handles_of_customer": ("x",),
}  # fmt: skip
WRITES = {"judge", "move", "win", "lose", "note", "change", "act", "quote", "take_over", "withdraw_quote",
          "quote_opened", "attach", "write_down", "undo", "inquiry", "opt_out",
          "opt_out_of_deal", "opt_out_list"}  # fmt: skip


def test_who_sees_no_persons_is_refused_all_that_is_no_total(book):
    under = book(TOTALS)
    rest = {name for name in dir(Book) if not name.startswith("_")} - FIGURES - ABOUT - OF_FILES
    assert len(rest) > 20
    told = []
    for name in sorted(rest):
        try:
            found = getattr(under, name)
            if inspect.ismethod(found):
                found(*ASKED.get(name, ()), **({"at": AT, "by": "x"} if name in WRITES else {}))
        except Withheld:
            continue
        told.append(name)
    assert told == [], " ".join(told)


def test_only_breakdowns_that_point_at_nobody_are_told(book):
    under = book(TOTALS)
    assert set(under.columns) == {name for name in book(Viewer()).columns if name in COLUMNS}
    assert not any(map(may_point, COLUMNS))
    assert "owner" not in under.columns
    for ask in (under.funnel, under.dwell, lambda by: under.measure("won", by=by),
                lambda by: under.kpis(by=by, measures=["won"], look_back=False),
                lambda by: under.conversion(by=by), lambda by: under.explain("won", by=by)):  # fmt: skip
        assert ask(by="source").content
        for by in ("owner", "rep", "account", "deal_id", "day", "hour", "amount", "a column that is none"):
            with pytest.raises(Withheld, match="source"):
                ask(by=by)


def test_no_days_are_cut_off_and_no_other_day_is_looked_from(book, root):
    under = book(TOTALS)
    month = under.as_of.strftime("%Y-%m")
    assert under.measure("won", period=month).content
    for ask in (lambda: under.measure("won", period=f"{month}-01"), lambda: under.funnel(period=f"{month}-01"),
                lambda: under.kpis(f"{month}-01..{month}-09"), lambda: under.dwell(by=("source", "branch")),
                lambda: under.conversion(by=("month", "year")),
                lambda: Book.open(root, viewer=TOTALS, as_of=dt.date(2020, 1, 1))):  # fmt: skip
        with pytest.raises(Withheld):
            ask()


def test_no_figure_of_few_is_told(book):
    under = book(TOTALS)
    for by in ("source", "month"):
        found = told(under._scope(by=by), tuple(REGISTRY)[::5])
        assert all(one.value is None or not 0 < one.n < LEAST for one in found)
    assert any(one.why and one.why.key == "viewer.few" for one in found)
    assert under.explain("won").content.rows == ()
    assert under.explain("won").content.rows_total >= LEAST


def test_the_companys_people_are_not_told(book):
    assert book(TOTALS).settings.people == {}
    assert book(TOTALS).settings.judgements == {}
