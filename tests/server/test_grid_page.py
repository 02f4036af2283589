"""The grid of open deals: a row's form without scripts, one cell for a script; conflicts said, all of it taken back."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

ROWS_ALONE = {"HTTP_HX_REQUEST": "true"}
HOSTILE = "<img src=x onerror=alert(1)> {0}"


def book_of(team):
    from yaad.book import Book

    return Book.open(team.here.root)


@pytest.fixture
def at(team):
    return f"{team.here.prefix}pipeline/grid/"


@pytest.fixture
def owner(team):
    return team.client("owner")


def new_deal(team, client, name, **more):
    with book_of(team).at_one_moment() as book:
        stages = [one.name for one in book.pipeline.open]
        whose = min(book.goals.names("owner"))
    typed = {"account": name, "stage": stages[0], "owner": whose, "key": name, **more}
    client.post(f"{team.here.prefix}pipeline/new/", typed)
    with book_of(team).at_one_moment() as book:
        deals = book.facts.deals
        found = book.facts.run(deals.filter(deals.account == name).select("deal_id"))["deal_id"].to_pylist()
    return found[0], stages


def row_of(team, deal):
    with book_of(team).at_one_moment() as book:
        return book.facts.deal(deal)


def strip(answer):
    return html.unescape(re.sub(r"<[^>]+>", "", answer.content.decode()))


def picks(answer):
    return [html.unescape(one) for one in re.findall(r'name="pick" value="([^"]+)"', answer.content.decode())]


def test_a_row_is_changed_by_its_form_and_taken_back(team, owner, at):
    deal, stages = new_deal(team, owner, "Grid One", amount="100", next_step="call")
    page = owner.get(at, {"q": "Grid One", "edit": deal, "sort": "-amount"})
    assert page.content.count(b'form="row"') == 2 * 9 + 1  # what was seen and what is typed of each cell, and a button
    sent = {"deal": deal, "at_q": "Grid One", "at_sort": "-amount", "key": "g1",
            "seen_next_step": "call", "next_step": HOSTILE, "seen_amount": "100", "amount": "2,500 ₪",
            "seen_stage": stages[0], "stage": stages[1], "seen_contact": "", "contact": ""}  # fmt: skip
    done = owner.post(f"{at}change/", sent)
    told = {name: values[0] for name, values in parse_qs(urlsplit(done["Location"]).query).items()}
    assert (told["q"], told["sort"], told["deal"], told["done"].count(",")) == ("Grid One", "-amount", deal, 1)
    after = row_of(team, deal)
    assert (after["next_step"], float(after["amount"]), after["stage"]) == (HOSTILE, 2500.0, stages[1])
    shown = owner.get(done["Location"])
    assert "Saved: Grid One" in strip(shown)
    assert b"<img src=x" not in shown.content
    assert owner.post(f"{at}change/", sent)["Location"]  # the same form sent twice
    back = owner.post(f"{at}undo/", {"pick": picks(shown), "at_q": "Grid One"}, follow=True)
    assert back.status_code == 200
    before = row_of(team, deal)
    assert (before["next_step"], float(before["amount"]), before["stage"]) == ("call", 100.0, stages[0])


def test_a_script_gets_the_row_as_it_is_and_a_conflict_overwrites_nothing(team, owner, at):
    deal, _ = new_deal(team, owner, "Grid Two", amount="100")
    done = owner.post(f"{at}change/", {"deal": deal, "seen_amount": "100", "amount": "200"}, **ROWS_ALONE)
    assert (done.status_code, done.content.count(b"<tr")) == (200, 1)
    assert b'data-value="200"' in done.content
    late = owner.post(f"{at}change/", {"deal": deal, "seen_amount": "100", "amount": "300"}, **ROWS_ALONE)
    assert late.status_code == 409
    assert b'data-value="200"' in late.content
    assert "200" in strip(late)
    bad = owner.post(f"{at}change/", {"deal": deal, "seen_amount": "200", "amount": "much"}, **ROWS_ALONE)
    assert bad.status_code == 400
    assert float(row_of(team, deal)["amount"]) == 200.0
    back = owner.post(f"{at}undo/", {"pick": picks(done)}, **ROWS_ALONE)
    assert b'data-value="100"' in back.content
    assert owner.post(f"{at}undo/", {"pick": picks(done)}, **ROWS_ALONE).status_code == 400
    again = owner.post(f"{at}change/", {"deal": deal, "seen_amount": "1", "amount": "300"})
    assert again.status_code == 409
    assert b'value="300"' not in owner.get(at, {"q": "Grid Two"}).content


def test_what_asks_first_leads_there_and_a_block_goes_on_without(team, owner, at):
    deal, stages = new_deal(team, owner, "Grid Three")
    with book_of(team).at_one_moment() as book:
        won = book.pipeline.won[0].name
    end = owner.post(f"{at}change/", {"deal": deal, "seen_stage": stages[0], "stage": won}, **ROWS_ALONE)
    assert "/deal/close/" in end["X-Goes-To"]
    exits = f"{team.here.prefix}pipeline/exits/"
    owner.post(exits, {"stage": [stages[0]], "lines": ["Budget is known"]})
    on = {"deal": deal, "seen_stage": stages[0], "stage": stages[1], "at_q": "Grid"}
    asked = owner.post(f"{at}change/", on, **ROWS_ALONE)["X-Goes-To"]
    assert parse_qs(urlsplit(asked).query)["back"] == ["grid"]
    sent = {"id": deal, "to": stages[1], "seen": stages[0], "back": "grid", "at_q": "Grid", "key": "b1"}
    led = owner.post(f"{team.here.prefix}deal/leave/", sent)
    assert urlsplit(led["Location"]).path == at
    assert "without: Budget is known" in strip(owner.get(led["Location"]))
    owner.post(f"{at}change/", {"deal": deal, "seen_stage": stages[1], "stage": stages[0]}, **ROWS_ALONE)
    many = owner.post(f"{at}change/", {**on, "at_once": ""}, **ROWS_ALONE)
    assert "without: Budget is known" in strip(many)
    owner.post(exits, {"stage": [stages[0]], "lines": [""]})


def test_the_grid_shows_each_their_own_and_changes_nothing_of_others(team, owner, at):
    deal, _ = new_deal(team, owner, "Grid Four", owner="Ann")
    assert "Grid Four" in strip(owner.get(at, {"q": "Grid Four"}))
    rep = team.client("rep")
    assert "Grid Four" not in strip(rep.get(at))
    for headers in ({}, ROWS_ALONE):
        refused = rep.post(f"{at}change/", {"deal": deal, "seen_amount": "", "amount": "5"}, **headers)
        assert refused.status_code == 404
        assert "Grid Four" not in strip(refused)
    read = team.client("consultant").get(at, {"q": "Grid Four"})
    assert b'aria-readonly="true"' in read.content
    assert b"grid/change" not in read.content
    for odd in ({"sort": "custom"}, {"page": "99999999999999999999"}, {"page": "-1"}, {"edit": "<x>"}, {"done": "1,x"}):
        assert owner.get(at, odd).status_code == 200


def test_a_row_is_kept_as_a_whole_or_not_at_all(team, owner, at):
    deal, stages = new_deal(team, owner, "Grid Five", next_step="Dana")
    sent = {"deal": deal, "seen_next_step": "Somebody", "next_step": "Ron", "seen_stage": stages[0], "stage": stages[1]}
    stale = owner.post(f"{at}change/", sent, **ROWS_ALONE)
    assert stale.status_code == 409
    assert "Nothing was changed" in strip(stale)
    assert (row_of(team, deal)["stage"], row_of(team, deal)["next_step"]) == (stages[0], "Dana")
    moved = owner.post(f"{at}change/", {**sent, "seen_next_step": "Dana", "seen_stage": stages[1], "stage": stages[0]})
    assert moved.status_code == 409
    assert row_of(team, deal)["next_step"] == "Dana"


def test_a_text_of_several_lines_stays_so_and_is_no_conflict(team, owner, at):
    deal, _ = new_deal(team, owner, "Grid Six", next_step="call  Dana\nsend", amount="1")
    field = "call  Danasend"  # as a field of one line holds it, which drops line breaks
    for shown in ("call  Dana\r\nsend", "call Dana send"):
        form = {"deal": deal, "seen_next_step": "call  Dana\r\nsend", "next_step": shown}
        done = owner.post(f"{at}change/", {**form, "seen_amount": "1", "amount": "1"}, **ROWS_ALONE)
        assert done.status_code == 200
        assert picks(done) == []
    assert row_of(team, deal)["next_step"] == "call  Dana\nsend"
    page = owner.get(at, {"q": "Grid Six", "edit": deal}).content.decode()
    assert 'name="next_step" value="call  Dana send"' in page
    done = owner.post(f"{at}change/", {**form, "next_step": "write"}, **ROWS_ALONE)
    assert (done.status_code, field in strip(done)) == (200, False)
    assert row_of(team, deal)["next_step"] == "write"


def test_a_block_closes_no_deal_and_its_other_rows_go_on(team, owner, at):
    deal, stages = new_deal(team, owner, "Grid Seven", next_step="Dana")
    with book_of(team).at_one_moment() as book:
        ends = [book.pipeline.won[0].name, book.pipeline.lost[0].name]
    for end in ends:
        row = {
            "deal": deal,
            "at_once": "",
            "seen_stage": stages[0],
            "stage": end,
            "seen_next_step": "Dana",
            "next_step": "R",
        }
        told = owner.post(f"{at}change/", row, **ROWS_ALONE)
        assert (told.status_code, "X-Goes-To" in told) == (400, False)
        assert f"Grid Seven stays as it was: a deal goes to {end} on its own" in strip(told)
        assert (row_of(team, deal)["stage"], row_of(team, deal)["next_step"]) == (stages[0], "Dana")


def test_who_asks_for_quiet_is_called_by_no_telephone_in_what_was_done(team, owner, at):
    import datetime as dt

    from yaad.measures.opted_out import Handles

    stamp = {"at": dt.datetime.now(dt.UTC), "by": "test"}
    book = book_of(team)
    stage, onward = (one.name for one in book.pipeline.open[:2])
    book.write_down(stage, {"phone": "055-8890007"}, key="quiet-bare", deal_id="INQ-quiet", **stamp)
    book.opt_out(Handles(frozenset({"+972558890007"})), "calls", key="quiet-said", **stamp)
    book.close()
    pipeline = f"{team.here.prefix}pipeline/"
    stale = {"deal": "INQ-quiet", "stage": stage, "seen": onward}
    said = [
        owner.post(f"{at}change/", {"deal": "INQ-quiet", "seen_next_step": "", "next_step": "R"}, follow=True),
        owner.post(f"{at}change/", {"deal": "INQ-quiet", "seen_next_step": "R", "next_step": ""}, follow=True),
        owner.post(f"{at}change/", {"deal": "INQ-quiet", "seen_next_step": "No", "next_step": "R"}),
        owner.post(f"{pipeline}move/", stale),
        owner.post(f"{pipeline}many/", {"do": "move", "stage": onward, "pick": f"deal=INQ-quiet&stage={onward}"}),
        owner.post(f"{pipeline}move/", {"deal": "INQ-quiet", "stage": onward, "seen": stage}, follow=True),
    ]
    for one in said:
        assert "INQ-quiet" in strip(one)
        assert "8890007" not in one.content.decode()


def test_what_cannot_be_read_is_told_and_keeps_no_good_cell_out(team, owner, at):
    deal, stages = new_deal(team, owner, "Grid Bad", amount="100")
    sent = {"deal": deal, "seen_amount": "100", "amount": "much", "seen_next_step": "", "next_step": "call",
            "seen_next_step_day": "", "next_step_day": "soon", "seen_stage": stages[0], "stage": stages[1]}  # fmt: skip
    told = owner.post(f"{at}change/", {**sent, "key": "bad"}, **ROWS_ALONE)
    assert told.status_code == 200
    assert "much" in strip(told)
    assert "soon" in strip(told)
    assert "The other cells of the row are kept." in strip(told)
    row = row_of(team, deal)
    assert (float(row["amount"]), row["next_step"], row["next_step_day"], row["stage"]) == (
        100.0, "call", None, stages[1],
    )  # fmt: skip
    assert owner.post(f"{at}undo/", {"pick": picks(told)}, **ROWS_ALONE).status_code == 200
    form = owner.post(f"{at}change/", {**sent, "key": "form", "at_q": "Grid Bad"})
    assert "Saved: Grid Bad" in strip(form)
    assert b'value="much"' in form.content
    assert len(picks(form)) == 2
    owner.post(f"{at}undo/", {"pick": picks(form)})
    alone = owner.post(f"{at}change/", {"deal": deal, "seen_amount": "100", "amount": "much"}, **ROWS_ALONE)
    assert alone.status_code == 400
    assert "other cells" not in strip(alone)


def test_the_column_by_which_it_is_sorted_is_marked_and_its_head_turns_it_round(team, owner, at):
    page = owner.get(at, {"sort": "amount"}).content.decode()
    (head,) = re.findall(r'<th [^>]*aria-sort="(\w+)"[^>]*data-head="amount"><a href="([^"]+)">', page)
    assert head[0] == "ascending"
    assert parse_qs(urlsplit(html.unescape(head[1])).query)["sort"] == ["-amount"]
    assert page.count("aria-sort=") == 1
    assert "↑" in page
    turned = owner.get(at, {"sort": "-amount"}).content.decode()
    assert 'aria-sort="descending"' in turned
    assert "↓" in turned
