"""What programs write: once, only where they may, only on what they saw; and what a token opens."""

import concurrent.futures
import datetime as dt
import re

import pytest
from tests.api.conftest import Program, token_of

CONTENT = "application/problem+json"


def stage_of(program, deal: str) -> str:
    return program.get(f"/deals/{deal}").json()["stage"]


def test_a_deal_is_moved_won_and_taken_back(program):
    asking = program("rep")
    moved = asking.post("/deals/here-Ben-4/move", {"stage": "Meeting"})
    assert (moved.status_code, moved.json()["stage"]) == (200, "Meeting"), moved.content.decode()
    won = asking.post("/deals/here-Ben-4/win", {"amount": "1234.50", "reason": "price"}).json()
    told = asking.get("/deals/here-Ben-4").json()
    assert (told["outcome"], told["amount"], told["version"]) == ("won", 1234.5, won["version"])
    assert [(one["kind"], one["by"]) for one in told["entries"]][-2:] == [("move", "rep here"), ("win", "rep here")]
    for seq in (won["seq"], moved.json()["seq"]):
        assert asking.post("/deals/here-Ben-4/undo", {"seq": seq}).status_code == 200
    assert stage_of(asking, "here-Ben-4") == "Quote"


def test_a_deal_is_written_down_changed_and_worked_on(program):
    asking = program("rep")
    said = {"stage": "Meeting", "values": {"account": "Oak Kitchens", "owner": "Ben", "amount": "900"}}
    made = asking.post("/deals", said, Idempotency_Key="oak")
    assert made.status_code == 201, made.content.decode()
    assert asking.post("/deals", said, Idempotency_Key="oak").json() == made.json()
    deal = made.json()["deal_id"]
    values = {"next_step": "Send the drawing", "next_step_day": "2026-10-25", "amount": "1,100"}
    changed = asking.post(f"/deals/{deal}/change", {"values": values})
    assert changed.status_code == 200, changed.content.decode()
    due = {"did": "meeting", "went": "planned", "due": "2026-10-26T10:00:00"}
    plan = asking.post(f"/deals/{deal}/act", due).json()["seq"]
    assert asking.post(f"/deals/{deal}/act", {"did": "meeting", "settles": plan}).status_code == 200
    told = asking.get(f"/deals/{deal}").json()
    names = ("account", "owner", "amount", "next_step", "next_step_day", "stage")
    assert [told[name] for name in names] == [
        "Oak Kitchens", "Ben", 1100.0, "Send the drawing", "2026-10-25", "Meeting",
    ]  # fmt: skip
    assert [one["kind"] for one in told["entries"]] == ["create", "change", "act", "act"]
    assert asking.post(f"/deals/{deal}/act", {"did": "meeting", "settles": plan}).status_code == 400
    assert asking.post("/deals", {**said, "values": {"owner": "Cyd"}}).status_code == 403
    assert asking.post(f"/deals/{deal}/change", {"values": {"stage": "Won"}}).status_code in (400, 404)
    gone = asking.post(f"/deals/{deal}/undo", {"seq": told["entries"][0]["seq"]})
    assert (gone.status_code, gone.json()["stage"]) == (200, None), gone.content.decode()
    assert asking.get(f"/deals/{deal}").status_code == 404


def test_a_deal_says_what_happened_and_why_it_was_closed(program):
    asking = program("rep")
    well = {"stage": "Won", "reason": "Trust", "done_well": "Fast\nKind"}
    won = asking.post("/deals/here-Ben-5/win", well).json()
    told = asking.get("/deals/here-Ben-5/timeline").json()
    assert (told["outcome"], told["says"][-1]) == ("won", "Why: Trust")
    line = told["timeline"][0]
    assert [line[name] for name in ("kind", "reason", "done_well", "number", "by")] == [
        "won", "Trust", "Fast\nKind", won["seq"], "rep here",
    ]  # fmt: skip
    assert asking.post("/deals/here-Ben-5/lose", {"stage": "Won"}).status_code == 400
    asking.post("/deals/here-Ben-5/undo", {"seq": won["seq"]})
    lost = asking.post("/deals/here-Ben-5/lose", {"reason": "Price", "text": "Too dear"}).json()
    line = program("rep", lang="he").get("/deals/here-Ben-5/timeline").json()["timeline"][0]
    assert (line["said"], line["reason"], line["text"]) == ("לא נסגרה (Lost)", "Price", "Too dear")
    asking.post("/deals/here-Ben-5/undo", {"seq": lost["seq"]})
    assert asking.get("/deals/here-Cyd-4/timeline").status_code == 404


def test_a_deal_that_is_handed_on_is_told_to_who_has_it_now(program):
    given = program("rep").post("/deals/here-Ben-3/change", {"values": {"owner": "Cyd"}})
    assert (given.status_code, given.json()["stage"]) == (200, None), given.content.decode()
    assert program("rep").get("/deals/here-Ben-3").status_code == 404
    assert program("owner").get("/deals/here-Ben-3").json()["owner"] == "Cyd"
    assert program("owner").post("/deals/here-Ben-3/undo", {"seq": given.json()["seq"]}).status_code == 200
    assert program("rep").get("/deals/here-Ben-3").json()["owner"] == "Ben"


def test_a_write_holds_only_for_the_version_that_was_seen(program):
    asking = program("rep")
    tag = asking.get("/deals/here-Ben-5").headers["ETag"]
    assert asking.post("/deals/here-Ben-5/note", {"text": "first"}, If_Match=tag).status_code == 200
    refused = asking.post("/deals/here-Ben-5/note", {"text": "second"}, If_Match=tag)
    assert (refused.status_code, refused.headers["Content-Type"]) == (412, CONTENT)
    assert "here-Ben-5" in refused.json()["detail"]
    notes = [one for one in asking.get("/deals/here-Ben-5/entries").json()["entries"] if one["kind"] == "note"]
    assert [one["text"] for one in notes if one["text"] in ("first", "second")] == ["first"]


def test_fifty_at_once_with_one_key_have_one_effect(team, program):
    from django.db import connection

    token = token_of(team, "manager", "read", "write")
    body = {"text": "only once"}

    def post(_number: int):
        try:
            asking = Program(team.here.id, token)
            answer = asking.post("/deals/here-Ann-4/note", body, Idempotency_Key="one")
            return answer.status_code, answer.content
        finally:
            connection.close()

    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = set(pool.map(post, range(50)))
    assert len(answers) == 1, answers
    assert next(iter(answers))[0] == 200
    asking = program("manager", "read", "write")
    assert [one["text"] for one in asking.get("/deals/here-Ann-4/entries").json()["entries"]] == ["only once"]
    other = asking.post("/deals/here-Ann-4/note", {"text": "else"}, Idempotency_Key="one")
    assert (other.status_code, other.headers["Content-Type"]) == (422, CONTENT)
    elsewhere = asking.post("/deals/here-Ann-5/note", body, Idempotency_Key="one")
    assert elsewhere.status_code == 422


def test_a_key_is_the_accounts_own(program):
    for name, deal in (("owner", "here-Dan-4"), ("manager", "here-Eli-4")):
        answer = program(name).post(f"/deals/{deal}/note", {"text": name}, Idempotency_Key="shared word")
        assert (answer.status_code, answer.json()["deal_id"]) == (200, deal)


def test_a_request_that_failed_may_be_tried_again_under_its_key(program):
    asking = program("owner")
    assert asking.post("/deals/none/note", {"text": "x"}, Idempotency_Key="again").status_code == 404
    assert asking.post("/deals/here-Dan-5/note", {"text": "x"}, Idempotency_Key="again").status_code == 200
    assert asking.post("/deals/here-Dan-5/note", {"text": "x"}, Idempotency_Key="k" * 151).status_code == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/deals/here-Dan-3/note", {"text": "once"}),
        ("/targets", {"period": "2028-05", "value": "90000"}),
        ("/targets/split", {"period": "2028-05", "over": "owner", "weights": "equal"}),
        ("/settings", {"name": "capacity:Quote", "value": 41}),
    ],
)
def test_a_server_that_dies_between_the_effect_and_the_answer_has_the_effect_once(
    team, program, monkeypatch, path, body
):
    from yaad.server import answered
    from yaad.server.journal import DatabaseJournal
    from yaad.server.models import Answered

    def dies(_access, _key, work):
        work()
        raise SystemExit

    asking, journal = program("owner"), DatabaseJournal(team.here.id)
    if path == "/targets/split":
        asking.post("/targets", {"period": "2028-05", "value": "90000"})
    with monkeypatch.context() as dying:
        dying.setattr(answered, "_first", dies)
        with pytest.raises(SystemExit):
            asking.post(path, body, Idempotency_Key=f"dies {path}")
    written = journal.last_seq
    later = dt.datetime.now(dt.UTC) - 2 * answered.ABANDONED
    assert Answered.objects.filter(key=f"dies {path}", status__isnull=True).update(at=later) == 1
    again = asking.post(path, body, Idempotency_Key=f"dies {path}")
    assert (again.status_code, journal.last_seq) == (200, written)


def test_an_answer_that_is_kept_is_not_told_to_who_sees_other_rows_now(team, program):
    from yaad.server.models import Membership

    part = Membership.objects.filter(account=team.here.accounts["rep_south"])
    asking = program("rep_south")
    first = asking.post("/deals/here-Cyd-4/note", {"text": "mine"}, Idempotency_Key="moved on")
    part.update(person="Dan")
    try:
        again = asking.post("/deals/here-Cyd-4/note", {"text": "mine"}, Idempotency_Key="moved on")
    finally:
        part.update(person="Cyd")
    assert (first.status_code, again.status_code) == (200, 422)


def test_what_cannot_be_written_is_said_and_nothing_is(program):
    asking = program("rep")
    before = asking.get("/deals/here-Ben-0").json()["version"]
    for path, body, status in (
        ("/deals/here-Ben-0/move", {"stage": "Nowhere"}, 404),
        ("/deals/here-Ben-0/move", {}, 422),
        ("/deals/here-Ben-0/move", {"stage": "Quote", "who": "me"}, 422),
        ("/deals/here-Ben-0/win", {"amount": "a lot"}, 400),
        ("/deals/here-Ben-0/note", {"text": "\ud800"}, 422),
        ("/deals/here-Ben-0/note", {"text": "a\0b"}, 422),
        ("/deals/here-Ben-0/note", {"text": "x", "at": "2999-01-01T00:00:00Z"}, 400),
        ("/deals/here-Ben-0/undo", {"seq": 999}, 400),
        ("/deals/here-Cyd-0/note", {"text": "not mine"}, 404),
    ):
        answer = asking.post(path, body)
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, CONTENT), (path, body)
    assert asking.get("/deals/here-Ben-0").json()["version"] == before


@pytest.mark.parametrize("lang", ["he", "en"])
def test_every_error_is_a_problem_in_words(team, program, lang):
    asking = program("rep", lang=lang)
    root = f"/api/v1/companies/{team.here.id}"
    headers = asking.headers
    answers = {
        404: asking.get("/nothing-here"),
        405: asking.client.delete(f"{root}/funnel", headers=headers),
        422: asking.get("/deals", {"limit": "many"}),
        400: asking.client.post(f"{root}/deals/here-Ben-0/note", "{", "application/json", headers=headers),
        403: program("rep", "read", lang=lang).post("/deals/here-Ben-0/note", {"text": "x"}),
        401: asking.client.get(f"{root}/funnel", headers={"Accept-Language": lang}),
    }
    for status, answer in answers.items():
        told = answer.json()
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, CONTENT), answer.content.decode()
        assert (told["status"], told["type"][:17]) == (status, "urn:yaad:problem:")
        assert any("\u0590" <= char <= "\u05ff" for char in told["title"] + told["detail"]) == (lang == "he")
    assert "GET" in answers[405].headers["Allow"]
    assert answers[401].headers["WWW-Authenticate"] == "Bearer"


def test_a_body_that_is_too_large_is_refused(team, program, settings_changed):
    asking = program("rep")
    with settings_changed(DATA_UPLOAD_MAX_MEMORY_SIZE=100):
        answer = asking.post("/deals/here-Ben-0/note", {"text": "x" * 200})
    assert (answer.status_code, answer.headers["Content-Type"]) == (413, CONTENT)


def test_a_fault_of_ours_is_a_problem_too(program, monkeypatch):
    from yaad.book import Book

    def broken(*_args, **_named):
        raise RuntimeError("planted")

    monkeypatch.setattr(Book, "leaks", broken)
    answer = program("owner").get("/leaks")
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, CONTENT)
    assert "planted" not in answer.content.decode()


def test_who_asks_too_often_waits(program, monkeypatch):
    from yaad.server import limits

    asking, other = program("rep"), program("rep")
    monkeypatch.setattr(limits, "asking", limits.Limit(2))
    assert [asking.get("/api/v1/me").status_code for _ in range(3)] == [200, 200, 429]
    answer = asking.get("/api/v1/me")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert other.get("/api/v1/me").status_code == 200


# ---- tokens ------------------------------------------------------------------------------------------------------


def test_a_token_opens_only_what_it_is_for(program):
    reading = program("owner", "read")
    assert reading.get("/funnel").status_code == 200
    assert reading.post("/deals/here-Ann-0/note", {"text": "x"}).status_code == 403
    assert reading.post("/targets", {"period": "2026-11", "value": "5000"}).status_code == 403
    assert reading.post("/settings", {"name": "achieved", "value": "won"}).status_code == 403
    assert program("owner", "write").get("/funnel").status_code == 403


def test_a_token_gives_no_more_than_its_account_may_now(team, program):
    from yaad.server.models import Membership

    asking = program("manager")
    part = Membership.objects.filter(account=team.here.accounts["manager"])
    assert asking.get("/deals/here-Ann-0").status_code == 200
    part.update(role="viewer")
    try:
        assert asking.get("/deals/here-Ann-0").status_code == 403
        assert asking.post("/deals/here-Ann-0/note", {"text": "x"}).status_code == 403
    finally:
        part.update(role="manager")


def test_a_token_of_another_company_opens_nothing_here(team, program):
    asking = program("owner", company=team.there)
    foreign, none = asking.get("/funnel", company=team.here.id), asking.get("/funnel", company="c000000000000")
    assert (foreign.status_code, none.status_code) == (404, 404)
    assert foreign.content == none.content


def test_a_token_that_ended_or_was_taken_back_is_refused_at_once(team, program, now):
    from yaad.server.models import Token
    from yaad.server.scoping import scope
    from yaad.server.tokens import of, revoke

    asking = program("rep")
    kept = Token.objects.order_by("-pk").first()
    assert asking.get("/funnel").status_code == 200
    assert Token.objects.get(pk=kept.pk).used_at is not None
    Token.objects.filter(pk=kept.pk).update(expires_at=now - dt.timedelta(seconds=1))
    ended = asking.get("/funnel")
    Token.objects.filter(pk=kept.pk).update(expires_at=now + dt.timedelta(days=1))
    assert asking.get("/funnel").status_code == 200
    access = scope(team.here.accounts["rep"].pk, team.here.id)
    revoke(access, kept.pk)
    taken = asking.get("/funnel")
    assert kept not in of(access)
    wrong = Program(team.here.id, "yaad_" + "x" * 43).get("/funnel")
    assert {one.status_code for one in (ended, taken, wrong)} == {401}
    assert ended.content == taken.content == wrong.content


def test_a_token_is_not_kept(team):
    from yaad.server.models import Token

    told = token_of(team, "rep")
    kept = Token.objects.order_by("-pk").values().first()
    assert told.startswith("yaad_")
    assert told.startswith(kept["prefix"])
    assert told not in str(kept)


def test_nobody_makes_a_token_for_more_than_they_may(team):
    from yaad.errors import InputError, NotAllowed
    from yaad.server.scoping import scope
    from yaad.server.tokens import make

    rep = scope(team.here.accounts["rep"].pk, team.here.id)
    for given in ({"scopes": ["import"]}, {"scopes": []}, {"scopes": ["read"], "days": 367}, {"scopes": ["all"]}):
        with pytest.raises(InputError):
            make(rep, "x", **given)
    viewer = scope(team.here.accounts["viewer"].pk, team.here.id)
    with pytest.raises(NotAllowed):
        make(viewer, "x", ["read"])


def test_a_session_writes_only_with_the_secret_of_our_own_pages(team):
    from django.middleware.csrf import CSRF_SESSION_KEY
    from django.test import Client

    client = Client(HTTP_HOST="127.0.0.1", enforce_csrf_checks=True)
    client.force_login(team.here.accounts["rep"])
    address = f"/api/v1/companies/{team.here.id}/deals/here-Ben-1/note"
    refused = client.post(address, '{"text": "x"}', "application/json")
    assert (refused.status_code, refused.headers["Content-Type"]) == (403, CONTENT)
    session, secret = client.session, "a" * 32  # as the first form that is shown puts it there
    session[CSRF_SESSION_KEY] = secret
    session.save()
    told = client.post(address, '{"text": "x"}', "application/json", headers={"X-CSRFToken": secret})
    assert told.status_code == 200, told.content.decode()


# ---- of the company ----------------------------------------------------------------------------------------------


def test_a_target_is_set_read_and_taken_away(program):
    asking = program("owner")
    set_ = asking.post("/targets", {"period": "2026-11", "value": "50000"}, Idempotency_Key="t1")
    again = asking.post("/targets", {"period": "2026-11", "value": "50000"}, Idempotency_Key="t1")
    assert (set_.status_code, again.content) == (200, set_.content)
    assert len(asking.get("/targets", {"period": "2026-11"}).json()["targets"]) == 1
    assert asking.post("/targets/remove", {"period": "2026-11"}).status_code == 200
    assert asking.get("/targets", {"period": "2026-11"}).json()["targets"] == []


@pytest.mark.parametrize(("lang", "words"), [("en", "Set the target in ILS."), ("he", "יש לקבוע את היעד ב־ILS.")])
def test_a_target_of_another_currency_than_the_deals_is_told_which_one_to_take(program, lang, words):
    body = {"period": "2026-11", "value": "$50000"}
    answer = program("owner", lang=lang).post("/targets", body)
    assert words in re.sub("[\u2066-\u2069]", "", answer.json()["detail"])


def test_a_manager_sets_targets_of_the_own_team_alone(program):
    asking = program("manager")
    body = {"period": "2026-11", "value": "5000", "owner": "Ben"}
    assert asking.post("/targets", body).status_code == 200
    assert asking.post("/targets", {**body, "owner": "Cyd"}).status_code in (403, 404)
    assert asking.post("/targets", {"period": "2026-11", "value": "5000"}).status_code == 403
    assert asking.post("/targets/remove", {"period": "2026-11", "owner": "Ben"}).status_code == 200


def test_a_setting_is_said_by_an_owner_alone(program):
    body = {"name": "capacity:Quote", "value": 40}
    assert program("manager").post("/settings", body).status_code == 403
    assert program("owner").post("/settings", body).status_code == 200
    assert program("owner").post("/settings", {"name": "capacity:Quote", "value": None}).status_code == 200
    assert program("owner").post("/settings", {"name": "no such", "value": 1}).status_code in (400, 404)


def test_who_sees_whose_deals_is_said_by_a_token_for_people_and_told_in_the_log(team, program):
    from yaad.server.models import AuditEvent

    body = {"name": "team:port", "value": {"under": "north"}}  # as it stands already
    assert program("owner", "settings").post("/settings", body).status_code == 403
    before = AuditEvent.objects.filter(company=team.here.id, action="team.put").count()
    assert program("owner", "settings", "people").post("/settings", body).status_code == 200
    assert AuditEvent.objects.filter(company=team.here.id, action="team.put").count() == before + 1


def test_a_source_is_added_by_a_token_that_may_bring_files_in(program):
    body = {"name": "crm", "kind": "http", "url": "https://crm.example.com/deals.csv", "schedule": "daily 06:00"}
    told = program("owner", "settings").post("/sources", body)
    assert told.status_code == 403
    assert "import" in told.text
