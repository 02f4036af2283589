"""What two people may change is written only as it was seen, or the operation says why that needs no version."""

import pytest
from tests.api.held import document, operations

NEW = "it makes something new and changes nothing"
JOB = "it begins or stops work; what is at work already is told"
WAY = "an upload takes its steps one by one; a step that was taken is refused"
ONCE = "what was taken back once is refused the second time"
UNMATCHED = {
    "judge": "everybody's own word; earlier ones stay and are told",
    "set_setting": "no address tells single settings, so no version of them is known",
    "place_person": "its answer tells the team before, and takes it back",
    "undo_target": ONCE,
    "undo_of_people": ONCE,
    "undo_import": ONCE,
    "withdraw_invitation": ONCE,
    "send_invitation": "a new link is sent; the invitation stays as it is",
    "invite": NEW,
    "upload": NEW,
    "write_down": NEW,
    "take_inquiry": "one person's touches are one inquiry, whoever looked before",
    "opt_out": "whoever asks it has the last word, whatever was seen",
    "opt_out_list": NEW,
    "send_letter": "whatever became of it, an event is sent again under its own id",
    "drop_letter": ONCE,
    "make_report": NEW,
    "add_source": NEW,
    "retire_company": "asked for by its name, typed once more; data stay",
    "answer_questions": WAY,
    "begin_import": WAY,
    "read_upload": WAY,
    "stop_upload": JOB,
    "compute": JOB,
    "cancel_job": JOB,
    "stop_report": JOB,
    "run_source": JOB,
    "stop_source": JOB,
    "answer_source": JOB,
    "look_at_person": JOB,
    "export_person": JOB,
    "erase_person": "asked for by the name, typed once more; whoever is erased stays so",
    "finish_erasing": JOB,
}
MATCHED = {
    "move", "win", "lose", "note", "undo", "change", "act", "quote", "withdraw_quote", "attach_file",
    "change_member", "end_member", "tie_member",
    "change_company", "set_target", "remove_target", "split_target", "take_over_source", "keep_secret",
    "remove_source", "put_team", "remove_team", "add_own_measures", "remove_own_measure",
}  # fmt: skip


def test_each_write_holds_to_a_version_or_says_why_not(home):
    writing = {one["post"]["operationId"] for one in document()["paths"].values() if "post" in one}
    held = {
        name
        for name in writing
        if {"$ref": "#/components/parameters/IfMatch"} in operations(document())[name]["parameters"]
    }
    assert held == MATCHED
    assert writing - held == set(UNMATCHED)
    assert all("412" in operations(document())[name]["responses"] for name in held)
    assert not any({"put", "patch", "delete"} & set(one) for one in document()["paths"].values())


def refused(answer):
    assert (answer.status_code, answer.headers["Content-Type"]) == (412, "application/problem+json"), answer.content
    assert answer.json()["detail"]
    return True


OF = {"period": "2027-03"}


def version_of_target(asking):
    return next((f'"{one["version"]}"' for one in asking.get("/targets", OF).json()["targets"]), None)


def test_a_target_is_changed_only_as_it_was_seen(program):
    first, second = program("owner"), program("owner")
    assert refused(first.post("/targets", {**OF, "value": "40000"}, If_Match='"3f2a9c0d41b7e865"')), "there is none yet"
    first.post("/targets", {**OF, "value": "50000"})
    seen = version_of_target(first)
    assert second.post("/targets", {**OF, "value": "60000"}, If_Match=seen).status_code == 200
    assert refused(first.post("/targets", {**OF, "value": "70000"}, If_Match=seen))
    assert refused(first.post("/targets/remove", OF, If_Match=seen))
    assert refused(first.post("/targets/split", {**OF, "over": "owner", "weights": "equal"}, If_Match=seen))
    assert [one["set"] for one in first.get("/targets", OF).json()["targets"]] == [60000]
    assert first.post("/targets", {**OF, "value": "65000"}).status_code == 200, "without a tag nothing is held"
    assert first.post("/targets/remove", OF, If_Match=version_of_target(first)).status_code == 200
    assert first.get("/targets", OF).json()["targets"] == []


def test_a_target_that_was_divided_is_another_one(program):
    asking = program("owner")
    made = []
    for value, period in (("90000", "2027-04"), ("60000", "2027-Q3")):
        asking.post("/targets", {"period": period, "value": value})
        told = asking.get("/targets", {"period": period}).json()["targets"]
        seen = f'"{told[0]["version"]}"'
        over = "owner" if period == "2027-04" else "month"
        split = {"period": period, "over": over, "weights": "equal"}
        assert asking.post("/targets/split", split, If_Match=seen).status_code == 200
        assert refused(asking.post("/targets/split", split, If_Match=seen)), period
        parts = asking.get("/targets", {"period": period}).json()["targets"]
        made.append((period, len(parts)))
        again = next(f'"{one["version"]}"' for one in parts if one["period"] == period and not one["owner"])
        assert asking.post("/targets/split", split, If_Match=again).status_code == 200
    assert made == [("2027-04", 6), ("2027-Q3", 4)]


def test_a_division_of_others_leaves_a_target_as_it_was(program):
    asking = program("owner")
    for period in ("2027-10", "2027-11"):
        asking.post("/targets", {"period": period, "value": "90000"})
    asking.post("/targets", {"period": "2027-11", "owner": "Ben", "value": "100"})

    def versions(period):
        told = asking.get("/targets", {"period": period}).json()["targets"]
        return {one["owner"]: one["version"] for one in told}

    before = versions("2027-11")
    asking.post("/targets/split", {"period": "2027-10", "over": "owner", "weights": "equal"})
    assert versions("2027-11") == before


def test_a_source_is_changed_only_as_it_was_set_up(program):
    asking = program("owner")
    asking.post("/sources", {"name": "held", "kind": "http", "url": "https://crm.example.com/deals.csv"})
    answer = asking.get("/sources/held")
    seen = f'"{answer.json()["version"]}"'
    assert "ETag" not in answer.headers, "its runs go on without its version"
    assert refused(asking.post("/sources/held/remove", If_Match='"3f2a9c0d41b7e865"'))
    kept = asking.post("/sources/held/secret", {"secret": "a first secret"}, If_Match=seen)
    assert kept.status_code == 200
    assert refused(asking.post("/sources/held/secret", {"secret": "another one"}, If_Match=seen))
    assert refused(asking.post("/sources/held/take-over", If_Match=seen))
    assert refused(asking.post("/sources/held/remove", If_Match=seen))
    now = f'"{kept.json()["version"]}"'
    assert asking.post("/sources/held/remove", If_Match=now).json() == {"removed": "held"}


def test_a_team_is_changed_only_as_it_was_seen(program):
    asking = program("owner")
    asking.post("/teams", {"name": "held"})
    told = {one["name"]: one for one in asking.get("/teams").json()["teams"]}
    seen = f'"{told["held"]["version"]}"'
    assert asking.post("/teams", {"name": "held", "above": "north"}, If_Match=seen).status_code == 200
    assert refused(asking.post("/teams/remove", {"name": "held"}, If_Match=seen))
    assert refused(asking.post("/teams", {"name": "new one"}, If_Match=seen))
    assert asking.post("/teams/remove", {"name": "held"}).status_code == 200


YAML = (
    "version: 1\nmeasures:\n  - id: {name}\n    names: {{en: Sales of fairs}}\n    good: up\n"
    "    sum: {{column: amount, where: {{outcome: won}}, date: closed_day}}\n"
)


@pytest.mark.parametrize("star", ["*", None])
def test_own_measures_are_changed_only_as_they_were_seen(program, star):
    asking = program("owner")
    seen = asking.get("/own-measures").headers["ETag"]
    made = asking.post("/own-measures", {"yaml": YAML.format(name="of_fairs")}, If_Match=seen)
    assert made.status_code == 200, made.content
    assert refused(asking.post("/own-measures", {"yaml": YAML.format(name="of_others")}, If_Match=seen))
    assert refused(asking.post("/own-measures/of_fairs/remove", If_Match=seen))
    left = asking.post("/own-measures/of_fairs/remove", **({"If_Match": star} if star else {}))
    assert left.json()["measures"] == []
