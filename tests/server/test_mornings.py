"""The morning by mail: what it says, when it goes, that it goes once, and how it is stopped."""

import datetime as dt
import re
import smtplib
from importlib import import_module
from unittest.mock import patch

import pytest
from django.test import Client, override_settings
from tests.people import marker

MAIL = {"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
DAY = dt.date(2026, 11, 3)
"""A Tuesday on which the people of the tests work."""


class Later:
    """A module that reads Django's settings: it is loaded once they stand."""

    def __getattr__(self, name: str):
        return getattr(import_module("yaad.server.mornings"), name)


mornings = Later()


@pytest.fixture
def mailing(team):
    """A server that sends mails, of which nobody asked for any yet."""
    from dataclasses import replace

    from django.conf import settings
    from django.core import mail

    from yaad.server.acting import as_server
    from yaad.server.models import Account, Membership

    home = replace(settings.YAAD_HOME, mail="smtp://mail.example")
    with as_server():
        Account.objects.update(language="en")
    with override_settings(**MAIL, YAAD_HOME=home):
        mail.outbox = []
        yield mail
    with as_server():
        Account.objects.update(language="he")
        Membership.objects.update(morning_hour=None, morning_day=None, morning_state="", morning_tried=None)


def page(team, name, query=""):
    return team.client(name).get(f"{team.here.prefix}my-day/mail/{query}")


def ask(team, name, **said):
    return team.client(name).post(f"{team.here.prefix}my-day/mail/", said, follow=True)


def moment(hour, minute=0, day=DAY):
    """By the company's clock."""
    from zoneinfo import ZoneInfo

    from yaad.server.acting import as_server
    from yaad.server.models import Company

    with as_server():
        zone = Company.objects.get(name="Company here").zone
    return dt.datetime.combine(day, dt.time(hour, minute), ZoneInfo(zone)).astimezone(dt.UTC)


def look(team, now):
    """A look of the server's clock, until all that it began is done."""
    roots = {one.id: one.root for one in (team.here, team.there)}
    thread = mornings.of_companies(list(roots), roots.get, now)
    if thread is not None:
        thread.join()
    return thread


def body_of(text):
    return text.partition("\n-- \n")[0]


def shown(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


def test_the_mail_is_the_text_of_the_page_and_of_nobody_else(team, mailing):
    ask(team, "rep", hour="7")
    look(team, moment(7, 1))
    (sent,) = mailing.outbox
    assert sent.to == [team.here.accounts["rep"].email]
    page_now = team.client("rep").get(f"{team.here.prefix}my-day.txt").content.decode()
    assert body_of(sent.body).splitlines() == ["Good morning, Ben · 3 Nov 2026", *page_now.splitlines()[1:]]
    assert marker("here", "Ben") in sent.body
    for other in ("Ann", "Cyd", "Dan", "Eli"):
        assert marker("here", other) not in sent.body
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent.content_subtype == "plain"


def test_it_goes_once_a_day_at_its_hour_on_days_of_work(team, mailing):
    ask(team, "rep", hour="8")
    assert look(team, moment(7, 59)) is None
    look(team, moment(8))
    for later in (moment(8, 1), moment(10, 59)):
        assert look(team, later) is None
    assert len(mailing.outbox) == 1
    assert look(team, moment(8, day=dt.date(2026, 11, 7))) is None, "a Saturday"
    assert look(team, moment(11, day=DAY + dt.timedelta(days=1))) is None, "three hours late it is no morning any more"
    look(team, moment(10, 59, day=DAY + dt.timedelta(days=1)))
    assert len(mailing.outbox) == 2
    assert "Last sent: 4 Nov 2026." in shown(page(team, "rep"))


def test_a_server_that_is_killed_while_it_sends_does_not_send_again(team, mailing):
    ask(team, "rep", hour="8")
    (found,) = mornings.due([team.here.id], lambda _: team.here.root, moment(8))
    from yaad.server.acting import in_company
    from yaad.server.models import Membership

    with in_company(team.here.id):  # as it stands once it was noted and the process ended
        noted = {"morning_day": found.day, "morning_state": "sending", "morning_tried": moment(8)}
        Membership.objects.filter(pk=found.part).update(**noted)
    assert look(team, moment(9)) is None
    assert mornings.send(found, moment(9)) is None
    assert mailing.outbox == []
    assert "cut off while it was sent" in shown(page(team, "rep"))


def test_what_could_not_be_written_is_our_fault_and_not_the_mail_servers(team, mailing):
    ask(team, "rep", hour="8")
    with patch("yaad.server.mornings.mail_of", side_effect=ValueError("planted")):
        look(team, moment(8))
    assert mailing.outbox == []
    assert "by a fault of ours" in shown(page(team, "rep"))
    assert look(team, moment(9)) is None, "it would break again"


def test_two_servers_that_look_at_once_send_one(team, mailing):
    ask(team, "rep", hour="8")
    (found,) = mornings.due([team.here.id], lambda _: team.here.root, moment(8))
    assert [mornings.send(found, moment(8)), mornings.send(found, moment(8))] == ["sent", None]
    assert len(mailing.outbox) == 1


@pytest.mark.parametrize(
    ("where", "error", "state", "words"),
    [
        ("django.core.mail.backends.locmem.EmailBackend.open", ConnectionRefusedError(), "failed", "not taken"),
        ("django.core.mail.EmailMessage.send", smtplib.SMTPDataError(451, b"later"), "failed", "not taken"),
        ("django.core.mail.EmailMessage.send", TimeoutError(), "unsure", "may have arrived"),
    ],
)
def test_what_was_not_taken_is_tried_again_and_what_may_have_arrived_is_not(team, mailing, where, error, state, words):
    ask(team, "rep", hour="8")
    with patch(where, side_effect=error):
        look(team, moment(8))
    assert words in shown(page(team, "rep"))
    assert look(team, moment(8, 10)) is None
    look(team, moment(8, 16))
    assert len(mailing.outbox) == (1 if state == "failed" else 0)


def test_who_lost_their_part_gets_none(team, mailing):
    from yaad.server.acting import in_company
    from yaad.server.models import Membership

    ask(team, "rep", hour="8")
    rep = team.here.accounts["rep"].pk
    with in_company(team.here.id):
        mine = Membership.objects.filter(account=rep, company=team.here.id)
        mine.update(role="viewer")
        look(team, moment(8))
        assert mine.get().morning_state == "refused"
        mine.update(role="rep", morning_day=None, ended_at=dt.datetime.now(dt.UTC))
        assert look(team, moment(8)) is None
        mine.update(ended_at=None)
    assert mailing.outbox == []


def stop_address(mailing):
    (found,) = re.findall(r"<https?://[^/]+(/morning/[^>]+/)>", mailing.outbox[-1].extra_headers["List-Unsubscribe"])
    return found


def test_the_link_stops_by_one_click_and_not_by_a_look(team, mailing):
    ask(team, "rep", hour="8")
    ask(team, "manager", hour="8")
    look(team, moment(8))
    by_account = {one.to[0]: one for one in mailing.outbox}
    mailing.outbox = [by_account[team.here.accounts["rep"].email]]
    address, nobody = stop_address(mailing), Client(HTTP_HOST="127.0.0.1", enforce_csrf_checks=True)
    assert "can ask for it again" in shown(nobody.get(address))
    assert "It is sent to" in shown(page(team, "rep")), "a program that looks mails through stops nothing"
    answer = nobody.post(address, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, "Stopped." in shown(answer)) == (200, True)
    assert "No mail is sent to you." in shown(page(team, "rep"))
    assert "It is sent to" in shown(page(team, "manager")), "it stops that one alone"
    assert look(team, moment(8, day=DAY + dt.timedelta(days=1))) is not None
    assert [one.to[0] for one in mailing.outbox[1:]] == [team.here.accounts["manager"].email]


@pytest.mark.parametrize("word", ["x", "WyJjIiwxXQ:1tZ:abc", "a" * 2000])
def test_a_link_that_is_none_of_ours_stops_nothing(team, mailing, word):
    ask(team, "rep", hour="8")
    for answer in (Client(HTTP_HOST="127.0.0.1").post(f"/morning/{word}/"), Client().get(f"/morning/{word}/")):
        assert answer.status_code in (400, 404)
    assert "It is sent to" in shown(page(team, "rep"))


def test_where_no_mail_is_sent_it_is_said_and_not_offered(team):
    answer = page(team, "rep")
    assert "This server sends no mail" in shown(answer)
    assert 'name="hour"' not in answer.content.decode()
    assert ask(team, "rep", hour="7").status_code == 400
    assert mornings.of_companies([team.here.id], lambda _: team.here.root, moment(8)) is None


def test_an_hour_that_is_none_is_refused_in_words(team, mailing):
    for hour in ("24", "-1", "x", "", "٧"):
        answer = ask(team, "rep", hour=hour)
        assert (answer.status_code, "no hour of the day" in shown(answer)) == (400, True)


def test_the_text_is_that_of_somebody_whom_one_sees(team):
    def text(name, query=""):
        return team.client(name).get(f"{team.here.prefix}my-day.txt{query}")

    mine, foreign = text("rep"), text("rep", "?owner=Cyd")
    assert mine["Content-Type"] == "text/plain; charset=utf-8"
    assert (mine.status_code, foreign.status_code, text("viewer").status_code) == (200, 404, 403)
    assert text("manager", "?owner=Ben").content == mine.content
    whole = text("owner").content.decode()
    assert whole.startswith("Good morning, ")
