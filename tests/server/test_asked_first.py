"""What everybody feels and nobody can take back asks first, works without scripts, and says that it is done."""

import re


def test_taking_an_import_back_stands_behind_a_question(team):
    page = team.client("owner").get(f"{team.here.prefix}files/").content.decode()
    forms = re.findall(r'action="[^"]+/imports/[^"]+/undo/"', page)
    asked = re.findall(
        r'<details class="ask">.*?What this file brought.*?action="[^"]+/imports/[^"]+/undo/".*?</details>', page
    )
    assert len(forms) == len(asked) == 1


def test_where_files_go_is_said_truly(team):
    page = team.client("owner").get(f"{team.here.prefix}files/").content.decode()
    assert "this server of your company, and nowhere else" in page
    assert "Everything happens on this machine" not in page


def test_a_token_asks_and_its_end_is_said(team):
    client, address = team.client("rep"), f"{team.here.prefix}tokens/"
    client.post(address, {"name": "A sheet", "scope": ["read"], "days": "30"})
    page = client.get(address).content.decode()
    asked = re.search(
        r'<details class="ask">.*?refused at once.*?action="([^"]+/revoke/)".*?</details>', page, re.DOTALL
    )
    assert asked is not None
    assert "The token was taken back." not in page
    assert "The token was taken back." in client.post(asked[1], follow=True).content.decode()
