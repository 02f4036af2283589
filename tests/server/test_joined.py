"""Who joins to sell is a person of the data from then on: chosen as an owner, with a day of their own, told apart."""

import datetime as dt
import re
from contextlib import closing

import pytest
from tests.people import EVENTS, PASSWORD

from yaad.book import Book


@pytest.fixture
def outbox(team):
    """Mails that were sent; in memory."""
    from django.core import mail
    from django.test import override_settings

    mail.outbox = []
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        yield mail.outbox
    del mail.outbox


@pytest.fixture(autouse=True)
def _as_found(team):
    """Who joined is gone afterwards."""
    from yaad.server.models import Account, Invitation, Membership

    parts = set(Membership.objects.values_list("pk", flat=True))
    known = set(Account.objects.values_list("pk", flat=True))
    yield
    Invitation.objects.all().delete()
    Membership.objects.exclude(pk__in=parts).delete()
    Account.objects.exclude(pk__in=known).delete()


@pytest.fixture
def joins(team, outbox):
    """``joins(name, **part)`` invites somebody and takes it up under that name; gives their browser."""
    from django.test import Client

    def join(name, mail="new@here.example", **part):
        said = {"email": mail, "sure": "1", "role": "rep"} | part
        assert team.client("owner").post(f"{team.here.prefix}people/invite/", said).status_code == 302
        link = re.findall(r"http://127\.0\.0\.1:8000(/join/\S+)", outbox[-1].body)[0]
        browser = Client(HTTP_HOST="127.0.0.1")
        assert browser.post(link, {"name": name, "password": PASSWORD}).status_code == 302
        return browser

    return join


def _part(mail="new@here.example"):
    from yaad.server.models import Membership

    return Membership.objects.select_related("account").get(account__email=mail)


def _owners(team) -> list[str]:
    """Who can be chosen on the page where inquiries are taken in."""
    page = team.client("owner").get(f"{team.here.prefix}inquiries/new/").content.decode()
    return re.findall(r"<option[^>]*>([^<]+)</option>", re.findall(r'<select name="owner">.*?</select>', page)[0])


def _hand(team, deal, owner):
    with closing(Book.open(team.here.root)) as book:
        book.change(deal, {"owner": owner}, at=dt.datetime.now(dt.UTC), by="owner")


@pytest.fixture
def brings(team, tmp_path):
    """``brings(owner, …)`` brings a file with an open and a closed deal of each; it is taken back afterwards."""
    done = []

    def bring(*owners):
        table, mapping = tmp_path / f"{len(done)}.csv", tmp_path / "more.yaml"
        rows = [
            f"file-{owner.split()[0]}-{stage},{stage},2026-11-01,{owner},filed {owner} {stage},web,5000,055777880{nth}"
            for nth, owner in enumerate(owners)
            for stage in ("Meeting", "Won")
        ]
        table.write_text("\n".join(["deal,stage,at,who,title,source,amount,phone", *rows]) + "\n")
        mapping.write_text(EVENTS)
        with closing(Book.open(team.here.root)) as book:
            book.import_files([table], mapping=mapping, lang="en")
            done.append(book.facts.pin_now().imports[-1])

    yield bring
    with closing(Book.open(team.here.root)) as book:
        for one in reversed(done):
            book.undo_import(one)


def _owners_of(team, start):
    """Deal → owner, of those whose id begins so."""
    with closing(Book.open(team.here.root)) as book:
        deals = book.facts.deals
        rows = book.facts.run(deals.filter(deals.deal_id.startswith(start)).select("deal_id", "owner"))
    return {row["deal_id"]: row["owner"] for row in rows.to_pylist()}


def _sees(team, browser):
    return browser.get(f"{team.here.prefix}tables/deals.csv").content.decode()


def _asked(team):
    """Who is asked about on the page of people."""
    page = team.client("owner").get(f"{team.here.prefix}people/").content.decode()
    return re.findall(r'name="person" value="([^"]+)"', page)


def test_who_joins_is_offered_as_an_owner_and_has_a_day(team, joins):
    assert "Zoe Adler" not in _owners(team)
    zoe = joins("Zoe Adler", team="north")
    assert _part().person == "Zoe Adler"
    assert "Zoe Adler" in _owners(team)
    with closing(Book.open(team.here.root)) as book:
        assert book.settings.working("Zoe Adler").team == "north"
    _hand(team, "here-Ben-5", "Zoe Adler")
    assert "here-Ben-5" in zoe.get(f"{team.here.prefix}tables/deals.csv").content.decode()
    assert "markhereben" in zoe.get(f"{team.here.prefix}my-day/").content.decode()
    _hand(team, "here-Ben-5", "Ben")


@pytest.mark.parametrize("before", ["", "south"])
def test_a_person_of_the_data_who_is_in_no_team_comes_into_that_of_the_invitation(team, joins, before):
    owner, prefix = team.client("owner"), team.here.prefix
    assert owner.post(f"{prefix}people/place/", {"person": "Dan", "team": before}).status_code == 302
    try:
        joins("Daniel", person="Dan", team="north")
        assert _part().person == "Dan"
        with closing(Book.open(team.here.root)) as book:
            assert book.settings.working("Dan").team == (before or "north")
        seen = _sees(team, team.client("manager"))
        assert ("here-Dan-5" in seen) is (not before)
        assert "here-Ben-5" in seen
        page = owner.get(f"{prefix}people/").content.decode()
        told = page[page.index("new@here.example") :].partition("</small>")[0]
        assert (before or "north") in told, "where the company puts them, which is what the manager sees"
    finally:
        assert owner.post(f"{prefix}people/place/", {"person": "Dan", "team": "south"}).status_code == 302


def test_who_joins_a_company_without_data_is_its_first_person(team, joins):
    from yaad.server import companies
    from yaad.server.invitations import join
    from yaad.server.models import Account, Company, Invitation
    from yaad.server.roles import Kind

    company = companies.begin(team.here.accounts["owner"], "Empty", Kind.PROJECTS, zone="UTC", currency="ILS")
    prefix = f"/c/{company.pk}/"
    client = team.client("owner")
    said = {"email": "new@here.example", "sure": "1", "role": "rep"}
    assert client.post(f"{prefix}people/invite/", said).status_code == 302
    account = Account.objects.create_user("new@here.example", PASSWORD, name="Noa")
    waiting = Invitation.objects.get(company=company.pk)
    assert join(_key_of(waiting), account).person == "Noa"
    client.force_login(account)
    assert f'action="{prefix}pipeline/new/"' in client.get(f"{prefix}my-day/").content.decode()
    Company.objects.filter(pk=company.pk).update(deleted_at=dt.datetime.now(dt.UTC))


def _key_of(waiting):
    """A key that opens it: only a digest of the one in the mail is kept."""
    from yaad.server.invitations import _digest

    waiting.digest = _digest("a key of the test")
    waiting.save()
    return "a key of the test"


def test_a_book_made_anew_knows_them(team, joins):
    joins("Uri Peer")
    with closing(Book.open(team.here.root)) as book:
        book.rebuild()
        assert "Uri Peer" in book.goals.names("owner")


@pytest.mark.parametrize("part", [{"role": "viewer"}, {"role": "manager", "team": "north"}])
def test_who_does_not_sell_is_no_person_of_the_data(team, joins, part):
    joins("Gad Mor", **part)
    assert _part().person == ""
    assert "Gad Mor" not in _owners(team)


def test_whom_the_data_know_is_asked_about_before_they_see_anything(team, joins):
    browser = joins("dan")
    assert _part().person == ""
    assert "here-Dan" not in browser.get(f"{team.here.prefix}tables/deals.csv").content.decode()
    page = team.client("owner").get(f"{team.here.prefix}people/").content.decode()
    assert 'name="person" value="Dan"' in page


def test_of_two_who_are_called_alike_each_has_a_name(team, joins):
    joins("Mia Bar")
    joins("Mia Bar", "second@here.example")
    assert _part().person == "Mia Bar"
    assert _part("second@here.example").person == "Mia Bar 2"


def test_data_that_come_later_spelled_otherwise_are_asked_about_and_what_was_written_follows(team, joins):
    noa = joins("Noa Gal")
    _hand(team, "here-Ben-5", "Noa Gal")
    _hand(team, "here-Ben-4", "noa gal")  # as a file would bring it
    owner, part = team.client("owner"), _part()
    assert 'name="person" value="noa gal"' in owner.get(f"{team.here.prefix}people/").content.decode()
    assert owner.post(f"{team.here.prefix}people/{part.pk}/tie/", {"person": "noa gal"}).status_code == 302
    assert _part().person == "noa gal"
    seen = noa.get(f"{team.here.prefix}tables/deals.csv").content.decode()
    assert "here-Ben-4" in seen
    assert "here-Ben-5" in seen
    assert "Noa Gal" not in _owners(team)
    assert owner.post(f"{team.here.prefix}people/undo/").status_code == 302
    assert _part().person == "Noa Gal"
    seen = noa.get(f"{team.here.prefix}tables/deals.csv").content.decode()
    assert "here-Ben-4" not in seen
    assert "here-Ben-5" in seen
    for deal in ("here-Ben-4", "here-Ben-5"):
        _hand(team, deal, "Ben")


def test_a_file_with_the_very_name_shows_nothing_until_it_is_confirmed(team, joins, brings):
    noa = joins("Ada Lev")
    owner, part = team.client("owner"), _part()
    _hand(team, "here-Ben-5", "Ada Lev")
    assert "here-Ben-5" in _sees(team, noa)
    assert "Ada Lev" not in _asked(team)
    brings("Ada Lev")
    assert "file-" not in _sees(team, noa)
    assert "Ada Lev" in _asked(team)
    tie = f"{team.here.prefix}people/{part.pk}/tie/"
    assert owner.post(tie, {"person": "Ada Lev"}).status_code == 302
    seen = _sees(team, noa)
    assert "file-Ada-Meeting" in seen
    assert "here-Ben-5" in seen
    assert "Ada Lev" not in _asked(team)
    assert owner.post(f"{team.here.prefix}people/undo/").status_code == 302
    assert "file-" not in _sees(team, noa)
    assert "Ada Lev" in _asked(team)
    _hand(team, "here-Ben-5", "Ben")


def test_who_is_somebody_else_keeps_what_was_written_here_under_a_name_of_their_own(team, joins, brings):
    noa = joins("Bea Lev")
    _hand(team, "here-Ben-5", "Bea Lev")
    brings("Bea Lev")
    tie = f"{team.here.prefix}people/{_part().pk}/tie/"
    assert team.client("owner").post(tie, {"person": "Bea Lev", "other": "1"}).status_code == 302
    assert _part().person == "Bea Lev 2"
    seen = _sees(team, noa)
    assert "here-Ben-5" in seen
    assert "file-" not in seen
    assert set(_owners_of(team, "file-Bea").values()) == {"Bea Lev"}
    assert "Bea Lev" not in _asked(team)
    _hand(team, "here-Ben-5", "Ben")


def test_deals_of_somebody_of_the_same_name_stay_theirs(team, joins, brings):
    joins("Cia Lev")
    _hand(team, "here-Ben-5", "Cia Lev")
    brings("Cia Lev")
    tie = f"{team.here.prefix}people/{_part().pk}/tie/"
    assert team.client("owner").post(tie, {"person": "Dan"}).status_code == 302
    assert set(_owners_of(team, "file-Cia").values()) == {"Cia Lev"}
    assert _owners_of(team, "here-Ben-5") == {"here-Ben-5": "Dan"}
    with closing(Book.open(team.here.root)) as book:
        assert "Cia Lev" in book.settings.people
    _hand(team, "here-Ben-5", "Ben")


def test_a_file_of_deals_that_were_handed_over_here_asks_about_their_first_owner(team, joins, brings):
    brings("Dov Lev")
    _hand(team, "file-Dov-Meeting", "Ben")
    _hand(team, "file-Dov-Won", "Ben")
    with closing(Book.open(team.here.root)) as book:
        assert book.facts.is_told_of("Dov Lev")
        assert not book.facts.is_told_of("Nobody")
        assert {"file-Dov-Meeting", "file-Dov-Won"} <= set(book.facts.given_to("Ben"))
        assert book.facts.given_to("Dov Lev") == []


def test_a_deal_that_a_member_writes_down_makes_nobody_ask(team, joins):
    joins("Eli Lev")
    with closing(Book.open(team.here.root)) as book:
        said = {"account": "New one", "owner": "Eli Lev"}
        book.write_down("Meeting", said, at=dt.datetime.now(dt.UTC), by="Eli Lev", key="a-first-deal")
        assert not book.facts.is_told_of("Eli Lev")
    assert "Eli Lev" not in _asked(team)


def test_who_joins_again_does_not_get_back_a_name_that_was_taken_away(team, joins, brings):
    from yaad.server.joined import become_person

    joins("Fay Lev")
    owner, part = team.client("owner"), _part()
    tie = f"{team.here.prefix}people/{part.pk}/tie/"
    assert owner.post(tie, {"person": "Dan"}).status_code == 302
    brings("Fay Lev")
    assert owner.post(tie, {"person": "Fay Lev", "other": "1"}).status_code == 302
    part = _part()
    part.person = ""
    part.save()
    assert become_person(part, part.account, 12345).person != "Fay Lev"


def test_a_name_that_was_said_to_be_somebody_elses_is_not_begun(team, joins):
    from yaad.server.joined import become_person, digest_of

    joins("Gil Lev")
    part = _part()
    part.person, part.others = "", [digest_of("Gil Lev")]
    part.save()
    assert become_person(part, part.account, 12346).person != "Gil Lev"


def test_who_joined_has_joined_though_the_key_is_taken(team, joins):
    from yaad.server.invitations import join
    from yaad.server.models import Account, Invitation, Membership

    said = {"email": "new@here.example", "sure": "1", "role": "rep"}
    client = team.client("owner")
    assert client.post(f"{team.here.prefix}people/invite/", said).status_code == 302
    account = Account.objects.create_user("new@here.example", PASSWORD, name="Tal New")
    waiting = Invitation.objects.get(email="new@here.example", taken_at=None)
    gone = {"role": "rep", "ended_at": dt.datetime.now(dt.UTC)}
    known = Membership.objects.create(company_id=team.here.id, account=account, **gone)
    with closing(Book.open(team.here.root)) as book:
        taken = f"joined:{known.pk}:{waiting.pk}"
        book.note("here-Ben-4", "x", at=dt.datetime.now(dt.UTC), by="Ben", key=taken)
    assert join(_key_of(waiting), account).ended_at is None
    assert _part().person == ""


def test_a_form_takes_no_key_of_the_house(team):
    from yaad.server.models import JournalEntry

    client = team.client("rep")
    for key in ("joined:4:7", "opened:q1", "tied:4:a:b:c:person"):
        said = {"id": "here-Ben-4", "text": "x", "key": key}
        assert client.post(f"{team.here.prefix}deal/note/", said).status_code == 302
        assert not JournalEntry.objects.filter(company=team.here.id, key=key).exists()
