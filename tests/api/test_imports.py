"""Files come in by a program as by a page: sent, read, asked about, answered, imported, taken back – by jobs."""

import shutil
import time

UNCLEAR = "deal,stage,at\nn-1,Meeting,01/02/2026\nn-1,Won,03/04/2026\nn-2,Meeting,05/06/2026\n"


def send(program, name: str, text: str, **headers: str):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return program.client.post(
        f"/api/v1/companies/{program.company}/uploads",
        {"files": SimpleUploadedFile(name, text.encode())},
        headers={**program.headers, **{key.replace("_", "-"): value for key, value in headers.items()}},
    )


def finished(program, upload: str) -> dict:
    for _ in range(1200):
        told = program.get(f"/uploads/{upload}").json()
        if told["job"] is None:
            return told
        time.sleep(0.1)
    raise AssertionError(told)


def right(offered: list[str]) -> str:
    return next((answer for answer in ("deal", "day_first") if answer in offered), offered[0])


def ended(program, job: str) -> dict:
    for _ in range(1200):
        told = program.get(f"/jobs/{job}").json()
        if told["state"] not in ("waiting", "running"):
            return told
        time.sleep(0.1)
    raise AssertionError(told)


def test_a_file_is_brought_in_and_taken_back(team, program, env):
    asking = program("owner")
    sent = send(asking, "new.csv", UNCLEAR, Idempotency_Key="file-1")
    again = send(asking, "new.csv", UNCLEAR, Idempotency_Key="file-1")
    assert (sent.status_code, again.content) == (202, sent.content)
    assert send(asking, "new.csv", UNCLEAR + "n-3,Meeting,\n", Idempotency_Key="file-1").status_code == 422
    upload = sent.json()["id"]
    for _ in range(8):
        told = finished(asking, upload)
        if not told["open"]:
            break
        refused = asking.post(f"/uploads/{upload}/import")
        assert refused.status_code == 409
        answers = {one["id"]: right([option["answer"] for option in one["options"]]) for one in told["questions"]}
        assert asking.post(f"/uploads/{upload}/answers", {"answers": answers}).status_code == 202
    assert asking.post(f"/uploads/{upload}/import", {"as_of": "2026-10-20"}).status_code == 202
    told = finished(asking, upload)
    assert (told["step"], told["error"]) == ("imported", None), told
    assert told["report"]["files"][0]["rows_in"] == 3
    assert str(team.here.root) not in str(told)
    assert asking.get("/deals/n-1").status_code == 200
    assert told["import"] in str(asking.get("/imports").json())
    assert asking.post(f"/uploads/{upload}/import").status_code == 409
    foreign = program("manager")
    assert foreign.get(f"/uploads/{upload}").status_code == 403  # files are for who sees everything
    job = asking.post(f"/imports/{told['import']}/undo").json()["id"]
    assert foreign.get(f"/jobs/{job}").status_code == 404
    assert foreign.post(f"/jobs/{job}/cancel").status_code == 404
    assert ended(asking, job)["state"] == "done"
    assert asking.get("/deals/n-1").status_code == 404


def test_what_takes_long_is_begun_once_and_can_be_stopped(program, env):
    asking = program("rep")
    refused = asking.get("/chances")
    assert (refused.status_code, "computations/chances" in refused.json()["detail"]) == (400, True)
    job = asking.post("/computations/chances").json()["id"]
    assert asking.get(f"/jobs/{job}").status_code == 200
    stopped = asking.post(f"/jobs/{job}/cancel").json()
    assert stopped["state"] in ("cancelled", "done")
    assert ended(asking, asking.post("/computations/chances").json()["id"])["state"] in ("done", "failed")


def test_files_need_the_right_to_bring_them(program):
    assert send(program("owner", "read"), "a.csv", UNCLEAR).status_code == 403
    assert send(program("rep"), "a.csv", UNCLEAR).status_code == 403
    assert program("rep").get("/imports").status_code == 403
    assert program("owner").post("/uploads").status_code == 422
    assert program("owner").get("/uploads/0123456789abcdef").status_code == 404
    assert program("owner").post("/imports/no-such/undo").status_code == 404


def test_uploads_come_the_latest_first_page_by_page(team, program, tmp_path):
    from yaad.server import drafts
    from yaad.server.scoping import on_behalf_of, scope
    from yaad.server.state import opened

    before, made = {one["id"] for one in program("owner").get("/uploads").json()["uploads"]}, []
    (tmp_path / "deals.csv").write_text("deal,stage\n1,Meeting\n", "utf-8")
    with on_behalf_of(scope(team.here.accounts["owner"].pk, team.here.id)):
        for _ in range(6):
            made.append(opened().uploads.keep_copies([tmp_path / "deals.csv"]))
            begun = drafts.start(made[-1], "")
            begun.step = drafts.Step.UNDERSTOOD
            begun.save()
        uploads = opened().uploads
    told, cursor = [], ""
    while cursor is not None:
        page = program("owner").get("/uploads", {"limit": 2, "cursor": cursor}).json()
        told += [one["id"] for one in page["uploads"] if one["id"] not in before]
        cursor = page["next"]
    for name in made:
        shutil.rmtree(uploads.path(name))
    assert told == made[::-1]
