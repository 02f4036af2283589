"""A company that only lists tell of: the funnel and the times of what the lists watched, and what they cannot tell."""

import datetime as dt
import re
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from yaad import measures
from yaad.book import Book
from yaad.demo import Step, World, simulate
from yaad.errors import CannotTell
from yaad.facts.pipelines import joined
from yaad.intake import Mapping
from yaad.model import Pipeline, Stage
from yaad.reports import xray
from yaad.show.speech import say_plain
from yaad.text import day, number

STAGES = ("Lead", "Meeting", "Quote")
MAP = Mapping.from_yaml(
    """kind: deals
shape: two_dates
columns: {id: id, created: created, closed: closed, stage: stage}
stages: [Lead, Meeting, Quote, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
zone: UTC
""",
    name="list.yaml",
)
GAP = 7
# every stay is longer than the time between two lists
SLOW = World(
    start=dt.date(2025, 1, 1),
    days=250,
    inquiries_a_day=4,
    steps=(Step("Lead", 0.6, 14, 16, 0.1), Step("Meeting", 0.7, 15, 20, 0.1), Step("Quote", 0.5, 14, 18, 0.1)),
)
FIRST = 96  # days from the company's start to the first list


def a_list(folder, history, at):
    """What a cumulative export of that day says of a simulated company."""
    moves, names = history.moves(at), history.stage_names
    days = np.datetime64(history.world.start) + moves.second // 86_400
    first = np.flatnonzero(np.diff(moves.deal, prepend=-1))
    last = np.flatnonzero(np.diff(moves.deal, append=-1))
    lines = []
    for begun, now in zip(first, last, strict=True):
        stage = names[moves.stage[now]]
        closed = days[now] if stage in ("Won", "Lost") else ""
        lines.append(f"{moves.deal[now]},{stage},{days[begun]},{closed}")
    return written(folder, at, lines)


def written(folder, at, lines):
    folder.mkdir(exist_ok=True)
    path = folder / f"deals {at.isoformat()}.csv"
    path.write_text("\n".join(["id,stage,created,closed", *lines]) + "\n", "utf-8")
    return path


def days_of_lists(history, first):
    start = history.world.start
    return [start + dt.timedelta(days=n) for n in range(first, history.world.days, GAP)]


def counted_by_hand(history, since, until):
    """Stage → came there, went on, lost there, still there; of the deals that came since a day, as of another."""
    moves, start = history.moves(until), np.datetime64(history.world.start)
    born = start + np.floor(history.paths.born).astype(int)
    ours = born[moves.deal] >= np.datetime64(since)
    deal, stage = moves.deal[ours], moves.stage[ours]
    of = len(STAGES)
    furthest, ended = {}, {}
    for one, place in zip(deal.tolist(), stage.tolist(), strict=True):
        if place < of:
            furthest[one] = max(furthest.get(one, 0), place)
        else:
            ended[one] = place
    rows = {}
    for place, name in enumerate(STAGES):
        here = [one for one, far in furthest.items() if far >= place]
        lost = sum(furthest[one] == place and ended.get(one) == of + 1 for one in here)
        still = sum(furthest[one] == place and one not in ended for one in here)
        rows[name] = (len(here), len(here) - lost - still, lost, still)
    return rows


@pytest.fixture(scope="module")
def history():
    return simulate(SLOW, seed=3)


@pytest.fixture(scope="module")
def days(history):
    return days_of_lists(history, FIRST)


@pytest.fixture(scope="module")
def brought(history, days, tmp_path_factory):
    """The book, and what was said when its lists were imported."""
    root = tmp_path_factory.mktemp("watched")
    with closing(Book.create(root / "book")) as made:
        paths = [a_list(root / "lists", history, at) for at in days]
        yield made, made.import_files(paths, mapping=MAP)


@pytest.fixture(scope="module")
def book(brought):
    return brought[0]


def counted(funnel):
    return {row.stage: (row.entered, row.advanced, row.lost, row.open) for row in funnel.stages}


def test_the_funnel_is_of_the_deals_that_came_since_the_first_list(book, history, days):
    assert (book.pipeline.watched_since, book.pipeline.silent) == (days[0], frozenset())
    (funnel,) = measures.funnel(book._scope())
    assert counted(funnel) == counted_by_hand(history, days[0], days[-1])
    for row, true in zip(funnel.stages, history.truth.rates.steps, strict=True):
        decided = row.advanced + row.lost
        assert decided > 100
        assert row.rate_expected == pytest.approx(true, abs=4 * np.sqrt(true * (1 - true) / decided))


def test_the_funnel_of_all_deals_would_be_far_from_the_truth(book, history):
    scope = book._scope()
    scope = replace(scope, pipeline=replace(scope.pipeline, watched_since=None))
    (funnel,) = measures.funnel(scope)
    far = [row.rate_expected - true for row, true in zip(funnel.stages, history.truth.rates.steps, strict=True)]
    assert far[0] < -0.05, "of those lost before the first list nobody saw that they had moved on"
    assert max(far[1:]) > 0.05, "and later stages lack them"


def test_lists_that_watched_all_deals_leave_none_out(tmp_path):
    history = simulate(replace(SLOW, days=75), seed=4)
    days = days_of_lists(history, 1)
    with closing(Book.create(tmp_path / "book")) as book:
        book.import_files([a_list(tmp_path / "lists", history, at) for at in days], mapping=MAP)
        pipeline = book.pipeline
        assert (pipeline.listed_since, pipeline.watched_since, pipeline.silent) == (days[0], None, frozenset())
        (funnel,) = measures.funnel(book._scope())
        assert counted(funnel) == counted_by_hand(history, history.world.start, days[-1])
        assert [note.key for note in funnel.notes] == ["measures.between_lists"]
        (dwells,) = measures.dwell(book._scope())
        assert [note.key for note in dwells.notes] == ["measures.stays_since", "measures.between_lists"]


def test_times_are_of_stays_that_began_since_the_first_list(book, history, days):
    (dwells,) = measures.dwell(book._scope())
    first, last = FIRST, (days[-1] - history.world.start).days
    for place, row in enumerate(dwells.stages):
        begun = np.floor(history.paths.entered[:, place])
        since = begun >= first if place == 0 else begun > first  # who stood there on the first list, came unknown when
        assert row.n == int((since & (begun <= last)).sum())
        assert row.median_days == pytest.approx(history.truth.stays[row.stage].median, abs=GAP)
    assert dwells.total.n == history.visible(days[-1]), "how long a deal takes in all, the list says of each"


def test_what_lists_cannot_tell_is_said_in_both_languages(brought, days):
    book, report = brought
    n = measures.funnel(book._scope())[0].stages[0].entered
    funnel, dwell = book.funnel(), book.dwell()
    assert set(notes(funnel, "en").split("\n")) >= set(notes(book.conversion(), "en").split("\n")[-2:])
    assert f"Counted are the {n} deals" in notes(book.conversion(window_days=60), "en")
    assert f"Counted are the {n} deals that came since 7 Apr 2025, when the lists begin" in notes(funnel, "en")
    assert "a date may be up to 7 days late" in notes(funnel, "en")
    assert f"כאן נספרות {n} העסקאות שנכנסו מאז {day(days[0], 'he')}, היום של הרשימה הראשונה" in notes(funnel, "he")
    assert "תאריך יכול לאחר עד 7 ימים" in notes(funnel, "he")
    assert "Counted are the stays that began since 7 Apr 2025" in notes(dwell, "en")
    assert "a date may be up to 7 days late" in notes(dwell, "en")
    assert f"רק של מי שהגיע אליו מאז {day(days[0], 'he')}" in notes(dwell, "he")
    assert "תאריך יכול לאחר עד 7 ימים" in notes(dwell, "he")
    assert "book.watched_since" in [note.key for note in report.notes]
    for lang, words in (("en", "when the lists begin"), ("he", "היום של הרשימה הראשונה")):
        assert words in funnel.html(lang)
        assert words in dwell.html(lang)


def test_the_pages_of_a_report_agree_on_which_deals_they_speak_of(book):
    first, second, *_ = xray(book, "en").pages
    deals, won, lost, still_open = (book.measure(name).content[0].value for name in ("deals", "won", "lost", "open"))
    said = f"{number(deals, 'en')} = {won} won + {still_open} open + {lost} lost"
    assert said in "".join(plain(part.html) for part in first.parts)
    of = measures.funnel(book._scope())[0].stages[0].entered
    assert f"Counted are the {of} deals" in "".join(plain(part.html) for part in second.parts)


def plain(html):
    return re.sub("<[^>]*>", "", html)


def notes(result, lang):
    return "\n".join(say_plain(note, lang) for note in result.table(lang).notes)


def test_the_doctor_says_since_when_in_place_of_silent_stages(book, days):
    found = book.doctor().to_dict("en")
    earlier = [one for one in found["findings"] if one["id"] == "before_lists"]
    deals = book.measure("deals").content[0].value
    assert [one["count"] for one in earlier] == [deals - measures.funnel(book._scope())[0].stages[0].entered]
    assert found["cannot_tell"][0]["about"] == "How far the deals came that came before 7 Apr 2025"
    assert not any(one["without_stages"] for one in found["measures"])


def test_figures_of_the_way_say_since_when_too(book, days):
    for figure in measures.measure(["conversion_rate", "reached"], book._scope(by="stage")):
        assert figure.beside["since"] == days[0].isoformat()
        assert figure.why is not None
    (rate,) = measures.measure(["win_rate"], book._scope())
    assert rate.n > measures.funnel(book._scope())[0].stages[0].entered, "how deals ended is known of all"


def test_a_plan_goes_by_the_stages_once_enough_deals_were_watched(book, days):
    ratios = book.ratios()
    assert [row.stage for row in ratios.rows] == ["Meeting", "Quote", "Won"]
    assert [note.key for note in ratios.notes] == ["measures.deals_since"]
    plan = book.plan(10, deadline=days[-1] + dt.timedelta(days=200)).content
    assert [row.stage for row in plan.needed[1:]] == ["Meeting", "Quote", "Won"]
    with closing(Book.open(book.root, as_of=days[3])) as early:
        ratios = early.ratios()
        assert [row.stage for row in ratios.rows] == ["Won"]
        assert ratios.rows[0].of > 100, "of all deals"
        assert [note.key for note in ratios.notes] == ["measures.won_alone"]
        assert [row.stage for row in early.plan(10, deadline=days[-1]).content.needed[1:]] == ["Won"]


def test_month_ends_tell_where_deals_stood_since_the_first_list(book, history, days):
    snapshots = measures.month_ends(book._scope(), 12)
    assert [shot.day.month for shot in snapshots] == list(range(4, days[-1].month + 1))
    now = np.bincount(history.stage_now(days[-1]), minlength=5)
    assert snapshots[-1].counts == dict(zip(STAGES, now[:3].tolist(), strict=True))


@pytest.mark.parametrize(("decided", "since"), [(9, None), (10, dt.date(2025, 3, 2))])
def test_with_fewer_than_ten_decided_deals_the_stages_stay_silent(tmp_path, decided, since):
    first, later = dt.date(2025, 3, 2), dt.date(2025, 3, 30)
    old = [f"old {n},Lost,2025-01-05,2025-02-01" for n in range(20)]
    new = [f"new {n},Lost,2025-03-03,2025-03-20" for n in range(decided)]
    lists = [
        written(tmp_path, first, [*old, "1,Lead,2025-02-20,"]),
        written(tmp_path, later, [*old, *new, "1,Quote,2025-02-20,"]),
    ]
    with closing(Book.create(tmp_path / "book")) as book:
        book.import_files(lists, mapping=MAP)
        assert book.pipeline.watched_since == since
        assert book.pipeline.silent == (frozenset() if since else {"Meeting", "Quote"})
        (funnel,) = measures.funnel(book._scope())
        assert funnel.stages[0].entered == (decided if since else 21 + decided)


def test_stays_that_went_on_at_the_first_list_are_in_no_time_though_all_deals_are_in_the_funnel(tmp_path):
    first = dt.date(2025, 3, 2)
    told = [
        ["1,Lead,2025-01-20,", "2,Meeting,2025-01-25,"],
        ["1,Meeting,2025-01-20,", "2,Meeting,2025-01-25,", "3,Lead,2025-03-03,"],
        ["1,Meeting,2025-01-20,", "2,Quote,2025-01-25,", "3,Meeting,2025-03-03,"],
    ]
    lists = [written(tmp_path, first + week * dt.timedelta(days=GAP), lines) for week, lines in enumerate(told)]
    with closing(Book.create(tmp_path / "book")) as book:
        book.import_files(lists, mapping=MAP)
        assert (book.pipeline.listed_since, book.pipeline.watched_since) == (first, None)
        (funnel,) = measures.funnel(book._scope())
        assert [row.entered for row in funnel.stages] == [3, 3, 1]
        (dwells,) = measures.dwell(book._scope())
        lead, meeting, quote = dwells.stages
        assert (lead.n, lead.mean_days, lead.left_out) == (1, 13, 0), "only the third deal was seen to come and go"
        assert (meeting.n, meeting.n_open, meeting.left_out) == (2, 2, 1), "the second was there before it was seen"
        assert (quote.n, quote.n_open) == (1, 1)


def test_lists_watch_on_until_a_source_knows_the_history_of_all_stages():
    stages = tuple(map(Stage, STAGES))
    watched = Pipeline(stages, listed_since=dt.date(2025, 3, 2), watched_since=dt.date(2025, 3, 2))
    assert joined(watched, Pipeline(stages, frozenset(STAGES[1:]))) == watched
    assert joined(watched, None) == watched
    assert joined(watched, Pipeline(stages[:1])).watched_since == dt.date(2025, 3, 2), "it knows of one stage alone"
    assert joined(watched, Pipeline(stages)) == Pipeline(stages)
    assert Pipeline.from_dict(watched.to_dict()) == watched


def test_what_the_forecast_tells_targets_tell_too_though_few_came_since_the_lists_begin(tmp_path):
    """Sixty deals ended before the first list; of twelve that came since, four were won."""

    def line(deal, stage, came):
        return f"{deal},{stage},{came},{came + dt.timedelta(days=20) if stage in ('Won', 'Lost') else ''}"

    first, last = dt.date(2026, 1, 5), dt.date(2026, 2, 28)
    before = [line(n, ("Won", "Lost")[n % 2], dt.date(2025, 6, 1) + dt.timedelta(days=3 * n)) for n in range(60)]
    since = [line(n, ("Lost", "Lost", "Won")[n % 3], first + dt.timedelta(days=n - 55)) for n in range(60, 72)]
    since += [line(n, "Lead", dt.date(2026, 2, 20)) for n in range(72, 80)]
    moved = [line("moved", stage, dt.date(2026, 1, 2)) for stage in STAGES[:2]]
    lists = [
        written(tmp_path / "lists", day, lines)
        for day, lines in ((first, [*before, moved[0]]), (last, [*before, *since, moved[1]]))
    ]
    with closing(Book.create(tmp_path / "book")) as book:
        book.import_files(lists, mapping=MAP)
        assert book.pipeline.watched_since == first
        assert book.forecast().content.won
        made = book.goals.propose("2026-03").content
        assert (len(made.rows), [one.key for one in made.notes]) == (3, ["goals.as_forecast"])
        with pytest.raises(CannotTell) as untold:
            book.goals.propose("2028-03")  # further than the forecast goes
        assert untold.value.message.key == "goals.few_wins_watched"
        assert untold.value.message.values == {"n": 4, "least": 10, "day": first}
