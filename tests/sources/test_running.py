"""Named sources: fetched when due, imported when changed, asked about when open; the secret stands nowhere."""

import datetime as dt
import json
import logging

import pytest

import yaad
from yaad.book.sources.arriving import Outside
from yaad.book.sources.named import Source, SourceFiles
from yaad.book.sources.outgoing import Outgoing
from yaad.book.sources.running import Sources
from yaad.book.sources.schedule import AGAIN
from yaad.book.sources.vault import Vault
from yaad.errors import BookError, InputError, UnknownName
from yaad.facts.lock import writer_lock
from yaad.text import Message

HERE = Outgoing(own_machine=True)
SECRET = "tok-0123456789-secret"
HEAD = "deal,stage,entered,closed\n"
DEALS = HEAD + "A,Won,2026-01-01,2026-01-09\nB,Talk,2026-01-02,\n"
MAP = (
    "kind: deals\nshape: two_dates\n"
    "columns: {id: deal, stage: stage, entered: entered, closed: closed}\nentered_opens: Talk\n"
    "stages: [{name: Talk}, {name: Won, type: won}]\ndates: iso\nzone: Asia/Jerusalem\n"
)
NOON = dt.datetime(2026, 5, 5, 12, tzinfo=dt.UTC)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)


class Company:
    """A book, its sources, and a server that hands out one file as it is now."""

    def __init__(self, folder, loopback):
        self.folder, self.loopback, self.body, self.status = folder, loopback, DEALS, 200
        self.book = yaad.Book.create(folder / "book")
        self.vault = Vault(self.book.root, folder / "key")
        self.waits = []
        self.sources = Sources(self.book.root, self.vault, Outside(HERE, self.waits.append))
        self.place = self.book.root / "sources" / "crm"
        loopback.route = self.answer

    def answer(self, method, path, query, body):
        if self.status != 200:
            return self.status, f"the token {SECRET} is not valid".encode(), {}
        return 200, self.body.encode(), {}

    def begin(self):
        (self.folder / "first.csv").write_text(DEALS)
        (self.folder / "map.yaml").write_text(MAP)
        self.book.import_files([self.folder / "first.csv"], mapping=self.folder / "map.yaml")

    def add(self, name="crm", kind="http", **more):
        if kind == "http":
            more.setdefault("url", f"{self.loopback.url}/deals.csv")
        return self.sources.add(Source(name, kind, **more))

    def run(self, *names, now=NOON, lang="en", **more):
        def importing(paths, mapping, answers):
            return self.book.import_files(paths, mapping=mapping, answers=answers, lang=lang)

        return list(self.sources.run(names or None, importing, now, lang, **more))

    def one(self, **more):
        (run,) = self.run("crm", **more)
        return run

    def deals(self):
        return self.book.measure("deals").content[0].value

    def lying(self, state):
        return sorted(path.name for path in (self.place / state).glob("*"))


@pytest.fixture
def company(tmp_path, loopback):
    made = Company(tmp_path, loopback)
    yield made
    made.book.close()


def test_what_has_changed_comes_in_and_what_has_not_is_said_to_be_so(company):
    company.begin()
    company.add(schedule="daily 06:00")
    company.body = DEALS + "C,Talk,2026-01-03,\n"
    first = company.one()
    assert (first.outcome, company.deals()) == ("done", 3)
    version, imports = company.book.data_version, len(company.book.imports())
    second = company.one(now=NOON + HOUR)
    assert (second.outcome, second.said) == ("unchanged", "The file of crm has not changed since the last time.")
    assert (company.book.data_version, len(company.book.imports())) == (version, imports)
    assert second.due == dt.datetime(2026, 5, 6, 3, tzinfo=dt.UTC)
    company.body += "D,Talk,2026-01-04,\n"
    assert (company.one().outcome, company.deals()) == ("done", 4)
    assert [path.name for path in company.place.iterdir()] == []


def test_a_mapping_of_the_book_is_named(company):
    company.begin()
    with pytest.raises(UnknownName):
        company.add(mapping="none")
    with pytest.raises(UnknownName):
        company.add(mapping="../mappings/first")
    company.body = DEALS.replace("deal,stage", "deal,other,stage").replace("A,", "A,x,").replace("B,", "B,y,")
    company.add(mapping="first")
    assert company.one().outcome == "done"
    assert SourceFiles(company.book.root).load("crm").mapping == "first"


ODD = HEAD + "A,Won,01/02/2026,03/04/2026\nB,Talk,05/06/2026,\n"


def test_what_leaves_something_open_waits_with_its_questions_and_the_later_behind_it(company):
    company.add()
    company.body = ODD
    asked = company.one()
    assert (asked.outcome, company.book.is_empty) == ("asked", True)
    assert "--answer 'dates" in asked.said
    assert "yaad source run crm" in asked.said
    assert company.lying("asked") == ["deals.csv", "deals.csv.txt"]
    assert asked.said in (company.place / "asked" / "deals.csv.txt").read_text("utf-8")
    assert company.one().outcome == "asked"  # the file is the same: it is not fetched into the folder twice
    assert company.lying("asked") == ["deals.csv", "deals.csv.txt"]
    standing = company.sources.standing("crm", NOON)
    assert (standing.outcome, [path.name for path in standing.waiting]) == ("asked", ["deals.csv"])
    company.body = ODD + "C,Talk,07/08/2026,\n"
    assert company.one().outcome == "asked"
    assert company.lying("asked") == ["deals-2.csv", "deals-2.csv.txt", "deals.csv", "deals.csv.txt"]
    answered = MAP.replace("iso", "day_first")
    (company.place / "asked" / "deals.csv.yaml").write_text(answered)
    done = company.one()
    assert (done.outcome, company.deals(), company.lying("asked")) == ("done", 3, [])
    assert company.one().outcome == "unchanged"


def test_answers_are_given_with_the_run(company):
    company.add()
    company.body = ODD
    company.one()
    said = {}
    while questions := company.book.understand([company.place / "asked" / "deals.csv"], answers=said).questions:
        said |= {one.id: next(iter(one.options), "") for one in questions}
    (done,) = company.run("crm", answers=said)
    assert (done.outcome, company.deals(), company.lying("asked")) == ("done", 2, [])


def test_what_cannot_be_used_is_kept_once_and_fetched_again_soon(company):
    company.begin()
    company.add(schedule="daily 06:00")
    company.body = ""
    failed = company.one()
    assert (failed.outcome, failed.due) == ("failed", NOON + AGAIN)
    company.one()
    assert company.lying("failed") == ["deals.csv", "deals.csv.txt"]
    company.body = DEALS + "C,Talk,2026-01-03,\n"
    assert company.one().outcome == "done"


def test_only_what_is_due_runs_and_what_fails_keeps_nobody(company):
    company.begin()
    company.add("bad", url=f"{company.loopback.url}/x.csv", schedule="every 2h", header="X-Key")
    company.add("crm", schedule="daily 06:00")
    company.add("hand")
    (company.book.root / "sources" / "odd.yaml").write_text("kind: [http\n")
    company.body = ""
    assert [(run.name, run.outcome) for run in company.run()] == [
        ("bad", "failed"),
        ("crm", "failed"),
        ("odd", "failed"),
    ]
    company.body = DEALS
    (company.book.root / "sources" / "odd.yaml").unlink()
    assert company.run(now=NOON + AGAIN - MINUTE) == []
    assert [run.outcome for run in company.run(now=NOON + AGAIN)] == ["done", "done"]
    assert company.sources.due(NOON + AGAIN) == []
    assert company.sources.due(NOON + 2 * HOUR) == ["bad"]
    assert company.sources.due(dt.datetime(2026, 5, 6, 3, tzinfo=dt.UTC)) == ["bad", "crm"]


def test_two_never_run_together(company):
    company.add()
    company.book.root.joinpath("sources").mkdir(exist_ok=True)
    with writer_lock(company.book.root / "sources", "sources"), pytest.raises(BookError):
        company.run("crm")
    assert company.loopback.asked == []


def test_a_book_that_is_being_written_to_is_tried_again(company):
    company.begin()
    company.add(schedule="every 2h")
    company.body = DEALS + "C,Talk,2026-01-03,\n"
    with writer_lock(company.book.root, "import"):
        assert company.one().outcome == "failed"
    assert company.one().outcome == "done"


def everywhere(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("status", [200, 400, 401, 404, 500])
@pytest.mark.parametrize("lang", ["he", "en"])
def test_the_secret_stands_nowhere(company, status, lang, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    company.begin()
    company.add()
    company.sources.keep_secret("crm", SECRET, NOON)
    company.body, company.status = DEALS + "C,Talk,2026-01-03,\n", status
    run = company.one(lang=lang)
    assert run.outcome == ("done" if status == 200 else "failed")
    assert company.loopback.asked[0][4]["Authorization"] == f"Bearer {SECRET}"
    told = [run.said, caplog.text, *capsys.readouterr(), repr(company.sources.standing("crm", NOON))]
    assert not any(SECRET in one for one in told)
    assert SECRET.encode() not in everywhere(company.book.root)
    assert (company.folder / "key").read_bytes().strip() not in everywhere(company.book.root)


def test_a_secret_goes_to_the_place_it_was_given_for(company):
    company.add()
    company.sources.keep_secret("crm", SECRET, NOON)
    path = company.book.root / "sources" / "crm.yaml"
    path.write_text(path.read_text().replace("127.0.0.1", "localhost"))
    run = company.one()
    assert (run.outcome, company.loopback.asked) == ("failed", [])
    assert "yaad source secret crm" in run.said
    company.sources.remove("crm")
    company.add()
    company.one()
    assert "Authorization" not in company.loopback.asked[0][4]


def test_another_key_is_told_and_nothing_is_asked(company):
    company.add()
    company.sources.keep_secret("crm", SECRET, NOON)
    key = company.folder / "key"
    kept = key.read_bytes()
    key.unlink()
    assert str(key) in company.one().said
    Vault(company.folder / "other", key).keep("x", "y", "z", NOON)  # another key in its place
    run = company.one()
    assert (run.outcome, company.loopback.asked) == ("failed", [])
    assert "another key" in run.said
    key.write_bytes(kept)
    assert company.one().outcome != "failed"


def test_a_secret_that_was_cut_off_on_its_way_to_the_disk_leaves_a_book_that_opens(company):
    company.add()
    (company.book.root / ".secrets.enc.part").write_bytes(b"{")
    company.sources.keep_secret("crm", SECRET, NOON)
    yaad.Book.create(company.book.root).close()
    assert company.vault.secret("crm", company.sources.standing("crm", NOON).source.place) == SECRET
    assert not (company.book.root / ".secrets.enc.part").exists()


def test_a_system_is_pulled_from_with_the_kept_token(company):
    pytest.importorskip("dlt")
    from tests.sources.test_pulling import HubSpot  # the documented answers

    company.loopback.route = HubSpot()
    company.add(kind="hubspot", url=company.loopback.url, schedule="every 2h")
    assert "yaad source secret crm" in company.one().said
    company.sources.keep_secret("crm", SECRET, NOON)
    run = company.one()
    for _ in range(5):
        if run.outcome != "asked":
            break
        said = {}
        for line in run.said.splitlines():
            if "--answer '" in line:
                name, _, value = line.partition("--answer '")[2].rstrip("'").rpartition("=")
                said[name] = value
        run = company.one(answers=said)
    assert (run.outcome, company.deals()) == ("done", 3)
    assert (company.book.root / "sources" / "crm" / "state.json").is_file()
    assert company.one().outcome in ("unchanged", "done")
    assert SECRET.encode() not in everywhere(company.book.root)


def test_the_log_of_an_exchange_grows(company):
    """Asterisk's Master.csv: no header, no question; what is there already is not counted twice."""

    def leg(number, phone, answered):
        end = f"2026-03-0{number} 09:01:00"
        answer = f"2026-03-0{number} 09:00:10" if answered else ""
        rest = ("50", "ANSWERED") if answered else ("0", "NO ANSWER")
        heads = ("", phone, "201", "from-trunk", phone, "SIP/t-1", "SIP/201-1", "Dial", "")
        stamp = f"2026-03-0{number} 09:00:00"
        return ",".join((*heads, stamp, answer, end, "60", *rest, "DOCUMENTATION", f"1772000000.{number}", "")) + "\n"

    company.begin()
    company.add(url=f"{company.loopback.url}/Master.csv")
    company.body = leg(1, "0501111111", True) + leg(2, "0502222222", False)
    assert company.one().outcome == "done"
    company.body += leg(3, "0503333333", True)
    assert company.one().outcome == "done"
    calls = company.book.facts.run(company.book.facts.table("calls").order_by("call_id")).to_pylist()
    assert [(one["phone"], one["direction"], one["by"], one["seconds"]) for one in calls] == [
        ("+972501111111", "in", "201", 50),
        ("+972502222222", "in", "201", 0),
        ("+972503333333", "in", "201", 50),
    ]
    assert company.one().outcome == "unchanged"


def test_a_folder_is_looked_into(company, tmp_path):
    company.begin()
    folder = tmp_path / "in"
    folder.mkdir()
    company.add(kind="folder", path=str(folder), schedule="every 15m")
    assert (company.one().outcome, company.waits) == ("unchanged", [])
    (folder / "deals.csv").write_text(DEALS + "C,Talk,2026-01-03,\n")
    (folder / "odd.csv").write_text("")
    run = company.one()
    assert (run.outcome, company.deals(), company.waits) == ("failed", 3, [5.0])
    assert {path.name for path in folder.iterdir()} == {"done", "failed"}
    with pytest.raises(InputError):
        company.sources.keep_secret("crm", SECRET, NOON)


def test_what_a_folder_left_open_is_answered_by_the_next_run(company, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    company.add(kind="folder", path=str(folder))
    (folder / "deals.csv").write_text(DEALS + "C,Odd,2026-01-03,\n")
    (company.folder / "map.yaml").write_text(MAP)
    company.begin()
    asked = company.one()
    assert asked.outcome == "asked"
    assert company.one().outcome == "unchanged", "without an answer nothing is tried again"
    run = company.one(answers={"stage:Odd": "open"})
    assert (run.outcome, company.deals()) == ("done", 3)
    assert {path.name for path in folder.rglob("*") if path.is_file()} == {"deals.csv", "deals.csv.txt"}
    assert (folder / "done" / "deals.csv").is_file()


WRONG = [
    (Source("a/b", "http", url="https://files.example/x"), "source_name"),
    (Source("..", "http", url="https://files.example/x"), "source_name"),
    (Source("a", "http"), "source_needs"),
    (Source("a", "sftp", host="h", path="/x"), "source_needs"),
    (Source("a", "sftp", host="h", path="x", login="u"), "source_path"),
    (Source("a", "sftp", host="h", path="/x", login="u", fingerprint="MD5:aa"), "source_fingerprint"),
    (Source("a", "sftp", host="h", path="/x", login="u", url="https://x.example"), "source_takes_not"),
    (Source("a", "hubspot", path="/x"), "source_takes_not"),
    (Source("a", "salesforce"), "source_needs"),
    (Source("a", "folder"), "source_needs"),
    (Source("a", "http", url="http://files.example/x"), "only_https"),
    (Source("a", "http", url="https://u:p@files.example/x"), "only_https"),
    (Source("a", "http", url="https://files.example/x?token=1"), "source_secret_in_url"),
    (Source("a", "http", url="https://files.example/x?X-Amz-Signature=1"), "source_secret_in_url"),
    (Source("a", "http", url="https://files.example/x?api_key=1"), "source_secret_in_url"),
    (Source("a", "http", url="https://files.example/x", header="Bad Name"), "source_header"),
    (Source("a", "http", url="https://files.example/x", header="X-Key", login="u"), "source_header"),
    (Source("a", "http", url="https://files.example/x", schedule="now and then"), "bad_schedule"),
]


@pytest.mark.parametrize(("source", "key"), WRONG)
def test_a_source_that_cannot_run_is_not_added(company, source, key):
    with pytest.raises(InputError) as caught:
        Sources(company.book.root, company.vault).add(source)
    assert caught.value.message.key == f"sources.{key}"
    assert not company.book.root.exists()


def test_sources_come_back_from_their_files_as_they_were(company):
    sources = Sources(company.book.root, company.vault)
    added = [
        sources.add(Source("קופה", "http", url="https://files.example/x?format=csv&monkey=1", schedule="Daily 6:00")),
        sources.add(Source("pbx", "sftp", host="pbx.example", port=2222, path="/Master.csv", login="yaad")),
        sources.add(Source("sf", "salesforce", url="https://x.my.salesforce.com")),
    ]
    files = SourceFiles(company.book.root)
    assert [files.load(one.name) for one in added] == added
    assert files.names() == sorted(one.name for one in added)
    with pytest.raises(InputError):
        sources.add(added[0])
    with pytest.raises(UnknownName):
        sources.add(Source("a", "carrier-pigeon"))
    for odd in ("[]", "kind: [", "kind: http\nwhat: 1\n", "kind: sftp\nport: x\n"):
        (files.folder / "pbx.yaml").write_text(odd)
        with pytest.raises(InputError):
            files.load("pbx")
    for odd in ("[]", "{", '{"last": "x", "outcome": "y", "known": {"etag": 1}}'):
        (files.folder / "sf.state.json").write_text(odd)
        assert sources.standing("sf", NOON).outcome is None


def test_a_state_that_cannot_be_read_lets_the_file_come_once_more(company):
    company.begin()
    company.add()
    company.one()
    path = company.book.root / "sources" / "crm.state.json"
    plain = json.loads(path.read_text())
    for known in ({"etag": 1}, None, plain["known"] | {"size": "x"}):
        path.write_text(json.dumps(plain | {"known": known}))
        assert company.one().outcome == "done"


def test_the_zone_is_the_books(company):
    assert company.sources.zone.key == "Asia/Jerusalem"
    (company.folder / "map.yaml").write_text(MAP)
    (company.folder / "first.csv").write_text(DEALS)
    (company.folder / "map.yaml").write_text(MAP.replace("Asia/Jerusalem", "Europe/London"))
    company.book.import_files([company.folder / "first.csv"], mapping=company.folder / "map.yaml")
    assert company.sources.zone.key == "Europe/London"


# ---- what a run had to say, for whoever looks later ------------------------------------------------------------


def test_a_run_is_told_in_both_languages_with_its_rows(company):
    company.begin()
    company.add()
    company.body = DEALS + "C,Talk,2026-01-03,\nD,Talk,20x6-01-03,\n"
    run = company.one(lang="he")
    standing = company.sources.standing("crm", NOON)
    assert (standing.outcome, company.deals()) == ("done", 3)
    counts = standing.counts
    assert (counts.rows_in, counts.loaded, counts.rejected, counts.skipped) == (4, 1, 1, 2)
    (rejects,) = counts.rejects
    assert rejects.is_file()
    assert str(rejects) in run.said
    assert standing.told["en"] != standing.told["he"]
    assert "4" in standing.told["en"]
    assert not any(str(company.folder) in text for text in standing.told.values()), "a path of this machine"
    company.status = 500
    company.one(lang="he")
    failed = company.sources.standing("crm", NOON)
    assert (failed.outcome, failed.counts.rows_in) == ("failed", 0)
    assert failed.told["en"].startswith("crm answered with error 500")


def test_what_is_open_is_told_question_by_question_and_ends_with_the_import_by_hand(company):
    company.add()
    company.body = ODD
    company.one(lang="he")
    standing = company.sources.standing("crm", NOON)
    assert (standing.outcome, len(standing.waiting)) == ("asked", 1)
    assert standing.questions
    assert all(set(one) == {"he", "en"} and one["he"] != one["en"] for one in standing.questions)
    company.body += "C,Talk,07/08/2026,\n"
    company.one()
    first, second = company.sources.standing("crm", NOON).waiting
    (company.folder / "map.yaml").write_text(MAP.replace("iso", "day_first"))
    report = company.book.import_files([first], mapping=company.folder / "map.yaml")
    company.sources.answered("crm", [first, first.with_name("gone.csv")], report, NOON, "en")
    standing = company.sources.standing("crm", NOON)
    assert (standing.outcome, standing.waiting, standing.counts.loaded) == ("asked", (second,), 2)
    assert company.lying("asked") == ["deals-2.csv", "deals-2.csv.txt"]
    assert (company.one().outcome, company.deals(), company.lying("asked")) == ("done", 3, [])


def test_a_file_of_a_watched_folder_goes_to_the_others_once_it_was_imported_by_hand(company, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    company.add(kind="folder", path=str(folder))
    (folder / "deals.csv").write_text(ODD)
    assert company.one().outcome == "asked"
    (folder / "asked" / "elsewhere.csv").symlink_to(company.folder / "key")
    (waits,) = company.sources.standing("crm", NOON).waiting
    assert waits == folder / "asked" / "deals.csv"
    (company.folder / "map.yaml").write_text(MAP.replace("iso", "day_first"))
    report = company.book.import_files([waits], mapping=company.folder / "map.yaml")
    company.sources.answered("crm", [waits], report, NOON, "en")
    assert (company.sources.standing("crm", NOON).outcome, company.sources.standing("crm", NOON).waiting) == (
        "done",
        (),
    )
    assert sorted(path.name for path in (folder / "done").iterdir()) == ["deals.csv", "deals.csv.txt"]


def test_what_a_run_left_open_stays_open_while_its_source_is_stopped(company):
    company.add(kind="hubspot", url=company.loopback.url, schedule="every 2h")
    company.place.mkdir()
    (company.place / "deals.csv").write_text(DEALS)
    asked = {"last": NOON.isoformat(), "outcome": "asked", "said": "What is Talk?", "questions": ["What is Talk?"]}
    company.place.with_name("crm.state.json").write_text(json.dumps(asked))
    for _ in range(2):  # whoever looks again stops it again
        company.sources.stop("crm", Message("sources.stopped_right"))
        standing = company.sources.standing("crm", NOON)
        assert (standing.outcome, standing.due) == ("stopped", None)
        assert standing.told["en"] != "What is Talk?"
        assert (len(standing.questions), [path.name for path in standing.waiting]) == (1, ["deals.csv"])
    company.sources.take_over("crm", "5")
    standing = company.sources.standing("crm", NOON)
    assert (standing.outcome, standing.told["en"], len(standing.waiting)) == ("asked", "What is Talk?", 1)
    assert standing.due is not None


def test_what_is_answered_of_a_source_that_was_stopped_lets_it_run_no_more(company):
    company.add(schedule="every 2h")
    company.body = ODD
    company.one()
    company.sources.stop("crm", Message("sources.stopped_right"))
    (path,) = company.sources.standing("crm", NOON).waiting
    (company.folder / "map.yaml").write_text(MAP.replace("iso", "day_first"))
    report = company.book.import_files([path], mapping=company.folder / "map.yaml")
    company.sources.answered("crm", [path], report, NOON, "en")
    standing = company.sources.standing("crm", NOON)
    assert (standing.outcome, standing.due, standing.waiting) == ("stopped", None, ())
    company.sources.take_over("crm", "5")
    assert company.sources.standing("crm", NOON).outcome == "done"


def test_the_state_of_an_older_book_is_still_told(company):
    company.add()
    path = company.book.root / "sources" / "crm.state.json"
    path.write_text(json.dumps({"last": NOON.isoformat(), "outcome": "done", "said": "All is well"}))
    standing = company.sources.standing("crm", NOON)
    assert (standing.told["he"], standing.counts.rows_in, standing.questions) == ("All is well", 0, ())
