"""One's own book on one's own machine has no accounts: no pages of people and companies, and no links to them."""

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
