"""What everybody feels and nobody can take back asks first, works without scripts, and says that it is done."""

import re
import shutil


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


def test_taking_an_import_back_says_what_goes_and_whose_it_is_and_then_by_whom_it_was(team, tmp_path):
    """Of an upload: the rows it brought and who brought it; once it is taken back its line says so."""
    from yaad.server import drafts, tasks
    from yaad.server.scoping import on_behalf_of, scope
    from yaad.server.state import opened

    rows = "deal,stage,at,who,title,source,amount,phone\nx-1,Meeting,2026-10-19,Ann,One,web,900,0501234567\n"
    (tmp_path / "more.csv").write_text(rows + rows.splitlines()[1].replace("x-1", "x-2") + "\n", "utf-8")
    with on_behalf_of(scope(team.here.accounts["owner"].pk, team.here.id)):
        told = {
            "book": str(team.here.root), "paths": [str(tmp_path / "more.csv")], "mapping": "", "kind": "",
            "answers": {}, "as_of": "", "lang": "en", "source": "", "waits": [],
        }  # fmt: skip
        begun = drafts.start(opened().uploads.keep_copies([tmp_path / "more.csv"]), "")
        begun.report, begun.step = tasks.import_files(told, lambda *_: None), drafts.Step.IMPORTED
        begun.save()
        client, address = team.client("owner"), f"{team.here.prefix}files/"
        page = client.get(address).content.decode()
        asked = re.search(r"<details class=\"ask\">(?:(?!</details>).)*" + begun.imported, page, re.DOTALL)
        said = re.sub(r"<[^>]+>|[\u2066-\u2069]", "", asked[0])
        assert "It brought 2 rows" in said
        assert "owner here brought it in on" in said
        assert "owner there" not in said
        tasks.undo_import({"book": str(team.here.root), "name": begun.imported}, lambda *_: None)
        uploads = opened().uploads
    page = client.get(address).content.decode()
    line = re.search(rf"<li><a href=\"[^\"]+{begun.id}/\">.*?</li>", page, re.DOTALL)
    said = re.sub(r"<[^>]+>|[\u2066-\u2069]", "", line[0])
    assert "taken back" in said
    assert "by owner here on" in said
    assert "imported" not in said
    shutil.rmtree(uploads.path(begun.id))
