"""People of a company: who gives whom which part, what it means, and that each change can be taken back."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import pytest
from tests.people import PASSWORD, marker


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
    """Memberships, invitations and new accounts are as they were afterwards."""
    from yaad.server.models import Account, Invitation, Membership

    parts = list(Membership.objects.values())
    known = set(Account.objects.values_list("pk", flat=True))
    yield
    Invitation.objects.all().delete()
    Membership.objects.exclude(pk__in=[one["id"] for one in parts]).delete()
    for one in parts:
        Membership.objects.filter(pk=one["id"]).update(**one)
    Account.objects.exclude(pk__in=known).delete()


@pytest.fixture
def browser():
    from django.test import Client

    return Client(HTTP_HOST="127.0.0.1")


def _invite(both, outbox, mail="new@here.example", by="owner", **part) -> str:
    """Invite somebody; gives the path of the link in the mail."""
    before = len(outbox)
    said = {"email": mail, "sure": "1", "role": "rep", "person": "Dan"} | part
    answer = both.client(by).post(f"{both.here.prefix}people/invite/", said)
    assert answer.status_code == 302, answer.content.decode()
    assert len(outbox) == before + 1
    return re.search(r"http://127\.0\.0\.1:8000(/join/\S+)", outbox[-1].body)[1]


def _part(team, name):
    from yaad.server.models import Membership

    return Membership.objects.get(account=team.here.accounts[name], company=team.here.id)


def test_somebody_new_joins_by_the_link_and_sees_what_was_said(team, outbox, browser):
    link = _invite(team, outbox)
    assert outbox[0].to == ["new@here.example"]
    page = browser.get(link).content.decode()
    assert "Company here" in page
    answer = browser.post(link, {"name": "Dan D.", "password": PASSWORD})
    assert answer.headers["Location"] == f"{team.here.prefix}my-day/"
    told = browser.get(f"{team.here.prefix}tables/deals.csv").content.decode()
    assert marker("here", "Dan") in told
    assert not any(marker("here", other) in told for other in ("Ann", "Ben", "Eli", "Cyd"))
    assert browser.get(f"{team.there.prefix}funnel/").status_code == 404


def test_only_a_hash_of_the_key_is_kept(team, outbox):
    from yaad.server.models import Invitation

    key = _invite(team, outbox).removeprefix("/join/").rstrip("/")
    kept = Invitation.objects.values().get()
    assert key not in str(kept)
    assert len(kept["digest"]) == 64


def test_what_it_means_is_said_before_anything_is_sent(team, outbox):
    from yaad.server.models import Invitation

    said = {"email": "m@here.example", "role": "manager", "team": "north"}
    page = team.client("owner").post(f"{team.here.prefix}people/invite/", said)
    assert page.status_code == 200
    assert re.sub("<[^>]+>", "", page.content.decode()).count("Sees the deals of 3 people: Ann, Ben, Eli.") == 1
    assert (len(outbox), Invitation.objects.count()) == (0, 0)


@pytest.mark.parametrize("how", ["used", "withdrawn", "sent again", "expired", "retired", "made up"])
def test_a_link_that_is_over_opens_nothing(team, outbox, browser, how):
    from django.utils import timezone

    from yaad.server.models import Account, Company, Invitation

    link, owner = _invite(team, outbox), team.client("owner")
    one = Invitation.objects.get()
    if how == "used":
        assert browser.post(link, {"name": "Dan", "password": PASSWORD}).status_code == 302
        browser.logout()
    elif how == "withdrawn":
        owner.post(f"{team.here.prefix}people/invited/{one.pk}/withdraw/")
    elif how == "sent again":
        owner.post(f"{team.here.prefix}people/invited/{one.pk}/again/")
        assert len(outbox) == 2
    elif how == "expired":
        Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    elif how == "retired":
        Company.objects.filter(pk=team.here.id).update(deleted_at=timezone.now())
    else:
        link = "/join/" + "x" * 43 + "/"
    before = Account.objects.count()
    try:
        assert browser.get(link).status_code == 404
        assert browser.post(link, {"name": "Eve", "password": PASSWORD}).status_code == 404
    finally:
        Company.objects.filter(pk=team.here.id).update(deleted_at=None)
    assert Account.objects.count() == before


def test_two_who_take_up_one_link_at_once_are_one(team, outbox):
    import threading

    from django.db import connections
    from django.test import Client

    from yaad.server.models import Membership

    link, together, statuses = _invite(team, outbox), threading.Barrier(2), []

    def post() -> None:
        together.wait()
        answer = Client(HTTP_HOST="127.0.0.1").post(link, {"name": "Dan", "password": PASSWORD})
        statuses.append(answer.status_code)
        connections.close_all()

    threads = [threading.Thread(target=post) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) in ([302, 404], [302, 302])  # the later one is told that it is over, or sent to sign in
    assert Membership.objects.filter(company=team.here.id, account__email="new@here.example").count() == 1


def test_who_has_an_account_signs_in_and_confirms(team, outbox, browser):
    from yaad.server.models import Membership

    mail = team.there.accounts["consultant"].email
    link = _invite(team, outbox, mail, role="consultant", person="")
    answer = browser.get(link)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/login/?next=/join/")
    assert browser.post(link, {"name": "Eve", "password": PASSWORD}).status_code == 302  # no way round the password
    assert not Membership.objects.filter(company=team.here.id, account__email=mail).exists()
    client = team.client("consultant", team.there)
    assert client.post(link).status_code == 302
    part = Membership.objects.get(company=team.here.id, account__email=mail)
    assert (part.role, part.until is not None) == ("consultant", True)


def test_an_invitation_for_somebody_else_is_refused(team, outbox):
    from yaad.server.models import Invitation, Membership

    link = _invite(team, outbox)
    before = Membership.objects.count()
    client = team.client("rep", team.there)
    assert client.get(link).status_code == 403
    assert client.post(link).status_code == 403
    assert Membership.objects.count() == before
    assert Invitation.objects.get().taken_at is None


def test_a_consultant_of_two_companies_gets_each_alone(team, outbox):
    link = _invite(team, outbox, team.there.accounts["consultant"].email, role="consultant", person="")
    client = team.client("consultant", team.there)
    client.post(link)
    here = client.get(f"{team.here.prefix}tables/deals.csv").content.decode()
    there = client.get(f"{team.there.prefix}tables/deals.csv").content.decode()
    assert "markhere" in here
    assert "markthere" not in here
    assert "markthere" in there
    assert "markhere" not in there
    chooser = client.get("/").content.decode()
    assert "Company here" in chooser
    assert "Company there" in chooser
    assert "markhere" not in chooser


FOREIGN = [
    {"role": "manager", "team": "north"},
    {"role": "owner"},
    {"role": "viewer"},
    {"role": "consultant"},
    {"role": "rep", "person": "Dan"},
    {"role": "rep", "team": "south"},
    {"role": "rep", "person": "Eli", "team": "south"},
    {"role": "rep", "person": "Dan", "team": "north"},
    {"role": "rep", "person": "Nobody"},
    {"role": "rep"},
]


@pytest.mark.parametrize("part", FOREIGN)
def test_who_leads_a_team_invites_reps_to_it_and_nobody_else(team, outbox, part):
    from yaad.server.models import Invitation

    said = {"email": "x@here.example", "sure": "1"} | part
    answer = team.client("manager").post(f"{team.here.prefix}people/invite/", said)
    assert answer.status_code == 403
    assert (Invitation.objects.count(), len(outbox)) == (0, 0)


def test_who_leads_a_team_invites_to_a_team_below_it(team, outbox):
    _invite(team, outbox, by="manager", person="Eli", team="port")
    page = team.client("manager").get(f"{team.here.prefix}people/").content.decode()
    assert "new@here.example" in page
    assert not any(other in page for other in ("Cyd", "Dan", "rep_south@", "viewer@", "south"))
    assert team.client("manager").get(f"{team.here.prefix}people/{_part(team, 'rep').pk}/").status_code == 403


def test_a_manager_does_not_touch_an_invitation_of_another_team(team, outbox):
    from yaad.server.models import Invitation

    _invite(team, outbox)
    one = Invitation.objects.get()
    for what in ("withdraw", "again"):
        answer = team.client("manager").post(f"{team.here.prefix}people/invited/{one.pk}/{what}/")
        assert answer.status_code == 404
    one.refresh_from_db()
    assert (one.withdrawn_at, len(outbox)) == (None, 1)


@pytest.mark.parametrize("name", ["rep", "consultant", "viewer"])
def test_the_others_have_no_page_of_people(team, name):
    assert team.client(name).get(f"{team.here.prefix}people/").status_code == 403
    assert team.client(name).get(f"{team.here.prefix}company/").status_code == 403


def test_a_member_of_another_company_is_not_there(team):
    from yaad.server.models import Membership

    foreign = Membership.objects.get(account=team.there.accounts["rep"])
    client = team.client("owner")
    assert client.get(f"{team.here.prefix}people/{foreign.pk}/").status_code == 404
    assert client.post(f"{team.here.prefix}people/{foreign.pk}/end/").status_code == 404
    said = {"role": "owner", "sure": "1"}
    assert client.post(f"{team.here.prefix}people/{foreign.pk}/", said).status_code == 404
    foreign.refresh_from_db()
    assert (foreign.role, foreign.ended_at) == ("rep", None)


def test_the_last_owner_stays_one(team):
    client, one = team.client("owner"), _part(team, "owner")
    assert client.post(f"{team.here.prefix}people/{one.pk}/end/").status_code == 400
    said = {"role": "manager", "team": "north", "sure": "1"}
    assert client.post(f"{team.here.prefix}people/{one.pk}/", said).status_code == 400
    one.refresh_from_db()
    assert (one.role, one.ended_at) == ("owner", None)


def test_with_a_second_owner_the_first_may_go_and_is_out_at_once(team):
    client, one, other = team.client("owner"), _part(team, "owner"), _part(team, "viewer")
    client.post(f"{team.here.prefix}people/{other.pk}/", {"role": "owner", "sure": "1"})
    assert client.post(f"{team.here.prefix}people/{one.pk}/end/").headers["Location"] == "/"
    assert client.get(f"{team.here.prefix}people/").status_code == 404
    assert team.client("viewer").get(f"{team.here.prefix}people/").status_code == 200


def test_a_part_is_changed_seen_at_once_and_taken_back(team):
    owner, rep, part = team.client("owner"), team.client("rep"), _part(team, "rep")
    said = {"role": "rep", "person": "Dan", "sure": "1"}
    assert owner.post(f"{team.here.prefix}people/{part.pk}/", said).status_code == 302
    told = rep.get(f"{team.here.prefix}tables/deals.csv").content.decode()
    assert (marker("here", "Dan") in told, marker("here", "Ben") in told) == (True, False)
    assert "people/undo/" in owner.get(f"{team.here.prefix}people/").content.decode()
    owner.post(f"{team.here.prefix}people/undo/")
    part.refresh_from_db()
    assert part.person == "Ben"


def test_a_seller_who_is_given_another_team_sells_in_it_from_then_on(team):
    """Ben is in the team north, which the manager leads; Cyd's and Dan's is south."""
    owner, part = team.client("owner"), _part(team, "rep")
    at, page = f"{team.here.prefix}people/{part.pk}/", f"{team.here.prefix}people/"
    manager = team.client("manager")

    def seen() -> bool:
        return marker("here", "Ben") in manager.get(f"{team.here.prefix}tables/deals.csv").content.decode()

    assert seen()
    assert '<option value="north" selected>' in owner.get(at).content.decode(), "where the person is"
    said = {"role": "rep", "person": "Ben", "team": "south"}
    told = owner.post(at, said).content.decode()
    assert "their deals count there" in told or "העסקאות נספרות שם" in told
    assert seen(), "nothing is done before it was seen"
    assert manager.post(at, said | {"sure": "1"}).status_code in (403, 404)
    assert owner.post(at, said | {"sure": "1"}).status_code == 302
    assert not seen()
    owner.post(f"{page}undo/")
    assert seen()
    owner.post(at, {"role": "rep", "person": "Ben", "sure": "1"})
    assert seen(), "a team that was not said is left as it is"
    owner.post(at, {"role": "rep", "person": "Ben", "team": "", "sure": "1"})
    assert not seen()
    owner.post(f"{page}place/", {"person": "Ben", "team": "north"})
    assert seen()


@pytest.mark.parametrize("moment", [60.0, 0.0])
def test_what_was_done_is_said_on_a_page_that_was_put_off(team, monkeypatch, moment):
    from yaad.faces.web import late
    from yaad.server import shelf, teams

    owner, part, real = team.client("owner"), _part(team, "rep"), teams.people_of
    owner.post(f"{team.here.prefix}people/{part.pk}/", {"role": "rep", "person": "Dan", "sure": "1"})

    def not_yet(access):
        if shelf.taking().at_once:
            raise shelf.NotYet("people", "1")
        return real(access)

    monkeypatch.setattr(late, "A_MOMENT", moment)
    monkeypatch.setattr(teams, "people_of", not_yet)
    answer = owner.get(f"{team.here.prefix}people/")
    if "Refresh" in answer.headers:
        monkeypatch.setattr(teams, "people_of", real)
        answer = owner.get(f"{team.here.prefix}people/")
    assert "people/undo/" in answer.content.decode()
    assert "people/undo/" not in owner.get(f"{team.here.prefix}people/").content.decode(), "said once"


def test_an_end_is_taken_back_unless_something_was_changed_since(team):
    owner, part = team.client("owner"), _part(team, "rep")
    owner.post(f"{team.here.prefix}people/{part.pk}/end/")
    assert team.client("rep").get(f"{team.here.prefix}funnel/").status_code == 404
    owner.post(f"{team.here.prefix}people/undo/")
    assert team.client("rep").get(f"{team.here.prefix}funnel/").status_code == 200
    owner.post(f"{team.here.prefix}people/{part.pk}/end/")
    type(part).objects.filter(pk=part.pk).update(person="Dan")
    assert owner.post(f"{team.here.prefix}people/undo/").status_code == 400
    part.refresh_from_db()
    assert part.ended_at is not None


@pytest.mark.parametrize("until", ["2020-01-01", "soon"])
def test_a_grant_ends_on_a_day_to_come(team, until):
    part = _part(team, "consultant")
    said = {"role": "consultant", "until": until, "sure": "1"}
    assert team.client("owner").post(f"{team.here.prefix}people/{part.pk}/", said).status_code == 400


@pytest.mark.parametrize(
    ("zone", "ends"), [("Asia/Jerusalem", "2027-06-10T21:00Z"), ("America/New_York", "2027-06-11T04:00Z")]
)
def test_a_grant_ends_with_its_last_day_by_the_companys_clock(team, outbox, zone, ends):
    from yaad.server.models import Account, Company, Invitation, Membership

    mail, day = team.there.accounts["consultant"].email, "10 Jun 2027"
    Company.objects.filter(pk=team.here.id).update(zone=zone)
    Account.objects.filter(email=mail).update(language="he")
    try:
        said = {"role": "consultant", "person": "", "until": "2027-06-10"}
        seen = team.client("owner").post(f"{team.here.prefix}people/invite/", said | {"email": mail})
        assert day in seen.content.decode()
        link = _invite(team, outbox, mail, **said)
        assert Invitation.objects.get().until == dt.datetime.fromisoformat(ends)
        assert "10.6.2027" in outbox[-1].body, "in the language of who is invited"
        client = team.client("consultant", team.there)
        client.cookies["yaad_lang"] = "en"
        assert day in client.get(link).content.decode()
        client.post(link)
        part = Membership.objects.get(company=team.here.id, account__email=mail)
        assert day in client.get("/?all=1").content.decode()
        people = team.client("owner").get(f"{team.here.prefix}people/").content.decode()
        assert day in people
        assert 'value="2027-06-10"' in team.client("owner").get(f"{team.here.prefix}people/{part.pk}/").content.decode()
        assert part.until == dt.datetime.fromisoformat(ends)
        after = _usual(team, zone)
        assert (after.hour, after.minute) == (0, 0)
    finally:
        Company.objects.filter(pk=team.here.id).update(zone="UTC")
        Account.objects.filter(email=mail).update(language="en")


def test_a_change_of_a_grant_is_taken_back_by_the_companys_clock(team):
    from yaad.server.models import Company

    owner, part = team.client("owner"), _part(team, "consultant")
    Company.objects.filter(pk=team.here.id).update(zone="Asia/Jerusalem")
    try:
        for until in ("2027-06-10", ""):
            said = {"role": "consultant", "until": until, "may_import": "1", "sure": "1"}
            assert owner.post(f"{team.here.prefix}people/{part.pk}/", said).status_code == 302
            assert _part(team, "consultant").may_import
            assert owner.post(f"{team.here.prefix}people/undo/").status_code == 302
            assert _part(team, "consultant").until == part.until
            assert not _part(team, "consultant").may_import
    finally:
        Company.objects.filter(pk=team.here.id).update(zone="UTC")


def _usual(team, zone):
    """The end of a consultant's part where nobody chose a day, by a clock."""
    from yaad.server.parts import Asked

    return Asked.read({"role": "consultant"}, ZoneInfo(zone)).until.astimezone(ZoneInfo(zone))


def test_a_grant_may_add_import_for_a_consultant_alone(team):
    owner, part, client = team.client("owner"), _part(team, "consultant"), team.client("consultant")
    assert client.get(f"{team.here.prefix}files/").status_code == 403
    said = {"role": "consultant", "may_import": "1", "sure": "1"}
    owner.post(f"{team.here.prefix}people/{part.pk}/", said)
    assert client.get(f"{team.here.prefix}files/").status_code == 200
    owner.post(f"{team.here.prefix}people/{part.pk}/", said | {"role": "viewer"})
    part.refresh_from_db()
    assert (part.role, part.may_import) == ("viewer", False)


def test_a_person_of_the_data_has_one_account(team):
    part = _part(team, "rep")
    said = {"role": "rep", "person": "Cyd", "sure": "1"}
    assert team.client("owner").post(f"{team.here.prefix}people/{part.pk}/", said).status_code == 400
    part.refresh_from_db()
    assert part.person == "Ben"


def test_an_equal_name_is_proposed_and_tied_by_hand_alone(team):
    from yaad.server.models import Account, Membership

    account = Account.objects.create_user("dan@here.example", PASSWORD, name=" dAN ")
    one = Membership.objects.create(company_id=team.here.id, account=account, role="rep")
    owner = team.client("owner")
    page = owner.get(f"{team.here.prefix}people/").content.decode()
    assert f"people/{one.pk}/tie/" in page
    one.refresh_from_db()
    assert one.person == ""
    owner.post(f"{team.here.prefix}people/{one.pk}/tie/", {"person": "Dan"})
    one.refresh_from_db()
    assert one.person == "Dan"
    assert f"people/{one.pk}/tie/" not in owner.get(f"{team.here.prefix}people/").content.decode()


def test_who_is_somebody_else_is_kept_taken_back_and_not_proposed_again(team):
    from yaad.server.models import Account, AuditEvent, Membership

    account = Account.objects.create_user("new@here.example", PASSWORD, name=" dAN ")
    one = Membership.objects.create(company_id=team.here.id, account=account, role="rep")
    owner, at = team.client("owner"), f"{team.here.prefix}people/"
    tie = f"{at}{one.pk}/tie/"

    def is_proposed() -> bool:
        return tie in owner.get(at).content.decode()

    assert is_proposed()
    owner.post(tie, {"person": "Dan", "other": "1"})
    assert owner.session["people_done"]["words"] == "people.done_apart"
    assert not is_proposed()
    one.refresh_from_db()
    assert one.person == ""
    assert "Dan" not in str(one.others), "a name of the data would have to be erased here too"
    line = AuditEvent.objects.filter(company=team.here.id).latest("seq")
    assert (line.action, line.detail) == ("member.changed", {"fields": ["others"]})

    owner.post(f"{at}undo/")
    assert is_proposed()
    owner.post(tie, {"person": "Dan", "other": "1"})
    owner.post(tie, {"person": "Dan"})  # by hand it can still be said
    one.refresh_from_db()
    assert (one.person, one.others) == ("Dan", [])
    for refused in ("Dan", "Nobody"):
        assert owner.post(tie, {"person": refused, "other": "1"}).status_code == 400


def test_teams_are_put_moved_and_taken_back(team):
    owner, manager, at = team.client("owner"), team.client("manager"), f"{team.here.prefix}people/"

    def seen() -> set[str]:
        told = manager.get(f"{team.here.prefix}tables/deals.csv").content.decode()
        return {person for person in ("Ann", "Ben", "Eli", "Cyd", "Dan") if marker("here", person) in told}

    owner.post(f"{at}teams/", {"name": "west", "above": "north"})
    owner.post(f"{at}place/", {"person": "Dan", "team": "west"})
    assert seen() == {"Ann", "Ben", "Eli", "Dan"}
    owner.post(f"{at}undo/")
    assert seen() == {"Ann", "Ben", "Eli"}
    assert owner.post(f"{at}teams/", {"name": "north", "above": "port"}).status_code == 400  # it would be in itself
    assert owner.post(f"{at}teams/remove/", {"name": "north"}).status_code == 400  # it is led, and not empty
    assert owner.post(f"{at}teams/remove/", {"name": "west"}).status_code == 302
    for refused in ("teams/", "teams/remove/", "place/"):
        said = {"name": "north", "person": "Dan", "team": "north"}
        assert manager.post(f"{at}{refused}", said).status_code == 403
    assert seen() == {"Ann", "Ben", "Eli"}


def test_the_place_in_a_team_leaves_what_else_was_said_of_a_person(team):
    from yaad.book import Book

    book, at = Book.open(team.here.root), dt.datetime(2026, 10, 22, tzinfo=dt.UTC)
    away = [{"start": "2026-11-01", "end": "2026-11-05", "why": "reserve"}]
    book.set_setting("person:Dan", {"team": "south", "share": 0.5, "away": away}, at=at, by="owner")
    before = book.settings.working("Dan")
    team.client("owner").post(f"{team.here.prefix}people/place/", {"person": "Dan", "team": "north"})
    after = book.settings.working("Dan")
    book.set_setting("person:Dan", {"team": "south"}, at=at, by="owner")
    book.close()
    assert (after.team, before.team) == ("north", "south")
    assert (after.share, after.away) == (before.share, before.away)


def test_what_is_done_stands_in_the_audit_log(team, outbox):
    from yaad.server.models import AuditEvent

    part = _part(team, "rep")
    _invite(team, outbox)
    team.client("owner").post(f"{team.here.prefix}people/{part.pk}/end/")
    lines = AuditEvent.objects.filter(company=team.here.id).order_by("seq")
    assert [one.action for one in lines][-2:] == ["member.invited", "member.removed"]
    assert "new@here.example" not in str(list(lines.values()))
    assert {one.actor for one in list(lines)[-2:]} == {team.here.accounts["owner"].pk}


def test_a_mail_that_cannot_be_sent_is_said_and_the_invitation_waits(team, monkeypatch):
    from yaad.server import invitations

    def fails(*_said: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(invitations, "send_mail", fails)
    said = {"email": "new@here.example", "role": "viewer", "sure": "1"}
    answer = team.client("owner").post(f"{team.here.prefix}people/invite/", said)
    assert answer.status_code == 400
    assert "new@here.example" in answer.content.decode()
    assert invitations.waiting(team.here.id).count() == 1


def test_an_undo_does_not_give_a_person_a_second_account(team):
    owner, rep, south = team.client("owner"), _part(team, "rep"), _part(team, "rep_south")
    owner.post(f"{team.here.prefix}people/{rep.pk}/", {"role": "rep", "person": "Dan", "sure": "1"})
    type(south).objects.filter(pk=south.pk).update(person="Ben")
    assert owner.post(f"{team.here.prefix}people/undo/").status_code == 400
    rep.refresh_from_db()
    assert rep.person == "Dan"


def test_a_server_sends_only_so_many_invitations_a_day(team, outbox, monkeypatch):
    from yaad.server import invitations
    from yaad.server.models import AuditEvent, Invitation

    sent = AuditEvent.objects.filter(company=team.here.id, action__in=invitations.SENT).count()
    monkeypatch.setattr(invitations, "MOST_A_DAY", sent + 1)
    _invite(team, outbox)
    owner, one = team.client("owner"), Invitation.objects.get()
    assert owner.post(f"{team.here.prefix}people/invited/{one.pk}/again/").status_code == 400
    said = {"email": "more@here.example", "role": "viewer", "sure": "1"}
    assert owner.post(f"{team.here.prefix}people/invite/", said).status_code == 400
    assert (len(outbox), Invitation.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("mail", "said"), [("", "printed where the server runs"), ("smtp://127.0.0.1:1", "was sent to")]
)
def test_whether_a_link_was_sent_or_printed_is_said(team, outbox, mail, said):
    from dataclasses import replace

    from django.test import override_settings

    from yaad.server.companies import home

    owner = team.client("owner")
    with override_settings(YAAD_HOME=replace(home(), mail=mail)):
        owner.post(f"{team.here.prefix}people/invite/", {"email": "new@here.example", "sure": "1", "role": "viewer"})
        assert said in owner.get(f"{team.here.prefix}people/").content.decode()
    assert len(outbox) == 1
