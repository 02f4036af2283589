"""Signing in: mail and password, their limits, a password by mail; nothing tells whether somebody has an account."""

import re

import pytest
from tests.people import ADDRESS, PASSWORD

LOGIN = "/account/login/"
NEW = "a quiet river bends at noon"


@pytest.fixture(scope="module")
def someone(home):
    """An account of no company."""
    from django.core.management import call_command

    from yaad.server.models import Account

    yield Account.objects.create_user("dana@here.example", PASSWORD, name="Dana", language="he")
    call_command("flush", verbosity=0, interactive=False)


@pytest.fixture(autouse=True)
def _no_tries_yet(home):
    """Each test begins without tries that failed, and with the account as it was."""
    from django.core.cache import cache

    from yaad.server.models import Account

    cache.clear()
    yield
    for account in Account.objects.filter(email="dana@here.example"):
        account.set_password(PASSWORD)
        account.is_active, account.language = True, "he"
        account.save()


@pytest.fixture
def browser(home):
    from django.test import Client

    return Client(HTTP_HOST="127.0.0.1")


@pytest.fixture
def mails(home):
    from django.core import mail
    from django.test import override_settings

    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        mail.outbox = []
        yield mail.outbox


def enter(browser, email="dana@here.example", password=PASSWORD, **more):
    return browser.post(LOGIN, {"login": email, "password": password}, **more)


def is_in(browser) -> bool:
    return browser.get("/account/").status_code == 200


def test_mail_and_password_let_in_and_the_session_gets_a_new_key(someone, browser):
    browser.get(LOGIN)
    before = browser.session.session_key
    answer = enter(browser, "  DANA@Here.Example ")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert is_in(browser)
    assert browser.session.session_key != before


def test_where_one_wanted_to_go_is_kept_and_leads_nowhere_else(someone, browser):
    assert enter(browser, QUERY_STRING="next=/account/").headers["Location"] == "/account/"
    browser.logout()
    assert enter(browser, QUERY_STRING="next=https://elsewhere.example/").headers["Location"] == "/"


def _bare(answer) -> str:
    """A page without what differs in every answer."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|data-passkey="[^"]*"', "", answer.content.decode())
    return re.sub(r"[\w.]+@[\w.]+", "MAIL", text)


def test_a_wrong_password_an_unknown_and_a_closed_account_are_answered_alike(someone, browser):
    wrong = enter(browser, password="something else entirely")
    unknown = enter(browser, "nobody@here.example")
    someone.is_active = False
    someone.save()
    closed = enter(browser)
    assert {wrong.status_code, unknown.status_code, closed.status_code} == {200}
    assert _bare(wrong) == _bare(unknown) == _bare(closed)
    assert not is_in(browser)


def test_a_password_is_hashed_for_an_unknown_account_too(someone, browser, monkeypatch):
    from yaad.server.passwords import Argon2id

    hashed = []
    encode = Argon2id.encode
    verify = Argon2id.verify
    monkeypatch.setattr(Argon2id, "encode", lambda self, *args: hashed.append("made") or encode(self, *args))
    monkeypatch.setattr(Argon2id, "verify", lambda self, *args: hashed.append("held") or verify(self, *args))
    enter(browser, password="something else entirely")
    enter(browser, "nobody@here.example")
    assert hashed == ["held", "made"]


def test_after_five_wrong_tries_the_right_password_waits_too(someone, browser):
    for place in range(5):  # from five addresses of the network: the account's own limit
        enter(browser, password="wrong and wrong", REMOTE_ADDR=f"10.0.0.{place}")
    answer = enter(browser, REMOTE_ADDR="10.0.0.9")
    assert "Too many tries" in answer.content.decode()
    assert not is_in(browser)


def test_an_unknown_account_has_the_same_limit(someone, browser):
    for place in range(5):
        enter(browser, "nobody@here.example", REMOTE_ADDR=f"10.0.0.{place}")
    assert "Too many tries" in enter(browser, "nobody@here.example", REMOTE_ADDR="10.0.0.9").content.decode()


@pytest.fixture
def many_tries(home, monkeypatch):
    """Tries at accounts that are none take no time, and a minute holds as many as somebody likes."""
    from django.conf import settings
    from django.test import override_settings

    from yaad.server.passwords import Argon2id

    real = Argon2id.encode
    monkeypatch.setattr(
        Argon2id, "encode", lambda self, word, *more: real(self, word, *more) if word == PASSWORD else "hashed"
    )
    with override_settings(ACCOUNT_RATE_LIMITS=settings.ACCOUNT_RATE_LIMITS | {"login": None}):
        yield


def test_who_mistypes_in_an_office_keeps_nobody_else_of_it_out(someone, browser, many_tries):
    for _ in range(60):  # more than the address has: who waits already takes none from the others
        enter(browser, "nobody@here.example", "wrong and wrong")
    assert "Too many tries" in enter(browser, "nobody@here.example").content.decode()
    assert enter(browser).status_code == 302


def test_an_address_of_the_network_has_fifty_tries_over_all_accounts(someone, browser, many_tries):
    for number in range(50):
        enter(browser, f"nobody{number}@here.example", "wrong and wrong")
    assert "Too many tries" in enter(browser).content.decode()
    assert enter(browser, REMOTE_ADDR="10.1.1.1").status_code == 302


def test_who_is_kept_out_by_the_address_uses_up_none_of_their_own_tries(someone, browser, many_tries):
    for number in range(50):
        enter(browser, f"nobody{number}@here.example", "wrong and wrong")
    for _ in range(6):
        assert "Too many tries" in enter(browser).content.decode()
    assert enter(browser, REMOTE_ADDR="10.1.1.1").status_code == 302


def test_a_success_between_takes_no_try_back(someone, browser, many_tries):
    from django.test import Client

    for number in range(49):
        enter(browser, f"nobody{number}@here.example", "wrong and wrong")
    assert enter(Client(HTTP_HOST="127.0.0.1")).status_code == 302
    enter(browser, "nobody50@here.example", "wrong and wrong")
    assert "Too many tries" in enter(browser).content.decode()


def link_of(mail) -> str:
    found = re.search(rf"{re.escape(ADDRESS)}(/account/password/reset/key/\S+)", mail.body)
    assert found, mail.body
    return found[1]


def ask_for_link(browser, email="dana@here.example"):
    return browser.post("/account/password/reset/", {"email": email})


def test_a_link_changes_the_password_once(someone, browser, mails):
    assert ask_for_link(browser).headers["Location"] == "/account/password/reset/done/"
    [mail] = mails
    assert mail.to == ["dana@here.example"]
    assert "סיסמה" in mail.subject
    link = link_of(mail)
    form = browser.get(link)
    assert form.status_code == 302
    answer = browser.post(form.headers["Location"], {"password1": NEW})
    assert answer.headers["Location"] == "/account/password/reset/key/done/"
    assert not is_in(browser), "a link alone opens no session"
    assert enter(browser, password=NEW).status_code == 302
    browser.logout()
    assert "does not work any more" in browser.get(link).content.decode()
    assert "does not work any more" in browser.post(form.headers["Location"], {"password1": PASSWORD}).content.decode()


def test_a_link_ends_after_half_an_hour(someone, browser, mails, monkeypatch):
    import datetime as dt

    from yaad.server.sign_in.backend import ResetTokens

    ask_for_link(browser)
    link = link_of(mails[0])
    now = dt.datetime.now()  # noqa: DTZ005 – as Django tells its tokens the time
    monkeypatch.setattr(ResetTokens, "_now", lambda _self: now + dt.timedelta(minutes=29))
    assert browser.get(link).status_code == 302
    monkeypatch.setattr(ResetTokens, "_now", lambda _self: now + dt.timedelta(minutes=31))
    assert "does not work any more" in browser.get(link).content.decode()


def test_a_link_of_an_account_that_was_closed_is_over(someone, browser, mails):
    ask_for_link(browser)
    link = link_of(mails[0])
    someone.is_active = False
    someone.save()
    assert "does not work any more" in browser.get(link).content.decode()


@pytest.mark.parametrize("is_known", [True, False])
def test_who_asks_for_a_link_is_told_the_same(someone, browser, mails, is_known):
    if is_known:
        someone.is_active = False
        someone.save()
    answer = ask_for_link(browser, "dana@here.example" if is_known else "nobody@here.example")
    assert answer.headers["Location"] == "/account/password/reset/done/"
    [mail] = mails  # one mail in every case, so that the answer takes as long
    assert "/key/" not in mail.body


def test_the_link_begins_as_the_server_is_set(someone, mails):
    from django.test import Client

    Client(HTTP_HOST="127.0.0.1:6666").post("/account/password/reset/", {"email": "dana@here.example"})
    assert link_of(mails[0])


def test_a_mail_that_cannot_be_sent_is_said_for_everybody_alike(someone, browser):
    from django.test import override_settings

    broken = override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_PORT=1)
    with broken:
        known, unknown = ask_for_link(browser), ask_for_link(browser, "nobody@here.example")
    assert known.status_code == unknown.status_code == 400
    assert _bare(known) == _bare(unknown)
    assert "mail was not sent" in known.content.decode()


@pytest.mark.parametrize(
    ("password", "why"),
    [("short", "is short"), ("password1234", "Many people"), ("dana@here.example", "looks like")],
)
def test_a_weak_password_is_refused_with_its_reason(someone, browser, mails, password, why):
    ask_for_link(browser)
    form = browser.get(link_of(mails[0])).headers["Location"]
    assert why in browser.post(form, {"password1": password}).content.decode()
    assert enter(browser).status_code == 302


def test_a_change_of_password_ends_the_sessions_elsewhere(someone, browser, mails):
    from django.test import Client

    other = Client(HTTP_HOST="127.0.0.1")
    enter(other)
    enter(browser)
    wrong = browser.post("/account/password/change/", {"oldpassword": "not it", "password1": NEW})
    assert "זו לא הסיסמה של עכשיו" in wrong.content.decode()
    answer = browser.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW})
    assert answer.headers["Location"] == "/account/"
    assert is_in(browser)
    assert not is_in(other)
    assert ["הסיסמה הוחלפה" in mail.subject for mail in mails] == [True]


def test_a_mail_that_is_printed_reads_as_it_is_meant(someone):
    import io

    from django.core.mail import EmailMessage

    from yaad.server.printed_mails import Printed

    printed = Printed(stream=(shown := io.StringIO()))
    subject, body = "סיסמה חדשה ליעד", "שלום, הקישור: http://127.0.0.1:8000/x/"
    assert printed.send_messages([EmailMessage(subject, body, "yaad@here.example", [someone.email])]) == 1
    assert f"Subject: {subject}\nFrom: yaad@here.example\nTo: {someone.email}\n\n{body}\n" in shown.getvalue()


def test_a_browser_speaks_the_language_of_who_signs_in_until_it_is_told_another(someone, browser):
    def spoken():
        return re.search(r'<html lang="(\w+)"', browser.get("/account/").content.decode())[1]

    assert 'lang="en"' in browser.get(LOGIN).content.decode(), "the server's"
    enter(browser)
    assert spoken() == "he"
    assert browser.get("/account/?lang=en").status_code == 302
    assert spoken() == "en"
    del browser.cookies["yaad_lang"]
    assert spoken() == "he"


def test_a_sign_out_ends_the_session_for_good(someone, browser):
    enter(browser)
    key = browser.session.session_key
    assert browser.get("/account/logout/").status_code == 200, "asked, not done, by a link"
    assert browser.post("/account/logout/").headers["Location"] == LOGIN
    browser.cookies["yaad"] = key
    assert not is_in(browser)


def test_sessions_elsewhere_are_ended_from_the_account(someone, browser):
    from django.test import Client

    other = Client(HTTP_HOST="127.0.0.1", headers={"user-agent": "A phone of Dana"})
    enter(other)
    enter(browser)
    assert "A phone of Dana" in browser.get("/account/").content.decode()
    assert browser.post("/account/sessions/").status_code == 302
    assert is_in(browser)
    assert not is_in(other)


def test_a_session_ends_after_seven_days_however_busy(someone, browser, monkeypatch):
    import time

    from yaad.server.sign_in import sessions

    enter(browser)
    now = time.time()
    monkeypatch.setattr(sessions.time, "time", lambda: now + 7 * 86400 - 60)
    assert is_in(browser)
    monkeypatch.setattr(sessions.time, "time", lambda: now + 7 * 86400 + 60)
    assert not is_in(browser)


def test_a_session_that_nobody_used_for_twelve_hours_is_over(someone, browser):
    import datetime as dt

    from yaad.server.sign_in.sessions import of_key

    enter(browser)
    row = of_key(browser.session.session_key).get()
    lives = row.expire_date - dt.datetime.now(dt.UTC)
    assert dt.timedelta(hours=11, minutes=59) < lives <= dt.timedelta(hours=12)
    of_key(browser.session.session_key).update(expire_date=dt.datetime.now(dt.UTC))
    assert not is_in(browser)


def test_a_session_in_use_lives_on_and_is_written_down_at_times_only(someone, browser, monkeypatch):
    import time

    from yaad.server.sign_in import sessions

    enter(browser)
    rows = sessions.of_key(browser.session.session_key)
    is_in(browser)
    first, now = rows.get().expire_date, time.time()
    assert is_in(browser)
    assert rows.get().expire_date == first
    monkeypatch.setattr(sessions.time, "time", lambda: now + sessions.EVERY + 1)
    assert is_in(browser)
    assert rows.get().expire_date > first


def test_what_is_over_is_swept_with_the_next_sign_in(someone, browser):
    import datetime as dt

    from django.core.cache import cache

    from yaad.server.models import Remembered
    from yaad.server.sign_in.sessions import of_key

    browser.get(LOGIN)
    cache.set("over", 1)
    past = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    over = browser.session.session_key
    of_key(over).update(expire_date=past)
    Remembered.objects.update(expires=past)
    assert enter(browser).status_code == 302
    assert not of_key(over).exists()
    assert not Remembered.objects.filter(cache_key__contains="over").exists()
    assert is_in(browser)


def test_an_account_that_is_closed_is_out_with_the_next_request(someone, browser):
    enter(browser)
    someone.is_active = False
    someone.save()
    assert not is_in(browser)


def test_name_and_language_are_the_accounts_own(someone, browser):
    enter(browser)
    browser.post("/account/", {"name": "  Dana   Levi ", "language": "en"})
    someone.refresh_from_db()
    assert (someone.name, someone.language) == ("Dana Levi", "en")
    browser.post("/account/", {"name": "Dana", "language": "xx"})
    someone.refresh_from_db()
    assert (someone.name, someone.language) == ("Dana", "en")


@pytest.mark.parametrize(
    "path",
    [
        "signup/",
        "email/",
        "social/",
        "inactive/",
        "confirm-email/",
        "login/code/",
        "phone/verify/",
        "2fa/",
        "password/set/",
    ],
)
def test_what_we_do_not_offer_is_not_there(someone, browser, path):
    enter(browser)
    assert browser.get(f"/account/{path}").status_code == 404


def test_every_address_of_the_house_says_what_it_needs(home):
    import django.urls
    from django.core.exceptions import ImproperlyConfigured

    from yaad.faces.web import house_urls
    from yaad.server.policy import check

    check(house_urls.urlpatterns)
    with pytest.raises(ImproperlyConfigured, match="planted/"):
        check([*house_urls.urlpatterns, django.urls.path("planted/", lambda _request: None)])


def test_the_cookie_of_an_encrypted_server_is_bound_to_its_host(tmp_path):
    from tests.people import KEY

    from yaad.server.home import Home
    from yaad.server.settings import settings_of_server

    told = settings_of_server(Home(tmp_path, "https://yaad.example.com", KEY))
    assert told["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert told["SESSION_COOKIE_SECURE"]
    assert told["SESSION_COOKIE_HTTPONLY"]
    assert "SESSION_COOKIE_DOMAIN" not in told
