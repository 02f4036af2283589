"""Call logs of telephone exchanges: from legs between channels to calls, held against what really happened."""

import csv
import datetime as dt
import io
import random
from collections import Counter

import pytest

from yaad.intake import Kind, load, understand
from yaad.intake.presets.exchange.log import MASTER, headless_names

START = dt.datetime(2026, 3, 1, 8, 0, 0)  # noqa: DTZ001 - an exchange writes its own clock's time
EXTENSIONS = ("201", "202", "305")
OWN = "0312345678"
"""The company's own line."""


class Call:
    """One call as it really was."""

    def __init__(self, number, rng):
        self.number = number
        self.way = rng.choices(("in", "out", "internal"), (5, 4, 1))[0]
        self.extension = rng.choice(EXTENSIONS)
        self.customer = f"05{rng.randrange(10)}{rng.randrange(2_000_000, 9_999_999)}"
        self.answered = rng.random() < 0.7
        self.rang = rng.randrange(3, 30)
        self.seconds = rng.randrange(5, 900) if self.answered else 0
        self.at = START + dt.timedelta(seconds=number * 97)
        self.why = "ANSWERED" if self.answered else rng.choice(("NO ANSWER", "BUSY", "FAILED", "CONGESTION"))
        self.other = next(one for one in EXTENSIONS if one != self.extension)

    @property
    def phone(self):
        return None if self.way == "internal" else "+972" + self.customer[1:]

    @property
    def uniqueid(self):
        return f"pbx-{1_772_000_000 + self.number}.{self.number}"

    def ends(self):
        if self.way == "in":
            return self.customer, OWN
        return self.extension, self.customer if self.way == "out" else self.other

    def master(self):
        """Its row of Master.csv."""
        src, dst = self.ends()
        inside = f"SIP/{self.extension}-0000{self.number:04x}"
        outside = f"SIP/trunk-0000{self.number:04x}"
        channels = {"in": (outside, inside), "out": (inside, outside), "internal": (inside, f"SIP/{self.other}-00")}
        answer = self.at + dt.timedelta(seconds=self.rang)
        end = answer + dt.timedelta(seconds=self.seconds)
        context = "from-trunk" if self.way == "in" else "from-internal"
        return (
            "", src, dst, context, f'"Caller" <{src}>', *channels[self.way], "Dial", f"SIP/x,30,tr,{dst}",
            f"{self.at}", f"{answer}" if self.answered else "", f"{end}", str(self.rang + self.seconds),
            str(self.seconds), self.why, "DOCUMENTATION", self.uniqueid, "",
        )  # fmt: skip


@pytest.fixture(scope="module", params=[1, 2])
def calls(request):
    rng = random.Random(request.param)
    return [Call(number, rng) for number in range(1, 301)]


def text(rows, sign=","):
    out = io.StringIO()
    csv.writer(out, delimiter=sign, lineterminator="\n").writerows(rows)
    return out.getvalue()


def read(path, **answers):
    found = understand(path, answers=answers)
    assert found.questions == (), [question.id for question in found.questions]
    batch = load(path, found.mapping)
    return found, batch


def holds(batch, calls, *, with_extension=True, same_seconds=True):
    """The table of calls against the truth: counts, answered share, seconds, each call's own values."""
    (report,) = batch.files
    assert (report.rows_in, report.loaded, report.rejected) == (len(calls), len(calls), 0)
    rows = batch.tables["calls"].to_pylist()
    told = [(row["at"].replace(tzinfo=None) if row["at"] else None, row) for row in rows]
    assert [at for at, _ in told] == [call.at for call in calls]
    assert [row["direction"] for row in rows] == [call.way for call in calls]
    assert [row["phone"] for row in rows] == [call.phone for call in calls]
    assert [row["answered"] for row in rows] == [call.answered for call in calls]
    assert not any({"was answered", "שיחה שנענתה"} & dict(row["custom"]).keys() for row in rows)
    if same_seconds:
        assert [row["seconds"] for row in rows] == [call.seconds for call in calls]
        assert sum(row["seconds"] for row in rows) == sum(call.seconds for call in calls)
    if with_extension:
        assert [row["by"] for row in rows] == [call.extension for call in calls]


@pytest.mark.parametrize("width", [18, 17, 16])
def test_a_log_without_a_header_is_known_by_its_shape(write, calls, width):
    path = write("Master.csv", text(call.master()[:width] for call in calls))
    found, batch = read(path)
    assert batch.kind is Kind.CALLS
    holds(batch, calls)
    (file,) = found.files
    assert "presets.exchange_headless" in [fact.key for fact in file.evidence]
    assert [column.header for column in file.columns][:width] == list(MASTER[:width])
    (note,) = [note for note in found.notes if note.key == "presets.exchange_read"]
    ways = Counter(call.way for call in calls)
    assert note.values == {
        "n": len(calls),
        "answered": sum(call.answered for call in calls),
        "incoming": ways["in"],
        "outgoing": ways["out"],
        "internal": ways["internal"],
    }
    if width >= 17:
        assert [row["call_id"] for row in batch.tables["calls"].to_pylist()] == [call.uniqueid for call in calls]


def test_the_person_may_say_that_a_header_is_there(write, calls):
    path = write("Master.csv", text(call.master() for call in calls))
    found = understand(path, answers={"header_row:Master.csv": "1"})
    assert [column.header for column in found.files[0].columns][:4] != list(MASTER[:4])


SHAPELESS = {
    "start": lambda row: [*row[:9], "soon", *row[10:]],
    "end": lambda row: [*row[:11], "2026", *row[12:]],
    "disposition": lambda row: [*row[:14], "Talked", *row[15:]],
    "seconds": lambda row: [*row[:13], "a", *row[14:]],
    "too few": lambda row: row[:15],
    "too many": lambda row: [*row, ""],
}


@pytest.mark.parametrize("change", SHAPELESS.values(), ids=SHAPELESS)
def test_rows_of_another_shape_are_no_such_log(calls, change):
    rows = [call.master() for call in calls[:40]]
    assert headless_names([list(row) for row in rows]) == list(MASTER)
    assert headless_names([change(list(row)) for row in rows]) is None
    assert headless_names([change(list(rows[0])), *map(list, rows[1:])]) is None  # it may be a header
    assert headless_names([]) is None


@pytest.mark.parametrize("width", [18, 17])
def test_ids_of_another_form_are_ids_and_that_is_said(write, calls, width):
    rows = [[*call.master()[:16], f"call-{call.number}", ""] for call in calls]
    found, batch = read(write("Master.csv", text(row[:width] for row in rows)))
    holds(batch, calls)
    (note,) = [note for note in found.notes if note.key == "presets.exchange_odd_ids"]
    assert note.values["example"] == "call-1"
    assert batch.tables["calls"]["call_id"].to_pylist() == [f"call-{call.number}" for call in calls]
    named, _ = read(write("cdr.csv", text([MASTER, *rows])))
    assert "presets.exchange_odd_ids" not in [note.key for note in named.notes]  # there the header says so


@pytest.mark.parametrize("words", ["", "campaign A"])
def test_a_last_column_of_the_same_words_is_no_id(write, calls, words):
    found, batch = read(write("Master.csv", text([*call.master()[:16], words] for call in calls)))
    holds(batch, calls)
    assert [column.example for column in found.files[0].columns if column.header == "userfield"] == [words]


def test_the_same_log_with_its_header_is_the_same(write, calls):
    path = write("cdr.csv", text([MASTER, *(call.master() for call in calls)]))
    _, batch = read(path)
    holds(batch, calls)


def test_a_report_of_freepbx(write, calls):
    heads = [
        "calldate",
        "clid",
        "src",
        "dst",
        "dcontext",
        "channel",
        "dstchannel",
        "lastapp",
        "lastdata",
        "duration",
        "billsec",
        "disposition",
        "amaflags",
        "accountcode",
        "uniqueid",
        "userfield",
        "did",
        "recordingfile",
    ]
    rows = []
    for call in calls:
        one = dict(zip(MASTER, call.master(), strict=True)) | {"calldate": call.at, "did": "", "recordingfile": ""}
        rows.append([one[head] for head in heads])
    found, batch = read(write("report.csv", text([heads, *rows])))
    holds(batch, calls)
    assert found.mapping.columns["seconds"] == "talk seconds"


def clock(seconds):
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def test_a_log_of_3cx(write, calls):
    heads = ("Call Time", "Call ID", "From", "To", "Direction", "Status", "Ringing", "Talking", "Cost")
    words = {"in": "Inbound", "out": "Outbound", "internal": "Internal"}
    rows = []
    for call in calls:
        src, dst = (f"Dana ({one})" if one in EXTENSIONS else one for one in call.ends())
        if call.way == "in":
            dst = f"Dana ({call.extension})"
        status = "Answered" if call.answered else "Unanswered"
        rows.append(
            (call.at, call.uniqueid, src, dst, words[call.way], status, clock(call.rang), clock(call.seconds), "")
        )
    _, batch = read(write("3cx.csv", text([heads, *rows])))
    holds(batch, calls)


@pytest.mark.parametrize("status", ["סטטוס", "נענתה"])
@pytest.mark.parametrize("sign", [",", ";"])
def test_a_hebrew_report_with_day_and_hour_apart(write, calls, status, sign):
    words = {"סטטוס": ("נענתה", "לא נענתה"), "נענתה": ("כן", "לא")}[status]
    rows = [
        (
            f"{call.at:%d/%m/%Y}", f"{call.at:%H:%M:%S}", call.extension, call.ends()[0],
            call.extension if call.way == "in" else call.ends()[1],
            clock(call.seconds if call.answered else call.rang), words[not call.answered],
        )
        for call in calls
    ]  # fmt: skip
    path = write("shichot.csv", text([("תאריך", "שעה", "שלוחה", "מספר מחייג", "יעד", "משך", status), *rows], sign))
    found = understand(path)
    said = {one.id: "day_first" for one in found.questions if one.id.startswith("dates")}
    found = understand(path, answers=said)
    assert found.questions == ()
    batch = load(path, found.mapping)
    assert (batch.kind, batch.zone) == (Kind.CALLS, "Asia/Jerusalem")
    zone = dt.timezone(dt.timedelta(hours=2))  # March in Israel, before the clock is moved
    rows = batch.tables["calls"].to_pylist()
    assert [row["at"].astimezone(zone).replace(tzinfo=None) for row in rows] == [call.at for call in calls]
    assert [row["direction"] for row in rows] == [call.way for call in calls]
    assert [row["phone"] for row in rows] == [call.phone for call in calls]
    assert [row["answered"] for row in rows] == [call.answered for call in calls]
    assert [row["seconds"] for row in rows] == [call.seconds for call in calls]
    assert [row["by"] for row in rows] == [call.extension for call in calls]


def test_legs_of_one_call_are_one_call_and_all_are_accounted_for(write):
    rng = random.Random(3)
    calls = [Call(number, rng) for number in range(1, 41)]
    rows = []
    for call in calls:
        call.way = "in"
        for other in ("301", "302"):  # a ring group: the others rang and were given up before
            leg = list(call.master())
            leg[6], leg[10], leg[13], leg[14] = f"SIP/{other}-01", "", "0", "NO ANSWER"
            rows.append(leg)
        rows.append(call.master())
    _, batch = read(write("Master.csv", text(rows)))
    (report,) = batch.files
    assert (report.rows_in, report.loaded, report.rejected) == (120, 40, 0)
    assert sum(report.skipped_by.values()) == 80
    told = batch.tables["calls"].to_pylist()
    assert [row["seconds"] for row in told] == [call.seconds for call in calls]
    assert [row["by"] for row in told] == [call.extension for call in calls]


def test_numbers_are_one_number_in_every_writing(write):
    heads = "start,src,dst,duration,disposition\n"
    ways = ("050-1234567", "+972501234567", "00972501234567", "501234567", "9050 1234567".replace(" ", ""))
    rows = "".join(f"2026-03-01 08:00:{n:02d},201,{one},30,ANSWERED\n" for n, one in enumerate(ways))
    _, batch = read(write("log.csv", heads + rows + "2026-03-01 09:00:00,anonymous,201,30,ANSWERED\n"))
    told = batch.tables["calls"].to_pylist()
    assert {row["phone"] for row in told[:-1]} == {"+972501234567"}
    assert (told[-1]["phone"], told[-1]["by"]) == (None, "201")


def test_calls_that_nothing_ties_to_a_deal_are_said_to_be_so(write):
    path = write("calls.csv", "Call ID,Who,Direction,Start time,Seconds\nC1,Dana,out,2026-01-02 08:00,30\n")
    assert "intake.note_calls_alone" in [note.key for note in understand(path, kind=Kind.CALLS).notes]
    known = write("known.csv", "Call ID,Who,Phone,Start time,Seconds\nC1,Dana,0501234567,2026-01-02 08:00,30\n")
    assert "intake.note_calls_alone" not in [note.key for note in understand(known, kind=Kind.CALLS).notes]


def test_a_length_that_is_none_is_refused_by_its_row(write):
    rows = "start,src,dst,billsec,disposition\n2026-03-01 08:00:00,201,0501234567,a while,ANSWERED\n"
    rows += "2026-03-01 08:01:00,201,0501234567,30,ANSWERED\n"
    _, batch = read(write("log.csv", rows))
    (report,) = batch.files
    assert (report.rows_in, report.loaded, report.rejected) == (2, 1, 1)
    assert report.rejects["reason"].to_pylist() == ["intake.rejected_bad_number"]


def test_a_log_without_lengths_is_known_by_its_answers(write):
    rows = (
        "תאריך,שעה,מתקשר,יעד,סטטוס\n2026-01-02,08:00,0501234567,201,נענתה\n2026-01-03,09:30,0501234568,201,לא נענתה\n"
    )
    _, batch = read(write("log.csv", rows))
    told = batch.tables["calls"].to_pylist()
    assert [row["answered"] for row in told] == [True, False]
    assert [(row["direction"], row["phone"], row["by"]) for row in told] == [
        ("in", "+972501234567", "201"),
        ("in", "+972501234568", "201"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        "Deal,From,To,Date,Status\n1,New,Offer,2026-01-02,ok\n2,New,Won,2026-01-03,ok\n",
        "Call ID,Deal ID,Who,Phone,Direction,Start time,Seconds\nC1,1,Dana,0501234567,out,2026-01-02 08:00,30\n",
        "id,stage,created,source,status\n1,New,2026-01-02,Web,open\n",
        "תאריך,מתקשר,יעד,סטטוס\n2026-01-02,0501234567,031234567,רלוונטי\n2026-01-03,0501234568,031234567,בטיפול\n",
    ],
)
def test_other_files_are_left_as_they_are(write, content):
    found = understand(write("other.csv", content))
    assert "presets.exchange_read" not in [note.key for note in found.notes]
    assert [column.header for column in found.files[0].columns] == content.split("\n", 1)[0].split(",")
