"""One's own book on one's own machine has no accounts: no pages of people and companies, and no links to them."""

import re

import pytest

PAGES = ("people/", "people/1/", "company/")


@pytest.mark.parametrize("page", PAGES)
def test_there_are_no_people(inside, page):
    assert inside.get(f"/{page}").status_code == 404


def test_nothing_leads_to_them(inside):
    told = inside.get("/files/").content.decode()
    assert 'href="/files/"' in told
    assert not [page for page in PAGES if f'href="/{page}"' in told]
    assert "/?all" not in told


def test_the_phone_has_five_tabs_and_the_team_are_the_people_in_the_data(inside):
    told = inside.get("/files/").content.decode()
    tabs = told[told.index('<nav class="tabbar five"') :]
    found = re.findall(r'<a href="([^"]+)"', tabs[: tabs.index("</nav>")])
    assert found == ["/my-day/", "/pipeline/", "/inquiries/new/", "/goals/", "/kpis/?by=owner"]
    menu = told[told.index('<div class="more-in">') : told.index("</header>")]
    assert re.findall(r"<h2>([^<]+)</h2>", menu) == ["Goals &amp; forecast", "Manage"]
    assert {"/funnel/", "/kpis/", "/plan/", "/files/"} <= set(re.findall(r'href="([^"]+)"', menu))


def test_the_board_of_accounts_is_none_of_its_pages(inside):
    assert inside.get("/board/").status_code == 404


def test_no_mail_is_offered_where_nobody_has_an_account(inside):
    assert inside.get("/my-day/mail/").status_code == 404
