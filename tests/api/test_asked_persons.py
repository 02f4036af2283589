"""What a program asks about one person: begun as a job, told once, and of no one any longer than that."""

import json
import time


def done(asking, where, who):
    """A job about a person, once it has ended."""
    begun = asking.post(where, who)
    assert begun.status_code == 202, begun.content
    name, until = begun.json()["id"], time.monotonic() + 120
    while (told := asking.get(f"/jobs/{name}").json())["state"] in ("waiting", "running"):
        assert time.monotonic() < until, told
        time.sleep(0.2)
    return name


def test_a_person_is_looked_at_and_taken_out_by_jobs_of_an_owner_alone(team, program, env):
    asking, who = program("owner"), {"who": "Dan", "part": "seller"}
    job = done(asking, "/persons/look", who)
    assert asking.get(f"/persons/look/{job}").json()["counts"]["deals"] == 6
    assert asking.get(f"/persons/export/{job}").status_code == 404, "it is no archive"
    job = done(asking, "/persons/export", who)
    assert program("manager").get(f"/persons/export/{job}").status_code == 403
    assert program("owner", company=team.there).get(f"/persons/export/{job}").status_code == 404
    taken = asking.get(f"/persons/export/{job}")
    assert (taken.headers["Content-Type"], taken.content[:2]) == ("application/zip", b"PK")
    assert asking.get(f"/persons/export/{job}").status_code == 404, "it is handed out once"
    assert "person.exported" in [one["action"] for one in asking.get("/audit", {"limit": 9}).json()["lines"]]
    assert asking.post("/persons/erase", {**who, "again": "Ann"}).status_code == 400
    assert program("manager").post("/persons/look", who).status_code == 403
    assert program("owner", "settings").post("/persons/export", who).status_code == 403


def test_whom_it_was_about_stands_in_no_row_of_a_job_and_goes_with_an_erasing(team, program, env):
    from yaad.facts import Pin
    from yaad.server.backup import _belongs
    from yaad.server.place import Place

    asking, place = program("owner"), Place(team.here.root)
    refused = done(asking, "/persons/look", {"who": "Zebulon", "part": "customer"})
    told = asking.get(f"/persons/look/{refused}")
    assert (told.status_code, "Zebulon" in told.json()["detail"]) == (400, True)
    done(asking, "/persons/export", {"who": "0501234564", "part": "customer"})
    for path in place.folder.glob("jobs.sqlite*"):
        assert not any(name in path.read_bytes() for name in (b"Zebulon", b"0501234564")), path
    (archive,) = place.persons.rglob("person.zip")
    assert not _belongs(archive.relative_to(team.here.root), Pin()), "no backup holds it"
    assert not (archive.parent / "asked.json").exists()
    erased = asking.post("/persons/erase", {"who": "0501234564", "part": "customer", "again": "0501234564"})
    assert erased.status_code == 202
    job = erased.json()["id"]
    until = time.monotonic() + 120
    while asking.get(f"/jobs/{job}").json()["state"] in ("waiting", "running"):
        assert time.monotonic() < until
        time.sleep(0.2)
    assert asking.get(f"/persons/erase/{job}").json()["originals"] == 1
    assert asking.get(f"/persons/look/{job}").status_code == 404, "it looks for nobody"
    assert program("owner", company=team.there).get(f"/persons/erase/{job}").status_code == 404
    (left,) = (path for path in place.persons.rglob("*") if path.is_file())
    assert list(json.loads(left.read_text("utf-8"))) == ["mark"], "whom it was about is gone"


def test_whom_nobody_knows_is_not_erased_and_why_stands_with_the_job(team, program, env):
    asking = program("owner")
    begun = asking.post("/persons/erase", {"who": "Zebulon", "part": "customer", "again": "Zebulon"})
    assert begun.status_code == 202, "the book is looked at by the job"
    job, until = begun.json()["id"], time.monotonic() + 120
    while (told := asking.get(f"/jobs/{job}").json())["state"] in ("waiting", "running"):
        assert time.monotonic() < until
        time.sleep(0.2)
    assert (told["state"], "Zebulon" in told["error"]) == ("failed", False)
    why = asking.get(f"/persons/erase/{job}")
    assert (why.status_code, "Zebulon" in why.json()["detail"]) == (400, True)
    own = team.here.accounts["owner"].email
    assert asking.post("/persons/erase", {"who": own, "part": "seller", "again": own}).status_code == 400


def test_while_a_job_is_at_work_nothing_is_told(program, monkeypatch):
    from yaad.server import jobs

    monkeypatch.setattr(jobs.Jobs, "_line_up", lambda *_args: None)
    asking = program("owner")
    begun = asking.post("/persons/export", {"who": "Dan", "part": "seller"}).json()["id"]
    waits = asking.get(f"/persons/export/{begun}")
    assert waits.status_code == 409
    asking.post(f"/jobs/{begun}/cancel")
    assert asking.get(f"/persons/export/{begun}").status_code == 409
