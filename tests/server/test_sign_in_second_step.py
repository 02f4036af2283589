"""The second step at sign-in: codes that hold once, spare codes, who must have one – and no way round it."""

import base64
import json
import re
import time
from dataclasses import replace

import pytest
from tests.people import PASSWORD
from tests.server.codes import code_of

LOGIN = "/account/login/"
SECOND = "/account/second/"
SET_UP = "/account/set-up/"


def test_the_code_is_that_of_the_standard(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 59)  # RFC 6238, appendix B: 94287082
    assert code_of(base64.b32encode(b"12345678901234567890").decode()) == "287082"


@pytest.fixture(autouse=True)
def _no_tries_yet(home):
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def strict(home):
    """A server that asks owners, managers and consultants for a second step."""
    from django.test import override_settings

    with override_settings(YAAD_HOME=replace(home, two_factor="required")):
        yield


@pytest.fixture
def mails(home):
    from django.core import mail
    from django.test import override_settings

    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        mail.outbox = []
        yield mail.outbox


@pytest.fixture
def anew(home):
    from django.test import Client

    return lambda: Client(HTTP_HOST="127.0.0.1")


@pytest.fixture
def account(team):
    """The owner of the company, without a second step before and after."""
    from allauth.mfa.models import Authenticator

    who = team.here.accounts["owner"]
    yield who
    Authenticator.objects.filter(user=who).delete()


def enter(client, account, password=PASSWORD):
    return client.post(LOGIN, {"login": account.email, "password": password})


def set_up(client) -> tuple[str, list[str]]:
    """Turn the app on; gives its secret and the spare codes."""
    page = client.get("/account/app/").content.decode()
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    answer = client.post("/account/app/", {"code": code_of(secret)})
    assert answer.headers["Location"] == "/account/codes/", answer.content.decode()
    codes = re.findall(r"<li>(\d{4} \d{4})</li>", client.get("/account/codes/").content.decode())
    return secret, [code.replace(" ", "") for code in codes]


@pytest.fixture
def with_app(account, anew, mails):
    """The account with an app; nobody is signed in. Gives its secret and the spare codes."""
    from django.core.cache import cache

    client = anew()
    enter(client, account)
    found = set_up(client)
    client.post("/account/logout/")
    cache.clear()  # the code of this half minute was used to turn the app on
    return found


def is_in(client) -> bool:
    return client.get("/account/").status_code == 200


def test_after_the_password_comes_the_code(account, with_app, anew):
    client = anew()
    assert enter(client, account).headers["Location"] == SECOND
    assert not is_in(client), "the password alone opens nothing"
    assert "not right" in client.post(SECOND, {"code": "000000"}).content.decode()
    assert not is_in(client)
    answer = client.post(SECOND, {"code": code_of(with_app[0])})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert is_in(client)


def test_a_code_holds_once(account, with_app, anew):
    code = code_of(with_app[0])
    first, second = anew(), anew()
    for client in (first, second):
        enter(client, account)
        client.post(SECOND, {"code": code})
    assert is_in(first)
    assert not is_in(second)


def test_the_code_that_turned_the_app_on_is_used_up(account, anew, mails):
    first, second = anew(), anew()
    enter(first, account)
    page = first.get("/account/app/").content.decode()
    code = code_of(re.search(r'class="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", ""))
    assert first.post("/account/app/", {"code": code}).status_code == 302
    enter(second, account)
    second.post(SECOND, {"code": code})
    assert not is_in(second)


def test_a_code_of_a_minute_ago_is_over(account, with_app, anew):
    client = anew()
    enter(client, account)
    for step in (-2, 2):
        client.post(SECOND, {"code": code_of(with_app[0], step)})
        assert not is_in(client), step


def test_a_spare_code_holds_once(account, with_app, anew):
    spare = with_app[1][3]
    assert len(with_app[1]) == 10
    first, second = anew(), anew()
    for client in (first, second):
        enter(client, account)
        client.post(SECOND, {"code": spare})
    assert is_in(first)
    assert not is_in(second)
    assert "9 codes left" in re.sub("<[^>]*>", "", first.get("/account/").content.decode())


def test_new_spare_codes_end_those_before(account, with_app, anew):
    client = anew()
    enter(client, account)
    client.post(SECOND, {"code": code_of(with_app[0])})
    assert client.post("/account/codes/new/").headers["Location"] == "/account/codes/"
    other = anew()
    enter(other, account)
    other.post(SECOND, {"code": with_app[1][0]})
    assert not is_in(other)
    told = client.get("/account/codes/file/")
    assert told.headers["Content-Disposition"].startswith("attachment")
    assert len(set(told.content.decode().split()) - set(with_app[1])) == 10


def test_after_five_wrong_codes_the_right_one_waits(account, with_app, anew):
    client = anew()
    enter(client, account)
    for place in range(5):
        client.post(SECOND, {"code": "000000"}, REMOTE_ADDR=f"10.0.0.{place}")
    answer = client.post(SECOND, {"code": code_of(with_app[0])}, REMOTE_ADDR="10.0.0.9")
    assert "Too many tries" in answer.content.decode()
    assert not is_in(client)


def test_a_right_code_of_ones_own_takes_no_try_back(account, with_app, anew):
    """Not of those that were made from the same address of the network; a small limit shows it as well."""
    from django.conf import settings
    from django.test import override_settings

    limits = settings.ACCOUNT_RATE_LIMITS | {"login_failed": "5/15m/key,5/15m/ip"}
    with override_settings(ACCOUNT_RATE_LIMITS=limits):
        for number in range(4):
            anew().post(LOGIN, {"login": f"nobody{number}@here.example", "password": "wrong and wrong"})
        own = anew()
        enter(own, account)
        assert own.post(SECOND, {"code": code_of(with_app[0])}).status_code == 302
        anew().post(LOGIN, {"login": "nobody4@here.example", "password": "wrong and wrong"})
        assert "Too many tries" in enter(anew(), account).content.decode()


def test_the_page_of_the_code_opens_after_the_password_alone(account, with_app, anew):
    client = anew()
    assert client.get(SECOND).headers["Location"] == LOGIN
    assert client.post(SECOND, {"code": code_of(with_app[0])}).headers["Location"] == LOGIN
    assert not is_in(client)


def test_an_account_closed_between_the_steps_stays_out(account, with_app, anew):
    client = anew()
    enter(client, account)
    account.is_active = False
    account.save()
    try:
        client.post(SECOND, {"code": code_of(with_app[0])})
        assert not is_in(client)
    finally:
        account.is_active = True
        account.save()


def test_a_new_password_by_mail_leads_round_nothing(account, with_app, anew, mails):
    mails.clear()
    client = anew()
    client.post("/account/password/reset/", {"email": account.email})
    link = re.search(r"http://[^/]+(/account/password/reset/key/\S+)", mails[0].body)[1]
    form = client.get(link).headers["Location"]
    client.post(form, {"password1": "a quiet river bends at noon"})
    try:
        assert not is_in(client)
        assert enter(client, account, "a quiet river bends at noon").headers["Location"] == SECOND
        assert not is_in(client)
    finally:
        account.refresh_from_db()
        account.set_password(PASSWORD)
        account.save()


def test_half_a_sign_in_opens_no_page_of_the_account_or_the_company(team, account, with_app, anew):
    client = anew()
    enter(client, account)
    for path in (
        "/",
        "/account/",
        "/account/app/remove/",
        "/account/codes/",
        "/account/codes/file/",
        "/account/again/",
    ):
        answer = client.get(path)
        assert answer.status_code == 302, path
        assert answer.headers["Location"].startswith((LOGIN, SECOND)), path
    assert client.get(team.here.prefix + "funnel/").headers["Location"].startswith(LOGIN)


def test_sessions_without_the_second_step_end_when_it_begins(account, anew, mails):
    before, now = anew(), anew()
    enter(before, account)
    enter(now, account)
    assert is_in(before)
    set_up(now)
    assert is_in(now)
    assert not is_in(before)
    assert any("code from the phone" in mail.body or "הקוד מהטלפון" in mail.body for mail in mails)


def test_a_while_after_the_sign_in_who_one_is_is_asked_again(account, with_app, anew, monkeypatch):
    from yaad.server.sign_in import adapters

    client = anew()
    enter(client, account)
    client.post(SECOND, {"code": code_of(with_app[0])})
    assert client.get("/account/app/remove/").status_code == 200
    later = time.time() + 11 * 60
    monkeypatch.setattr(adapters.time, "time", lambda: later)
    for path in ("/account/app/remove/", "/account/codes/", "/account/codes/new/", "/account/passkeys/add/"):
        assert client.get(path).headers["Location"].startswith("/account/again/"), path
    assert client.post("/account/app/remove/").headers["Location"].startswith("/account/again/")
    from yaad.server.sign_in.second_step import has_one

    assert has_one(account.pk)
    assert "not right" in client.post("/account/again/", {"password": "not it at all"}).content.decode()
    # what was sent before is done now, not to be sent again
    answer = client.post("/account/again/?next=/account/app/remove/", {"password": PASSWORD})
    assert answer.headers["Location"] == "/account/steps/"
    assert not has_one(account.pk)


def test_the_audit_log_holds_who_came_in_by_what_and_what_was_changed(account, with_app, anew):
    from yaad.server import audit
    from yaad.server.models import AuditEvent

    written = AuditEvent.objects.filter(company=None, actor=account.pk).order_by("seq")
    before = written.count()
    client = anew()
    enter(client, account)
    assert written.count() == before, "half a sign-in is none"
    client.post(SECOND, {"code": code_of(with_app[0])})
    client.post("/account/app/remove/")
    found = [(line.action, line.detail) for line in written[before:]]
    assert found[0] == ("account.signed_in", {"by": ["password", "totp"]})
    assert ("account.second_step_removed", {"kind": "totp"}) in found
    assert {line.subject for line in written} == {f"account:{account.pk}"}
    assert audit.verify(None) is None


def test_who_runs_the_server_lets_in_again_who_lost_phone_and_codes(account, with_app, anew, mails):
    from yaad.errors import InputError
    from yaad.server.sign_in.second_step import has_one, take_away

    client = anew()
    enter(client, account)
    client.post(SECOND, {"code": code_of(with_app[0])})
    mails.clear()
    with pytest.raises(InputError, match=r"nobody@here\.example"):
        take_away("nobody@here.example")
    assert has_one(account.pk)
    assert take_away(account.email.upper()) == account
    assert not has_one(account.pk)
    assert not is_in(client)
    assert [mail.to for mail in mails] == [[account.email]]
    assert enter(client, account).headers["Location"] == "/", "the password alone, until a new one is set up"


@pytest.mark.parametrize("name", ["owner", "manager", "consultant"])
def test_who_sees_more_than_their_own_needs_a_second_step_to_enter(team, strict, name):
    client = team.client(name)
    for path in ("", "funnel/", "funnel.json", "tables/deals.csv"):
        assert client.get(team.here.prefix + path).headers["Location"] == SET_UP, path
    assert client.post(team.here.prefix + "plan/").headers["Location"] == SET_UP
    page = client.get(SET_UP)
    assert page.status_code == 200
    assert "/account/app/" in page.content.decode()


def test_a_session_without_its_second_step_reads_nothing_as_a_program_either(team, strict, home):
    from django.test import override_settings

    path, client = f"/api/v1/companies/{team.here.id}/deals", team.client("owner")
    answer = client.get(path)
    assert answer.status_code == 403
    assert "second step" in answer.content.decode()
    assert "mark" not in answer.content.decode()
    assert team.client("rep").get(path).status_code == 200
    with override_settings(YAAD_HOME=home):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("name", ["rep", "viewer"])
def test_who_sees_their_own_or_totals_enters_without(team, strict, name):
    assert team.client(name).get(team.here.prefix + "funnel/").status_code == 200


def test_with_a_second_step_the_company_opens(team, strict, account, anew, mails):
    client = anew()
    enter(client, account)
    assert client.get(team.here.prefix + "funnel/").headers["Location"] == SET_UP
    set_up(client)
    assert client.get(team.here.prefix + "funnel/").status_code == 200
    assert client.get(SET_UP).headers["Location"] == "/"


def test_spare_codes_alone_are_no_second_step(team, strict, account, anew, mails):
    from allauth.mfa.models import Authenticator

    client = anew()
    enter(client, account)
    set_up(client)
    Authenticator.objects.filter(user=account, type="totp").delete()
    assert client.get(team.here.prefix + "funnel/").headers["Location"] == SET_UP


def test_who_is_led_to_set_one_up_loses_it_with_the_role_and_the_session_changes_its_key(team, strict):
    from yaad.server.models import Membership

    client = team.client("rep")
    assert client.get(team.here.prefix + "funnel/").status_code == 200
    before = client.session.session_key
    assert client.get(team.here.prefix + "funnel/").status_code == 200
    assert client.session.session_key == before
    part = Membership.objects.filter(account=team.here.accounts["rep"])
    part.update(role="viewer")
    try:
        assert client.get(team.here.prefix + "funnel/").status_code == 200
        assert client.session.session_key != before
        part.update(role="manager")
        assert client.get(team.here.prefix + "funnel/").headers["Location"] == SET_UP
    finally:
        part.update(role="rep")


def test_a_server_may_leave_it_to_people(tmp_path):
    from tests.people import ADDRESS, KEY

    from yaad.errors import InputError
    from yaad.server.home import Home

    told = {"YAAD_HOME": str(tmp_path), "YAAD_ADDRESS": ADDRESS, "YAAD_SECRET_KEY": KEY}
    assert Home.from_environment(told).needs_second_step
    assert not Home.from_environment(told | {"YAAD_TWO_FACTOR": "optional"}).needs_second_step
    with pytest.raises(InputError, match="YAAD_TWO_FACTOR"):
        Home.from_environment(told | {"YAAD_TWO_FACTOR": "off"})


NO_ANSWERS = [
    "", "x", "[]", "[1]", "1", "null", '"text"', "{}", '{"response": 1}', '{"response": {"userHandle": 1}}',
    '{"response": {"userHandle": "MQ"}}', '{"id": "a", "rawId": "a", "type": "public-key", "response": {}}',
    json.dumps({"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": dict.fromkeys(
        ["clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject"], "AAAA")}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "lang", "words"),
    [
        ("http://127.0.0.1:8000", "en", "Passkeys need a name"),
        ("http://127.0.0.1:8000", "he", "ולא מספר"),
        ("http://localhost:8000", "en", "The passkey was not read"),
    ],
)
@pytest.mark.usefixtures("account")
def test_where_the_address_is_a_number_a_passkey_that_fails_says_so(anew, address, lang, words):
    from dataclasses import replace

    from django.test import override_settings

    from yaad.server.companies import home

    with override_settings(YAAD_HOME=replace(home(), address=address)):
        browser = anew()
        browser.cookies["yaad_lang"] = lang
        assert words in browser.get(LOGIN).content.decode()


def test_what_is_no_answer_of_a_passkey_opens_nothing(account, with_app, anew):
    from django.core.cache import cache

    outside, half, inside = anew(), anew(), anew()
    outside.get(LOGIN)
    enter(half, account)
    half.get(SECOND)
    enter(inside, account)
    inside.post(SECOND, {"code": code_of(with_app[0])})
    inside.get("/account/passkeys/add/")
    for answer in NO_ANSWERS:
        cache.clear()
        refused = outside.post("/account/passkey/", {"credential": answer})
        assert (refused.status_code, refused.headers["Location"]) == (302, LOGIN), answer
        assert half.post(SECOND, {"credential": answer}).status_code == 200, answer
        added = inside.post("/account/passkeys/add/", {"name": "key", "credential": answer})
        assert added.status_code == 200, answer
    assert not is_in(outside)
    assert not is_in(half)
    assert "Passkey: " not in inside.get("/account/").content.decode()


def test_a_passkey_of_somebody_else_is_not_there(team, account, with_app, anew):
    from allauth.mfa.models import Authenticator

    other = Authenticator.objects.create(
        user=team.there.accounts["owner"], type="webauthn", data={"name": "theirs", "credential": {}}
    )
    client = anew()
    enter(client, account)
    client.post(SECOND, {"code": code_of(with_app[0])})
    for path in ("", "remove/"):
        assert client.get(f"/account/passkeys/{other.pk}/{path}").status_code == 404
        assert client.post(f"/account/passkeys/{other.pk}/{path}", {"name": "mine"}).status_code == 404
    other.refresh_from_db()
    assert other.data["name"] == "theirs"
    other.delete()
