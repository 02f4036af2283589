"""The win chance through real books: planted effects are found, planted nothing is withheld, what leaks is refused."""

import contextlib
import datetime as dt
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from benchmarks.statistics import win_chance
from tests.insight.companies import book_of, outcomes

from yaad.book import Book
from yaad.book.chances import kept_chances
from yaad.book.computed import FOLDER
from yaad.demo import Group, Rep, Step, World, simulate
from yaad.errors import UnknownName
from yaad.faces.cli import main
from yaad.insight.winning import Level, Order, Wanted, chosen
from yaad.text import LANGUAGES, render

STRONG = "Referral"
PLANTED = World(
    days=300,
    inquiries_a_day=3,
    steps=(Step("Quote", 0.45, 12, 25), Step("Talk", 0.5, 10, 25)),
    sources=(Group("Web", 2.0), Group("Fair", 2.0), Group(STRONG, 2.0, (0.9,))),
    reps=(Rep("Ann"), Rep("Ben")),
)
"""Of the strong source about .45 of the inquiries close, of the others .225: twice as many."""
NOTHING = World(
    days=300,
    inquiries_a_day=3,
    steps=(Step("Talk", 0.4, 20, 20),),
    sources=(Group("Web"), Group("Fair"), Group(STRONG)),
    reps=(Rep("Ann"), Rep("Ben")),
)
"""One stage whose wins and losses take equally long: neither age nor field says anything."""


@pytest.fixture(scope="module")
def history():
    return simulate(PLANTED, seed=4)


@pytest.fixture(scope="module")
def planted(history, tmp_path_factory):
    """The book of the planted company, with a field that is filled in by the outcome and one only for decided deals."""
    ends = outcomes(history)
    guess = np.random.default_rng(1).random(len(ends)) < 0.5
    signed = np.where(ends == "open", guess, ends == "won")
    reason = np.random.default_rng(2).choice(["price", "time", "fit"], len(ends))
    columns = {
        "contract": np.where(signed, "signed", "not signed").tolist(),
        "verdict": np.where(ends == "open", "", reason).tolist(),
    }
    with contextlib.closing(book_of(tmp_path_factory.mktemp("planted"), history, columns)) as book:
        yield book


def test_every_bound_of_the_study_holds():
    found = win_chance.run(full=False)
    assert [check for check, held in found["checks"].items() if not held] == []


def of(message):
    """The key of a message and its values."""
    return message.key, message.values


def test_the_planted_source_is_the_reason_of_its_deals(planted, history):
    told = planted.win_chances().content
    assert told.method == "hazards"
    assert "source" in told.fields
    sources = {f"D{deal}": PLANTED.sources[source].name for deal, source in enumerate(history.paths.source)}
    strong = [deal for deal in told.deals if sources[deal.deal_id] == STRONG]
    others = [deal for deal in told.deals if sources[deal.deal_id] != STRONG]
    assert len(strong) >= 20
    more = ("chances.source_more", STRONG)
    named = [any((key, values.get("value")) == more for key, values in map(of, deal.reasons)) for deal in strong]
    assert np.mean(named) >= 0.8
    for deal in others:
        assert "chances.source_more" not in [one.key for one in deal.reasons]
    for stage in {deal.stage for deal in told.deals}:
        best, rest = ([deal.chance for deal in part if deal.stage == stage] for part in (strong, others))
        if best and rest:
            assert np.mean(best) > np.mean(rest)


def test_fields_that_know_the_end_are_refused_and_named(planted):
    told = planted.win_chances().content
    refused = {one.field: one for one in told.refused}
    assert set(refused) == {"contract", "verdict"}
    assert refused["contract"].auc > 0.95
    assert refused["contract"].why.key == "chances.refused_too_good"
    assert refused["verdict"].why.key == "chances.refused_filled"
    assert not {"contract", "verdict"} & set(told.fields)
    for lang in LANGUAGES:
        notes = planted.win_chances().table(lang).notes
        for one in told.refused:
            assert one.field in render(one.why, lang)
            assert one.why in notes


def test_open_deals_alone_have_a_chance_and_the_chances_add_up(planted, history):
    told = planted.win_chances().content
    still = np.flatnonzero(outcomes(history) == "open").tolist()
    assert sorted(deal.deal_id for deal in told.deals) == sorted(f"D{deal}" for deal in still)
    chances = [deal.chance for deal in told.deals]
    assert chances == sorted(chances, reverse=True)
    assert all(0 < chance < 1 for chance in chances)
    assert told.expected == pytest.approx(sum(chances))
    assert all(deal.level is Level.of(deal.chance) for deal in told.deals)
    n = sum(one.n for one in told.kept)
    assert n == told.scores[0].n
    for one in told.kept:
        assert 0 <= one.won <= one.n
        assert 0 <= one.said <= one.n


def test_the_calls_are_ranked_by_the_chances_once_they_are_known(planted):
    chances = {deal.deal_id: deal.chance for deal in planted.win_chances().content.deals}
    for call in planted.deals_to_call().content:
        assert call.chance == chances[call.deal_id]


def test_the_command_line_and_python_say_the_same(planted):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["chances", "--book", str(planted.root), "--json", "--lang", "he"]) == 0
    said = json.loads(out.getvalue())
    assert said == json.loads(json.dumps(planted.win_chances().to_dict("he")))
    assert said["deals"][0]["chance"] == max(deal["chance"] for deal in said["deals"])


def test_the_command_line_and_python_choose_alike(planted):
    out = io.StringIO()
    words = ["--owner", "Ann", "--level", "medium", "--sort", "amount", "--find", "quote"]
    with contextlib.redirect_stdout(out):
        assert main(["chances", "--book", str(planted.root), "--json", "--lang", "en", *words]) == 0
    mine = planted.win_chances().only(owner="Ann", level="medium", order="amount", words="quote")
    assert mine.content.deals
    assert json.loads(out.getvalue())["deals"] == json.loads(json.dumps(mine.to_dict("en")["deals"]))
    for wrong in ({"level": "sure"}, {"order": "luck"}):
        with pytest.raises(UnknownName):
            planted.win_chances().only(**wrong)


def test_chances_are_computed_once_for_the_same_data(planted):
    told = planted.win_chances().content
    steps = []
    again = planted.win_chances(lambda done, total: steps.append((done, total))).content
    assert steps == []
    assert again == told == kept_chances(planted.root, planted.facts.deals_version)


def test_what_cannot_be_read_is_computed_again(planted):
    told = planted.win_chances().content
    for file in (planted.root / FOLDER).glob("chances-*.json"):
        file.write_text('{"as_of": "no day"}')
    steps = []
    assert planted.win_chances(lambda done, total: steps.append((done, total))).content == told
    assert steps[-1][0] == steps[-1][1]
    assert [done for done, _ in steps] == list(range(1, len(steps) + 1))


def test_some_of_the_deals_in_another_order(planted):
    told = planted.win_chances().content
    mine = chosen(told, Wanted(owner="Ann", stage="Talk", order=Order.AMOUNT))
    assert mine.deals
    assert {(deal.owner, deal.stage) for deal in mine.deals} == {("Ann", "Talk")}
    amounts = [deal.amount for deal in mine.deals]
    assert amounts == sorted(amounts, reverse=True)
    parts = [chosen(told, Wanted(level=level)) for level in Level]
    assert sum(len(part.deals) for part in parts) == len(told.deals)
    assert sum(part.expected for part in parts) == pytest.approx(told.expected)
    (one,) = chosen(told, Wanted(words=f"{told.deals[0].deal_id.lower()} {told.deals[0].stage.lower()}")).deals[:1]
    assert one == told.deals[0]
    assert chosen(told, Wanted(words="nobody")).deals == ()
    longest = chosen(told, Wanted(order=Order.DAYS)).deals
    assert [deal.days for deal in longest] == sorted((deal.days for deal in longest), reverse=True)
    assert (mine.scores, mine.stages) == (told.scores, told.stages)


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_told_where_nothing_tells_deals_apart(tmp_path, seed):
    with contextlib.closing(book_of(tmp_path, simulate(NOTHING, seed))) as book:
        told = book.win_chances().content
        assert told.method is None
        assert told.withheld.key == "chances.withheld_base_rate"
        assert told.decided > 300
        assert told.deals
        assert {deal.chance for deal in told.deals} == {None}
        assert told.expected is None
        waits = [deal.days for deal in told.deals]
        assert waits == sorted(waits, reverse=True)
        (stage,) = told.stages
        assert stage.low <= 0.4 <= stage.high
        said = book.win_chances().table("en")
        assert said.notes[0] == told.withheld
        assert [row[0].value for row in said.rows] == ["Talk"]


def test_few_decided_deals_are_too_few(tmp_path):
    history = simulate(World(days=40, inquiries_a_day=1, steps=PLANTED.steps), seed=1)
    with contextlib.closing(book_of(tmp_path, history)) as book:
        told = book.win_chances().content
        assert (told.method, told.withheld.key) == (None, "chances.withheld_few")
        assert told.withheld.values["n"] == told.decided == int((outcomes(history) != "open").sum())
        assert told.scores == ()
        assert "50" in render(told.withheld, "he")


def test_a_young_company_cannot_be_tried_out_on_its_past(tmp_path):
    quick = World(days=30, inquiries_a_day=6, steps=(Step("Talk", 0.4, 1, 2),))
    with contextlib.closing(book_of(tmp_path, simulate(quick, seed=1))) as book:
        told = book.win_chances().content
        assert told.decided > 50
        assert (told.method, told.withheld.key) == (None, "chances.withheld_untested")


def test_an_empty_list_of_open_deals_is_said(tmp_path):
    history = simulate(World(days=200, inquiries_a_day=2, steps=(Step("Talk", 0.4, 20, 20),)), seed=1)
    folder = tmp_path / "closed"
    with contextlib.closing(book_of(folder, history)) as book:
        file = folder / "deals.csv"
        lines = file.read_text("utf-8").splitlines()
        file.write_text("\n".join(line for line in lines if not line.endswith(",Talk")) + "\n", "utf-8")
    with contextlib.closing(Book.create(folder / "again")) as book:
        book.import_files([file], mapping=folder / "deals.yaml", as_of=history.as_of)
        told = book.win_chances()
        assert told.content.deals == ()
        assert told.to_dict("en")["deals"] == []


def test_a_target_leaves_the_chances_and_a_deal_that_moves_does_not(tmp_path):
    history = simulate(replace(NOTHING, days=120, inquiries_a_day=2), seed=1)
    with contextlib.closing(book_of(tmp_path, history)) as book:
        told = book.win_chances().content
        moment = book.facts.as_of_at - dt.timedelta(hours=1)
        book.goals.set(5, "2025-06", measure="won", at=moment, by="Ann")
        steps = []
        assert book.win_chances(lambda done, total: steps.append(done)).content == told
        assert steps == []
        book.win(told.deals[0].deal_id, at=moment, by="Ann")
        again = book.win_chances(lambda done, total: steps.append(done)).content
        assert steps
        assert told.deals[0].deal_id not in [deal.deal_id for deal in again.deals]
        assert again.decided == told.decided + 1
