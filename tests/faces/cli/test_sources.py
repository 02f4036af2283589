"""Recurring sources, on the command line."""

import openpyxl
import pytest
from tests.sources.servers import Loopback

DEALS = "deal,stage,entered,closed\nA,Won,2026-01-01,2026-01-09\nB,Talk,2026-01-02,\n"
MAP = (
    "kind: deals\nshape: two_dates\n"
    "columns: {id: deal, stage: stage, entered: entered, closed: closed}\nentered_opens: Talk\n"
    "stages: [{name: Talk}, {name: Won, type: won}]\ndates: iso\nzone: UTC\n"
)


@pytest.fixture
def book(yaad, tmp_path):
    (tmp_path / "first.csv").write_text(DEALS, "utf-8")
    (tmp_path / "map.yaml").write_text(MAP, "utf-8")
    root = tmp_path / "book"
    assert yaad("import", tmp_path / "first.csv", "--map", tmp_path / "map.yaml", "--book", root).code == 0
    return root


def test_the_follow_up_workbook_goes_out_and_comes_back(yaad, tmp_path, book):
    path = tmp_path / "f.xlsx"
    assert yaad("workbook", "--book", book, "--out", path, "--json").json == {"written": str(path), "deals": 1}
    workbook = openpyxl.load_workbook(path)
    workbook.worksheets[0]["D3"].value = "Won"
    workbook.save(path)
    asked = yaad("import", path, "--book", book)
    assert "--as-of" in asked.out
    done = yaad("import", path, "--book", book, "--as-of", "2026-02-01", "--json").json
    assert done["files"][0]["loaded"] == 1
    assert yaad("measure", "won", "--book", book, "--json").json["measures"][0]["value"] == 2
    assert "follow-up workbook" in yaad("imports", "--book", book).out
    nothing = yaad("workbook", "--book", book, "--out", path, "--lang", "he")
    assert (nothing.code, nothing.err.strip()) == (2, "אין עסקאות פתוחות.")


def test_a_folder_is_watched_once(yaad, tmp_path, book):
    folder = tmp_path / "in"
    folder.mkdir()
    assert "Nothing has arrived" in yaad("watch", folder, "--book", book, "--once", "--every", "0").out
    (folder / "second.csv").write_text(DEALS + "C,Talk,2026-01-03,\n", "utf-8")
    (folder / "bad.csv").write_text("", "utf-8")
    done = yaad("watch", folder, "--book", book, "--once", "--every", "0", "--json").json
    assert {one["name"]: one["state"] for one in done["files"]} == {"second.csv": "done", "bad.csv": "failed"}
    assert done["waiting"] == 0
    assert yaad("measure", "deals", "--book", book, "--json").json["measures"][0]["value"] == 3
    assert yaad("watch", tmp_path / "none", "--book", book, "--once").code == 2


def test_a_pull_needs_its_token_and_an_address_that_may_be_asked(yaad, tmp_path, monkeypatch):
    root = tmp_path / "book"
    monkeypatch.delenv("YAAD_TEST_TOKEN", raising=False)
    asked = yaad("pull", "hubspot", "--book", root, "--token-env", "YAAD_TEST_TOKEN")
    assert (asked.code, "YAAD_TEST_TOKEN" in asked.err) == (2, True)
    monkeypatch.setenv("YAAD_TEST_TOKEN", "secret-token")
    for words, said in (
        (("zoho",), "hubspot, pipedrive, salesforce"),
        (("salesforce",), "--url"),
        (("hubspot", "--url", "http://10.0.0.1"), "https"),
    ):
        done = yaad("pull", *words, "--book", root, "--token-env", "YAAD_TEST_TOKEN")
        assert done.code == 2
        assert said in done.err
        assert "secret-token" not in done.out + done.err
    assert not root.exists()


class Files:
    """The server of one file, and sources of the command line that may ask this machine."""

    def __init__(self, monkeypatch, loopback):
        monkeypatch.setenv("YAAD_ALLOW_HOSTS", "127.0.0.1")
        self.body = DEALS
        self.url = f"{loopback.url}/deals.csv"
        loopback.route = lambda *asked: (200, self.body.encode(), {})
        self.asked = loopback.asked


@pytest.fixture
def files(monkeypatch, tmp_path):
    monkeypatch.setenv("YAAD_VAULT_KEY_FILE", str(tmp_path / "key"))
    loopback = Loopback()
    yield Files(monkeypatch, loopback)
    loopback.close()


def test_a_host_of_the_own_network_is_asked_only_where_whoever_starts_names_it(yaad, book, files, monkeypatch):
    root = ("--book", book)
    monkeypatch.delenv("YAAD_ALLOW_HOSTS")
    refused = yaad("source", "add", "crm", "http", "--url", files.url, *root)
    assert (refused.code, "https" in refused.err) == (2, True)
    yaad("source", "add", "inside", "http", "--url", files.url.replace("http:", "https:"), *root)
    told = yaad("source", "run", "inside", *root)
    assert (told.code, files.asked) == (2, [])
    assert "yaad source add NAME folder --path FOLDER" in told.out
    assert "YAAD_ALLOW_HOSTS=127.0.0.1" in told.out
    monkeypatch.setenv("YAAD_ALLOW_HOSTS", files.url.split("/")[2])
    yaad("source", "add", "crm", "http", "--url", files.url, *root)
    assert yaad("source", "run", "crm", *root).code == 0
    assert len(files.asked) == 1


def test_a_source_is_added_run_listed_and_taken_away(yaad, book, files, monkeypatch, tmp_path):
    root = ("--book", book)
    added = yaad("source", "add", "crm", "http", "--url", files.url, "--schedule", "daily 6:00", *root, "--json").json
    assert added == {"name": "crm", "kind": "http", "place": files.url, "schedule": "daily 06:00"}
    monkeypatch.setenv("CRM_TOKEN", "tok-0123456789-secret")
    kept = yaad("source", "secret", "crm", "--env", "CRM_TOKEN", *root)
    assert (kept.code, "encrypted" in kept.out) == (0, True)
    files.body = DEALS + "C,Talk,2026-01-03,\n"
    done = yaad("source", "run", "--due", *root)
    assert done.code == 0
    assert "crm: imported." in done.out
    assert "Next: " in done.out
    assert files.asked[0][4]["Authorization"] == "Bearer tok-0123456789-secret"
    assert yaad("measure", "deals", *root, "--json").json["measures"][0]["value"] == 3
    (again,) = yaad("source", "run", "crm", *root, "--json").json["sources"]
    assert again["outcome"] == "unchanged"
    assert "No source is due" in yaad("source", "run", "--due", *root).out
    (listed,) = yaad("source", "list", *root, "--json").json["sources"]
    assert (listed["outcome"], listed["schedule"], listed["waiting"]) == ("unchanged", "daily 06:00", 0)
    assert listed["secret_since"]
    for words in (("list",), ("show", "crm"), ("list", "--lang", "he"), ("show", "crm", "--json")):
        shown = yaad("source", *words, *root)
        assert shown.code == 0
        assert "tok-0123456789-secret" not in shown.out + shown.err
    assert yaad("source", "remove", "crm", *root).code == 0
    assert yaad("source", "list", *root, "--json").json == {"sources": []}
    assert "secret" not in (book / "secrets.enc").read_text()


def test_a_run_that_leaves_something_open_ends_with_two(yaad, tmp_path, files):
    root = ("--book", tmp_path / "new")
    assert yaad("source", "add", "crm", "http", "--url", files.url, *root).code == 0
    files.body = "deal,stage,entered,closed\nA,Won,01/02/2026,03/04/2026\nB,Talk,05/06/2026,\n"
    asked = yaad("source", "run", "crm", *root)
    assert asked.code == 2
    assert "--answer 'dates" in asked.out
    assert "deals.csv" in yaad("source", "show", "crm", *root, "--json").json["waiting"][0]
    (tmp_path / "map.yaml").write_text(MAP.replace("iso", "day_first"), "utf-8")
    assert yaad("source", "run", "crm", "--map", tmp_path / "map.yaml", *root).code == 0
    assert yaad("measure", "deals", *root, "--json").json["measures"][0]["value"] == 2


def test_a_secret_comes_through_a_pipe_and_not_by_the_words(yaad, book, files, monkeypatch):
    import io

    root = ("--book", book)
    yaad("source", "add", "crm", "http", "--url", files.url, *root)
    monkeypatch.setattr("sys.stdin", io.StringIO("tok-0123456789-piped\n"))
    assert yaad("source", "secret", "crm", *root).code == 0
    yaad("source", "run", "crm", *root)
    assert files.asked[0][4]["Authorization"] == "Bearer tok-0123456789-piped"
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert yaad("source", "secret", "crm", *root).code == 2
    assert yaad("source", "secret", "crm", "tok", *root).code == 2
    assert yaad("source", "secret", "none", *root).code == 2


def test_mistakes_are_told(yaad, book, tmp_path):
    root = ("--book", book)
    for words, said in (
        (("run",), "--due"),
        (("run", "crm", "--due"), "--due"),
        (("run", "none"), "none"),
        (("add", "crm", "pigeon"), "http"),
        (("add", "crm", "http"), "--url"),
        (("add", "crm", "http", "--url", "https://127.0.0.1/x", "--schedule", "often"), "daily 06:00"),
        (("fly",), "fly"),
    ):
        done = yaad("source", *words, *root)
        assert (done.code, said in done.err) == (2, True)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter.txt").write_text("x")
    assert yaad("source", "list", "--book", tmp_path / "taken").code == 2
