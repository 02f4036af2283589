"""Peers' cases 7 and 13: no side door leads round what the front door asks for; no file makes its reader read on.

Every way in × every state of an account: what is asked at one of them is asked at each.
"""

import re
import secrets
import zipfile
from types import SimpleNamespace

import pytest
from tests.faces.mcp.test_tools import knock
from tests.people import PASSWORD
from tests.server.test_matrix_in_time import ACCEPTS, CALL
from tests.server.test_sign_in_second_step import SECOND, set_up

NEW = "another correct horse battery"
LOGIN = "/account/login/"


@pytest.fixture
def mails(home):
    from django.core import mail
    from django.test import override_settings

    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        mail.outbox = []
        yield mail.outbox


@pytest.fixture
def someone(team, mails):
    """A manager with a session, a token, a link to a new password and an invitation, all from before."""
    from django.core.cache import cache
    from django.test import Client

    from yaad.server import tokens
    from yaad.server.models import Account, AuditEvent, Invitation, Membership
    from yaad.server.scoping import scope

    cache.clear()
    mail = f"{secrets.token_hex(4)}@here.example"
    account = Account.objects.create_user(mail, PASSWORD, name="left")
    Membership.objects.create(company_id=team.here.id, account=account, role="manager", team="north")
    session = Client(HTTP_HOST="127.0.0.1")
    session.post(LOGIN, {"login": mail, "password": PASSWORD})
    token = tokens.make(scope(account.pk, team.here.id), "program", ["read"])[1]
    browser = Client(HTTP_HOST="127.0.0.1")
    browser.post("/account/password/reset/", {"email": mail})
    link = link_in(mails)
    said = {"email": mail, "sure": "1", "role": "rep", "person": "Dan"}
    team.client("owner", team.there).post(f"{team.there.prefix}people/invite/", said)
    key = re.search(r"http://127\.0\.0\.1:8000(/join/\S+)", mails[-1].body)[1]
    yield SimpleNamespace(mail=mail, mails=mails, account=account, session=session, token=token, link=link, key=key)
    cache.clear()
    Invitation.objects.filter(email=mail).delete()
    Account.objects.filter(pk=account.pk).update(is_active=False)
    assert AuditEvent.objects.exists()


def by_password(someone, browser, password=PASSWORD):
    return browser.post(LOGIN, {"login": someone.mail, "password": password})


def link_in(mails):
    found = re.search(r"http://127\.0\.0\.1:8000(/account/password/reset/key/\S+)", mails[-1].body)
    return found[1] if found else None


def by_new_link(someone, browser):
    """A link that is asked for now; a closed account gets a mail without one."""
    browser.post("/account/password/reset/", {"email": someone.mail})
    return by_link(someone, browser, link_in(someone.mails))


def by_link(someone, browser, link=None):
    form = browser.get(link or someone.link)
    if form.status_code == 302:
        browser.post(form.headers["Location"], {"password1": NEW})
    return by_password(someone, browser, NEW)


def by_invitation(someone, browser):
    browser.get(someone.key)
    return browser.post(someone.key, {"name": "x", "password": NEW})


def by_setup(someone, browser):
    return browser.post("/setup/", {"email": someone.mail, "name": "x", "password": NEW, "company": "x"})


def by_half(someone, browser):
    """The password, and then the pages as if there were no second step to come."""
    by_password(someone, browser)
    for address in ("/account/app/", "/account/codes/", "/account/password/change/", "/companies/new/"):
        browser.post(address, {"code": "000000", "password1": NEW, "oldpassword": PASSWORD, "name": "x"})
    return browser.get("/account/second/")


DOORS = (by_password, by_link, by_new_link, by_invitation, by_setup, by_half)


def is_open(team, client):
    """Whether a company opens, or the account itself, for people or for programs."""
    pages = [f"{one.prefix}funnel.json" for one in (team.here, team.there)] + ["/account/", "/"]
    programs = [f"/api/v1/companies/{one.id}/funnel" for one in (team.here, team.there)] + ["/api/v1/companies"]
    return [address for address in (*pages, *programs) if client.get(address).status_code == 200]


def shown(client, team, token):
    headers = {"Authorization": f"Bearer {token}"}
    rest = client.get(f"/api/v1/companies/{team.here.id}/funnel", headers=headers).status_code
    return rest, knock({**headers, "Accept": ACCEPTS}, json=CALL).status_code


@pytest.fixture
def browser(home):
    from django.test import Client

    return Client(HTTP_HOST="127.0.0.1")


@pytest.mark.parametrize("door", DOORS)
def test_07_a_closed_account_comes_in_nowhere(team, someone, browser, door):
    from yaad.server.models import Account

    before = Account.objects.get(pk=someone.account.pk).password
    Account.objects.filter(pk=someone.account.pk).update(is_active=False)
    door(someone, browser)
    assert is_open(team, browser) == []
    assert is_open(team, someone.session) == []
    assert shown(browser, team, someone.token) in {(401, 401), (404, 401)}
    assert Account.objects.get(pk=someone.account.pk).password == before


@pytest.mark.parametrize("door", DOORS)
def test_07_with_a_second_step_every_way_in_asks_for_it(team, someone, browser, door):
    from allauth.mfa.models import Authenticator
    from django.core.cache import cache
    from django.test import Client

    inside = Client(HTTP_HOST="127.0.0.1")
    by_password(someone, inside)
    set_up(inside)
    cache.clear()
    answer = door(someone, browser)
    assert is_open(team, browser) == [], door.__name__
    if door in (by_password, by_new_link):
        assert answer.headers.get("Location", SECOND) == SECOND
    assert is_open(team, someone.session) == []  # it came in before there was one
    if door is not by_link:  # whose link is over with the next sign-in
        assert bool(is_open(team, inside)) == (door is not by_new_link)  # a new password ends every session
    assert Authenticator.objects.filter(user=someone.account).count() == 2  # the app, and the spare codes
    assert shown(Client(HTTP_HOST="127.0.0.1"), team, someone.token) == (200, 200)  # its owner made it inside


def test_07_an_invitation_sets_no_password_of_an_account_that_there_is(team, someone, browser):
    from yaad.server.models import Account

    by_invitation(someone, browser)
    account = Account.objects.get(pk=someone.account.pk)
    assert account.check_password(PASSWORD)
    assert is_open(team, browser) == []


def test_07_the_front_door_is_open(team, someone, browser):
    assert by_password(someone, browser).status_code == 302
    assert f"{team.here.prefix}funnel.json" in is_open(team, browser)
    assert is_open(team, someone.session)
    assert shown(browser, team, someone.token) == (200, 200)


# ---- 13: what a file may make its reader do ------------------------------------------------------------------------

SECRET = "a secret beside the book"
LAUGHS = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>stage</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>1</t></is></c><c r="B2" t="inlineStr"><is><t>{told}</t></is></c></row></sheetData></worksheet>'  # noqa: E501 – one sheet as it stands in a workbook
BOOK = '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>'  # noqa: E501
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'  # noqa: E501
RELS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/></Relationships>'  # noqa: E501
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def workbook(path, declared, told):
    """A workbook written by hand, whose sheet declares something before it begins."""
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("[Content_Types].xml", HEAD + TYPES)
        packed.writestr("_rels/.rels", HEAD + RELS.format(kind="officeDocument", target="xl/workbook.xml"))
        packed.writestr("xl/workbook.xml", HEAD + BOOK)
        packed.writestr(
            "xl/_rels/workbook.xml.rels", HEAD + RELS.format(kind="worksheet", target="worksheets/sheet1.xml")
        )
        packed.writestr("xl/worksheets/sheet1.xml", HEAD + declared + SHEET.format(told=told))


def log(path, declared, told):
    path.write_text(
        f'{HEAD}{declared}<log><trace><event><string key="concept:name" value="{told}"/></event></trace></log>'
    )


HOSTILE = {
    "a file": ('<!DOCTYPE x [<!ENTITY a SYSTEM "{secret}">]>', "&a;"),
    "a file by a parameter": ('<!DOCTYPE x [<!ENTITY % p SYSTEM "{secret}"> %p;]>', "x"),
    "an address": ('<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:9/x">]>', "&a;"),
    "a declaration elsewhere": ('<!DOCTYPE x SYSTEM "{secret}">', "x"),
    "laughs": (f'<!DOCTYPE x [<!ENTITY a0 "haha">{LAUGHS}]>', "&a9;"),
}
KINDS = {"xlsx": workbook, "xes": log}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", HOSTILE)
def test_13_no_file_makes_its_reader_read_on(tmp_path, monkeypatch, kind, what):
    """By the very way on which an upload is read: refused in words, with nothing of the secret, and nothing is kept."""
    import socket

    from yaad.book import Book
    from yaad.errors import YaadError

    def no_call(*_about, **_more):
        raise AssertionError("a file has called out")

    monkeypatch.setattr(socket.socket, "connect", no_call)
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    declared, told = HOSTILE[what]
    path = tmp_path / f"deals.{kind}"
    KINDS[kind](path, declared.replace("{secret}", secret.as_uri()), told)
    book = Book.create(tmp_path / "book")
    with pytest.raises(YaadError) as refused:
        book.import_files([path])
    assert refused.value.message.key == "intake.workbook_entities"
    assert SECRET not in refused.value.say("en") + repr(refused.value.__cause__)
    assert not (tmp_path / "book").exists()


def test_13_the_same_files_without_a_declaration_are_read(tmp_path):
    from yaad.book import Book

    workbook(tmp_path / "deals.xlsx", "", "New")
    found = Book.create(tmp_path / "book").understand([tmp_path / "deals.xlsx"])
    assert found.files[0].rows_in == 1


def test_13_xml_is_read_by_readers_that_refuse_declarations_alone():
    """Whoever reads XML in a new place comes by here: by defusedxml, or by a parser that refuses what is declared."""
    from pathlib import Path

    import yaad

    guarded = {"intake/reading/event_log.py", "intake/reading/apart/open_document.py"}
    bare = re.compile(r"^\s*(?:import|from) (?:xml\.(?!sax\.saxutils)|lxml|html\.parser|pyexpat)", re.MULTILINE)
    root = Path(yaad.__file__).parent
    found = {one.relative_to(root).as_posix() for one in root.rglob("*.py") if bare.search(one.read_text("utf-8"))}
    assert found == guarded
    for name in guarded:
        text = (root / name).read_text("utf-8")
        assert "StartDoctypeDeclHandler" in text or "check_entities(" in text, name
