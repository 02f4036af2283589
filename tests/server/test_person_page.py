"""The page of one person: looked up, taken out, erased once that was typed; nobody but an owner."""

import io
import zipfile

import pytest


def page(team, name, where="", **said):
    client = team.client(name)
    address = f"{team.here.prefix}people/person/{where}"
    return client.post(address, said) if said else client.get(address)


def test_only_an_owner(team):
    for name in ("manager", "rep", "consultant", "viewer"):
        for where in ("", "export/", "erase/"):
            assert page(team, name, where, who="0501234560", again="0501234560").status_code == 403
    assert page(team, "owner").status_code == 200
    assert page(team, "owner", "erase/").status_code == 405


@pytest.mark.parametrize("lang", ["he", "en"])
def test_what_is_held_and_all_of_it_as_a_file(team, lang):
    client = team.client("owner")
    client.cookies["lang"] = lang
    told = client.post(f"{team.here.prefix}people/person/", {"who": "050 123 4561"}).content.decode()
    assert "person-export" not in told  # a key that has no words
    assert f"{team.here.prefix}people/person/export/" in told
    answer = page(team, "owner", "export/", who="0501234561")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {"deals.csv", "everything.json"} <= set(archive.namelist())
        assert "here-Ann-1" in archive.read("deals.csv").decode()


def test_nobody_is_known_by_it(team):
    assert page(team, "owner", who="0509999999").status_code == 400
    assert page(team, "owner", "export/", who="0509999999").status_code == 400


def test_erased_only_when_typed_again(team):
    shown = team.client("owner")
    assert "0501234562" in shown.get(f"{team.here.prefix}tables/deals.csv").content.decode()
    assert page(team, "owner", "erase/", who="0501234562", again="0501234563").status_code == 400
    assert "0501234562" in shown.get(f"{team.here.prefix}tables/deals.csv").content.decode()
    assert page(team, "owner", "erase/", who="0501234562", again="0501234562").status_code == 200
    assert "0501234562" not in shown.get(f"{team.here.prefix}tables/deals.csv").content.decode()
    assert page(team, "owner", who="0501234562").status_code == 400
