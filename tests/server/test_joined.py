"""Who joins to sell is a person of the data from then on: chosen as an owner, with a day of their own, told apart."""

import datetime as dt
import re
from contextlib import closing

import pytest
from tests.people import PASSWORD

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
    assert _part("second@here.example").person == "Mia Bar (second@here.example)"


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
