"""Every page, error and mail of signing in speaks our words in both languages; none of the library's is seen."""

import html
import re
from pathlib import Path

import pytest
from tests.people import PASSWORD

from yaad.text import LANGUAGES, Message, render

LOGIN, SECOND = "/account/login/", "/account/second/"
LATIN = re.compile(r"[A-Za-z]{2,}")
NAMES = {"English", "JavaScript", "Chrome", "Linux", "localhost"}
"""What is written in Latin letters in a Hebrew page: the switch of language and names of things."""


def shown(page: str) -> str:
    """What a person sees or hears of a page, and nothing else."""
    body = page[page.index("<title>") :] if "<title>" in page else page
    heard = re.findall(r'\s(?:placeholder|aria-label|title|alt|value)="([^"]*)"', re.sub(r"<option[^>]*>", "", body))
    heard = [text for text in heard if not re.fullmatch(r"\w{64}", text)]  # the token of a form
    body = re.sub(r'<(?:bdi|span class="secret|input)[^>]*>(?:[^<]*</(?:bdi|span)>)?', " ", body)
    return html.unescape(" ".join([re.sub(r"<[^>]*>", " ", body), *heard]))


def foreign(page: str) -> list[str]:
    """Words in Latin letters that a Hebrew page should not have."""
    told = re.sub(r"\S+@\S+|https?://\S+|127\.0\.0\.1\S*", "", shown(page))
    return [word for word in LATIN.findall(told) if word not in NAMES]


def test_the_finder_finds_what_was_planted():
    assert foreign('<title>כניסה</title><p class="wrong">Incorrect code.</p>') == ["Incorrect", "code"]
    assert foreign('<title>כניסה</title><input placeholder="Email address">') == ["Email", "address"]
    assert foreign("<title>כניסה</title><p>כניסה</p>") == []


def sentences_of_the_library() -> set[str]:
    """Sentences of allauth's catalogues: as written, and as it says them in Hebrew."""
    import allauth
    from babel.messages.mofile import read_mo

    path = Path(allauth.__file__).parent / "locale" / "he" / "LC_MESSAGES" / "django.mo"
    with path.open("rb") as file:
        found = [(one.id, one.string) for one in read_mo(file) if one.id]
    texts = {text for pair in found for each in pair for text in ([each] if isinstance(each, str) else each)}
    ours = {render(Message(key), lang) for lang in LANGUAGES for key in ("account.sign_in_passkey",)}
    whole = {" ".join(text.split()) for text in texts} - ours
    return {text for text in whole if len(text.split()) >= 3 and "%" not in text and "{" not in text}


@pytest.fixture
def mails(home):
    from django.core import mail
    from django.test import override_settings

    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        mail.outbox = []
        yield mail.outbox


class Walk:
    """A browser that keeps every page it was shown."""

    def __init__(self, lang: str) -> None:
        from django.test import Client

        self.client = Client(HTTP_HOST="127.0.0.1", headers={"user-agent": "Chrome on Linux"})
        self.client.cookies["yaad_lang"] = lang
        self.pages: dict[str, str] = {}

    def see(self, called: str, answer, status: int = 200) -> str:
        assert answer.status_code == status, (called, answer.status_code, answer.headers.get("Location"))
        self.pages[called] = answer.content.decode()
        return self.pages[called]

    def get(self, path: str, status: int = 200) -> str:
        return self.see(path, self.client.get(path), status)

    def wrong(self, path: str, sent: dict, called: str, status: int = 200) -> None:
        page = self.see(f"{path} {called}", self.client.post(path, sent), status)
        assert 'class="wrong" role="alert"' in page or status != 200, (path, called)


def walk(lang: str, account, mails) -> dict[str, str]:
    """Every page and every error on the way of one account; name → page or mail."""
    from django.core.cache import cache
    from tests.server.codes import code_of

    cache.clear()
    one = Walk(lang)
    one.get(LOGIN)
    for called, sent in {
        "empty": {},
        "no mail": {"login": "123", "password": "x"},
        "long": {"login": "1" * 400 + "@here.example", "password": "x"},
        "null": {"login": "dana@here.example", "password": "x\0"},
        "wrong": {"login": account.email, "password": "not the password"},
    }.items():
        one.wrong(LOGIN, sent, called)
    for _ in range(5):
        answer = one.client.post(LOGIN, {"login": account.email, "password": "not the password"})
    one.see("too many passwords", answer)
    cache.clear()
    one.client.post("/account/passkey/", {"credential": "{}"})
    one.see("passkey refused", one.client.get(LOGIN))
    reset = "/account/password/reset/"
    one.get(reset)
    one.wrong(reset, {}, "empty")
    one.wrong(reset, {"email": "123"}, "no mail")
    for email in (account.email, "nobody@here.example"):
        one.client.post(reset, {"email": email})
    one.get("/account/password/reset/done/")
    one.get("/account/password/reset/key/1-abc/")
    one.get("/account/password/reset/key/done/")
    link = re.search(r"http://[^/]+(/account/password/reset/key/\S+)", mails[0].body)[1]
    form = one.client.get(link).headers["Location"]
    one.get(form)
    for called, password in {"empty": "", "short": "short", "common": "password1234", "alike": account.email}.items():
        one.wrong(form, {"password1": password}, called)
    for _ in range(5):
        answer = one.client.post(reset, {"email": account.email})
    one.see("too many links", answer, 429)
    cache.clear()
    one.client.post(LOGIN, {"login": account.email, "password": PASSWORD})
    one.get("/account/")
    one.get("/account/set-up/")
    change = "/account/password/change/"
    one.get(change)
    one.wrong(change, {}, "empty")
    one.wrong(change, {"oldpassword": "not it", "password1": "short"}, "both")
    one.client.post(change, {"oldpassword": PASSWORD, "password1": PASSWORD})
    one.see("changed", one.client.get("/account/"))
    app = "/account/app/"
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', one.get(app))[1].replace(" ", "")
    one.wrong(app, {}, "empty")
    one.wrong(app, {"code": "12"}, "wrong")
    one.client.post(app, {"code": code_of(secret)})
    one.get("/account/codes/")
    one.get("/account/codes/new/")
    one.client.post("/account/codes/new/")
    add = "/account/passkeys/add/"
    one.get(add)
    one.wrong(add, {}, "empty")
    one.wrong(add, {"credential": "{}", "name": "9" * 100}, "wrong")
    key = _passkey(account)
    one.get("/account/")
    one.get(f"/account/passkeys/{key}/")
    one.wrong(f"/account/passkeys/{key}/", {}, "empty")
    one.get(f"/account/passkeys/{key}/remove/")
    for path in ("/account/again/", "/account/again/code/", "/account/again/passkey/"):
        one.get(path)
        one.wrong(path, {}, "empty")
    one.wrong("/account/again/", {"password": "not it"}, "wrong")
    one.wrong("/account/again/code/", {"code": "1"}, "wrong")
    one.get("/account/app/remove/")
    one.get("/account/logout/")
    one.client.post("/account/logout/")
    one.see("signed out", one.client.get(LOGIN))
    cache.clear()
    one.client.post(LOGIN, {"login": account.email, "password": PASSWORD})
    one.get(SECOND)
    one.wrong(SECOND, {"code": ""}, "empty")
    one.wrong(SECOND, {"code": "1"}, "wrong")
    one.wrong(SECOND, {"credential": "{}"}, "passkey")
    one.client.post(SECOND, {"code": code_of(secret)})
    one.client.post("/account/app/remove/")
    one.see("app removed", one.client.get("/account/"))
    one.client.post(f"/account/passkeys/{key}/remove/")
    one.see("passkey removed", one.client.get("/account/"))
    for _ in range(6):
        answer = one.client.post(change, {})
    one.see("too many changes", answer, 429)
    return one.pages | {f"mail {number}": f"{mail.subject}\n{mail.body}" for number, mail in enumerate(mails)}


def _passkey(account) -> int:
    """A passkey as a browser made it once (fido2's own example of a key that anybody may know)."""
    from allauth.mfa.models import Authenticator
    from tests.server.codes import PASSKEY

    return Authenticator.objects.create(user=account, type="webauthn", data={"name": "מפתח", "credential": PASSKEY}).pk


@pytest.fixture
def walked(home, mails, request):
    from django.core.management import call_command

    from yaad.server.models import Account

    account = Account.objects.create_user("dana@here.example", PASSWORD, name="דנה", language=request.param)
    try:
        yield walk(request.param, account, mails)
    finally:
        call_command("flush", verbosity=0, interactive=False)


@pytest.mark.parametrize("walked", ["he", "en"], indirect=True)
def test_no_sentence_of_the_library_gets_out(walked, request):
    lang = request.node.callspec.params["walked"]
    assert len(walked) > 50
    library = sentences_of_the_library()
    assert "Incorrect password." not in library, "two words are looked for below"
    for called, page in walked.items():
        told = " ".join((shown(page) if "<html" in page else page).split())
        among = [text for text in library if text in told]
        assert [text for text in among if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", told)] == [], called
        assert "Incorrect" not in told, called
        if lang == "he":
            assert foreign(page) == [], called
