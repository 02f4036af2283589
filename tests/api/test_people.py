"""People, teams and the company: the rights of the pages, versions held to, changes taken back, lists in pages."""

import pytest

REP = {"role": "rep", "team": "south", "person": "Dan"}


def member_of(team, name: str) -> int:
    from yaad.server.models import Membership

    return Membership.objects.get(company=team.here.id, account=team.here.accounts[name]).pk


def test_members_come_page_by_page_and_a_manager_is_told_of_the_own_team(program):
    asking, found, cursor = program("owner"), [], ""
    while True:
        told = asking.get("/people", {"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        found += [one["email"] for one in told["members"]]
        cursor = told["next"]
        if cursor is None:
            break
    assert len(found) == len(set(found)) == 6
    mine = [one["email"] for one in program("manager").get("/people").json()["members"]]
    assert sorted(mine) == ["manager@here.example", "rep@here.example"]
    assert (
        program("manager").get("/people", {"cursor": asking.get("/people", {"limit": 2}).json()["next"]}).status_code
        == 400
    )


def test_a_member_is_changed_as_it_was_read_and_taken_back(team, program):
    asking, number = program("owner"), member_of(team, "rep_south")
    answer = asking.get(f"/people/{number}")
    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
    body = {"role": "manager", "team": "south", "person": "Cyd"}
    changed = asking.post(f"/people/{number}", body, If_Match=answer.headers["ETag"])
    assert (changed.status_code, changed.json()["role"]) == (200, "manager")
    late = asking.post(f"/people/{number}", REP, If_Match=answer.headers["ETag"])
    assert late.status_code == 412
    assert asking.get(f"/people/{number}").json()["role"] == "manager"
    undo = {"undo": changed.json()["undo"]}
    assert program("owner", company=team.there).post("/people/undo", undo).status_code == 400
    assert asking.post("/people/undo", undo).status_code == 200
    assert asking.get(f"/people/{number}").json()["role"] == "rep"
    assert asking.post("/people/undo", undo).status_code == 400  # it was changed since
    assert asking.post("/people/undo", {"undo": "eyJ:forged"}).status_code == 400


def test_a_seller_comes_into_the_team_that_is_said_and_back(team, program):
    asking, number = program("owner"), member_of(team, "rep")

    def of_ben() -> tuple[str, list[str]]:
        teams = asking.get("/teams").json()["teams"]
        return asking.get(f"/people/{number}").json()["team"], [one["name"] for one in teams if "Ben" in one["people"]]

    assert of_ben() == ("north", ["north"])
    asking.post(f"/people/{number}", {"role": "rep", "person": "Ben"})
    assert of_ben() == ("north", ["north"]), "a team that is left out is left as it is"
    done = asking.post(f"/people/{number}", {"role": "rep", "person": "Ben", "team": "south"}).json()
    assert (done["team"], *of_ben()) == ("south", "south", ["south"])
    assert asking.post("/people/undo", {"undo": done["undo"]}).status_code == 200
    assert of_ben() == ("north", ["north"])
    assert asking.post("/people/undo", {"undo": done["undo"]}).status_code == 400, "it is taken back already"


def test_an_end_is_taken_back_too_and_the_last_owner_stays(team, program):
    asking, number = program("owner"), member_of(team, "consultant")
    ended = asking.post(f"/people/{number}/end")
    assert asking.get(f"/people/{number}").status_code == 404
    assert asking.post("/people/undo", {"undo": ended.json()["undo"]}).status_code == 200
    assert asking.get(f"/people/{number}").json()["role"] == "consultant"
    assert asking.post(f"/people/{member_of(team, 'owner')}/end").status_code == 400


def test_a_manager_invites_reps_to_the_own_team_alone_and_changes_nobody(team, program):
    asking = program("manager")
    made = asking.post(
        "/invitations", {"email": "new@here.example", "role": "rep", "team": "north"}, Idempotency_Key="i"
    )
    again = asking.post(
        "/invitations", {"email": "new@here.example", "role": "rep", "team": "north"}, Idempotency_Key="i"
    )
    assert (made.status_code, again.content) == (200, made.content), made.content.decode()
    number = made.json()["id"]
    assert [one["id"] for one in asking.get("/invitations").json()["invitations"]] == [number]
    for part in ({"role": "rep", "team": "south"}, {"role": "viewer"}, {"role": "owner"}):
        assert asking.post("/invitations", {"email": "other@here.example", **part}).status_code == 403, part
    assert asking.post(f"/people/{member_of(team, 'rep')}", REP).status_code == 403
    assert asking.post("/teams", {"name": "west"}).status_code == 403
    assert asking.post(f"/invitations/{number}/again").status_code == 200
    assert program("rep").post(f"/invitations/{number}/withdraw").status_code == 403
    assert asking.post(f"/invitations/{number}/withdraw").status_code == 200
    assert asking.get("/invitations").json()["invitations"] == []


def test_teams_are_put_filled_and_taken_back(program):
    asking = program("owner")
    put = asking.post("/teams", {"name": "west", "above": "north"}).json()
    placed = asking.post("/teams/place", {"person": "Dan", "team": "west"}).json()
    assert placed["before"] == "south"
    told = {one["name"]: one for one in asking.get("/teams").json()["teams"]}
    assert (told["west"]["above"], told["west"]["people"]) == ("north", ["Dan"])
    assert asking.post("/teams/remove", {"name": "west"}).status_code == 400  # somebody is in it
    assert asking.post("/people/undo", {"undo": placed["undo"]}).status_code == 200
    assert asking.post("/people/undo", {"undo": put["undo"]}).status_code == 200
    assert "west" not in {one["name"] for one in asking.get("/teams").json()["teams"]}


def test_what_a_part_means_is_said_before_it_is_given(program):
    asking = program("owner", lang="he")
    told = asking.get("/people/meaning", {"role": "rep", "person": "Dan"}).json()["means"]
    assert "Dan" in told[0]
    assert asking.get("/people/meaning", {"role": "rep", "person": "Nobody"}).status_code == 400


def test_the_company_is_changed_by_an_owner_who_read_it_as_it_is(program):
    asking = program("owner")
    answer = asking.get("/company")
    before = answer.json()
    changed = asking.post("/company", {"transparency": "rank"}, If_Match=answer.headers["ETag"]).json()
    assert (changed["transparency"], changed["name"]) == ("rank", before["name"])
    assert asking.post("/company", {"vat": "17"}, If_Match=answer.headers["ETag"]).status_code == 412
    assert asking.post("/company", {"zone": "Mars/Olympus"}).status_code == 400
    assert program("manager").post("/company", {"transparency": "off"}).status_code == 403
    assert asking.post("/company", {"transparency": "off"}).json()["version"] == before["version"]
    assert asking.post("/company/retire", {"name": "another name"}).status_code == 400


def test_the_board_shows_what_the_company_lets_its_people_see(program):
    assert len(program("owner").get("/leaderboard").json()["rows"]) == 5
    mine = program("rep").get("/leaderboard").json()
    assert mine["shown"] == "off"
    assert {one["name"] for one in mine["rows"]} <= {"Ben"}


def test_the_audit_log_is_told_to_its_owner_page_by_page_whole_and_as_a_file(program):
    asking = program("owner", "audit")
    for _ in range(4):  # each leaves a line, whatever was done before
        asking.get("/audit", Accept="text/csv")
    first = asking.get("/audit", {"limit": 2}).json()
    second = asking.get("/audit", {"limit": 2, "cursor": first["next"]}).json()
    seqs = [one["seq"] for one in first["lines"] + second["lines"]]
    assert seqs == sorted(seqs, reverse=True)
    assert len(set(seqs)) == 4
    assert asking.get("/audit", {"limit": 2, "cursor": first["next"], "action": "token.made"}).status_code == 400
    assert asking.get("/audit/verify").json() == {"is_whole": True, "seq": None, "why": None}
    file = asking.get("/audit", Accept="text/csv")
    assert file.headers["Content-Type"].startswith("text/csv")
    assert asking.get("/audit", {"limit": 1}).json()["lines"][0]["action"] == "export.made"
    assert program("owner", "settings").get("/audit").status_code == 403
    assert program("manager").get("/audit").status_code == 403


@pytest.mark.parametrize(
    ("scopes", "path", "status"),
    [
        (["people"], "/people", 200),
        (["people"], "/company", 403),
        (["people"], "/audit", 403),
        (["settings"], "/company", 200),
        (["settings"], "/people", 403),
        (["settings"], "/sources", 200),
        (["read"], "/company", 403),
        (["import"], "/imports", 200),
        (["import"], "/jobs/" + "0" * 16, 404),
    ],
)
def test_a_token_opens_the_operations_of_its_scopes_alone(program, scopes, path, status):
    assert program("owner", *scopes).get(path).status_code == status
