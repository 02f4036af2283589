"""Headers and stages of both languages find their places; words with several meanings are asked."""

import pytest

from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.headers import currency_in, propose_fields, propose_kind, stage_date_columns, tax_in
from yaad.intake.deciding.stages import StageSeen, propose_opening, propose_stages
from yaad.intake.kinds import Kind
from yaad.intake.mapping import StageRule
from yaad.model import StageType


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Close Date", "close_date"),
        ("סה״כ", 'סה"כ'),
        ("מס׳ הזדמנות", "מס' הזדמנות"),
        ("שָׁלָב", "שלב"),
        ("\u200fשלב\u200f ", "שלב"),
        ("ת. סגירה", "ת סגירה"),
        ("ＡＢＣ", "abc"),
        ("Deal  -  Title", "deal-title"),
    ],
)
def test_spellings_of_one_word_fold_to_one_key(one, other):
    assert fold(one) == fold(other)


HEADERS = [
    (
        ["Opportunity ID", "Owner", "Stage", "Amount", "Created Date", "Close Date"],
        "id owner stage amount created closed",
    ),
    (
        ["Record ID", "Deal Name", "Deal Stage", "Amount", "Close Date", "Create Date", "Deal owner"],
        "id name stage amount closed created owner",
    ),
    (
        ["Deal - ID", "Deal - Title", "Deal - Owner", "Deal - Value", "Deal - Stage", "Deal - Won time"],
        "id name owner amount stage won",
    ),
    (
        ["Record Id", "Deal Name", "Deal Owner", "Stage", "Amount", "Closing Date", "Created Time"],
        "id name owner stage amount closed created",
    ),
    (
        [
            "מס׳ הצעה",
            "לקוח",
            "נייד",
            "סטטוס ליד",
            "מקור הגעה",
            "נציג",
            "סה״כ לפני מע״מ",
            "ת. פנייה",
            "ת. סגירה",
            "סניף",
        ],
        "id account phone stage source owner amount entered closed branch",
    ),
    (
        ["אסמכתא", "שם מלא", "טלפון", "שלב", "קמפיין", "מטפל", "שווי", "נוצר בתאריך", "צפי סגירה", "סיבת אי סגירה"],
        "id contact phone stage campaign owner amount created expected_close lost_reason",
    ),
    (
        [
            "N° d'affaire",
            "Société",
            "Commercial",
            "Étape",
            "Créée le",
            "Clôturée le",
            "Montant HT (€)",
            "Motif de perte",
        ],
        "id account owner stage created closed amount lost_reason",
    ),
    (
        ["מס פנייה", "חברה", "סטטוס", "סוכן", "סה״כ כולל מע״מ", "ת. פתיחה"],
        "id account stage owner amount created",
    ),
]


@pytest.mark.parametrize(("headers", "fields"), HEADERS)
def test_headers_of_exports_become_our_fields(headers, fields):
    found = propose_fields(headers, Kind.DEALS)
    assert {header: field for field, header in found.items()} == dict(zip(headers, fields.split(), strict=True))
    assert propose_kind(headers, repeated_ids=False) is Kind.DEALS


def test_order_of_columns_changes_nothing():
    headers = HEADERS[4][0]
    assert propose_fields(headers[::-1], Kind.DEALS) == propose_fields(headers, Kind.DEALS)


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        (["case:concept:name", "concept:name", "time:timestamp"], Kind.EVENTS),
        (["Opportunity ID", "Old Value", "New Value", "Created Date"], Kind.EVENTS),
        (["order_id", "customer", "order date", "total"], Kind.ORDERS),
        (["מס׳ הזמנה", "לקוח", "תאריך הזמנה", "סה״כ"], Kind.ORDERS),
        (["order_id", "product", "quantity", "unit price"], Kind.LINES),
        (["product", "series", "sales_price"], Kind.PRODUCTS),
        (["account", "sector", "office_location"], Kind.ACCOUNTS),
        (["call id", "agent", "phone", "start time", "duration"], Kind.CALLS),
        (["a", "b"], None),
    ],
)
def test_kinds_by_columns(headers, kind):
    assert propose_kind(headers, repeated_ids=kind is Kind.EVENTS) is kind


def test_dates_a_stage():
    headers = ["Date entered New", "Date entered Closed Won", 'תאריך כניסה לשלב "הצעה"', "Date exited New"]
    assert stage_date_columns(headers, ["new"]) == {
        "new": headers[0],
        "Closed Won": headers[1],
        "הצעה": headers[2],
    }


def test_currency_and_vat_in_headers():
    assert [currency_in(h) for h in ('סכום (ש"ח)', "Amount USD", "Amount")] == ["ILS", "USD", None]
    assert [tax_in(h) for h in ('סה"כ לפני מע"מ', "סה״כ כולל מע״מ", "Amount incl. VAT", "Network")] == [
        "net", "gross", "gross", None,
    ]  # fmt: skip
    assert [tax_in(h) for h in ("Montant HT (€)", "Total TTC", "Weight")] == ["net", "gross", None]


def test_stages_of_both_languages_get_types_and_order():
    seen = [StageSeen(name, 5, closed=5 * ended) for name, ended in
            (("Won", 1), ("Proposal", 0), ("Lead", 0), ("Closed Lost", 1), ("Negotiation", 0))]  # fmt: skip
    decision = propose_stages(seen, {}, history=False)
    assert [(r.name, r.type.value) for r in decision.rules] == [
        ("Lead", "open"), ("Proposal", "open"), ("Negotiation", "open"), ("Won", "won"), ("Closed Lost", "lost"),
    ]  # fmt: skip
    assert decision.questions == ()
    hebrew = [StageSeen(name, 5) for name in ("לא נסגר", "הצעת מחיר", "נסגר בהצלחה", "בטיפול", "איתור")]
    assert [r.name for r in propose_stages(hebrew, {}, history=False).rules] == [
        "איתור", "בטיפול", "הצעת מחיר", "נסגר בהצלחה", "לא נסגר",
    ]  # fmt: skip


@pytest.mark.parametrize("word", ["נסגר", "סגור", "טופל", "לא רלוונטי", "closed", "Closed", "CLOSED "])
def test_words_with_several_meanings_are_always_asked(word):
    decision = propose_stages([StageSeen(word, 7, closed=7), StageSeen("New", 3)], {}, history=False)
    assert [q.id for q in decision.questions] == [f"stage:{word}"]
    assert set(decision.questions[0].options) == {kind.value for kind in StageType}
    answered = propose_stages([StageSeen(word, 7), StageSeen("New", 3)], {f"stage:{word}": "lost"}, history=False)
    assert answered.questions == ()
    assert answered.rules[-1].type.value == "lost"


def test_an_unknown_stage_without_closing_dates_is_open_and_its_place_is_asked():
    seen = [StageSeen("Won", 5, closed=5), StageSeen("Zig", 4), StageSeen("New", 4)]
    decision = propose_stages(seen, {}, history=False)
    assert [q.id for q in decision.questions] == ["order"]
    told = propose_stages(seen, {"order": "zig, new"}, history=False)
    assert [r.name for r in told.rules] == ["Zig", "New", "Won"]
    assert told.questions == ()


def test_histories_tell_the_order_of_unknown_stages():
    seen = [StageSeen("B", 9, place=0.6), StageSeen("A", 9, place=0.1), StageSeen("Won", 5, closed=5, place=1.0)]
    decision = propose_stages(seen, {"stage:A": "open", "stage:B": "open"}, history=True)
    assert [r.name for r in decision.rules] == ["A", "B", "Won"]


def test_the_entry_date_opens_the_stage_whose_rows_carry_it():
    rules = [StageRule("Prospecting"), StageRule("Engaging")]
    seen = [StageSeen("Prospecting", 500, entered=0), StageSeen("Engaging", 1589, entered=1589)]
    assert propose_opening(rules, seen)[0] == "Engaging"
    assert (
        propose_opening(rules, [StageSeen("Prospecting", 5, entered=5), StageSeen("Engaging", 5, entered=5)])[0]
        == "Prospecting"
    )
    assert propose_opening(rules, [])[0] == "Prospecting"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("נסגר - זכייה", "won"),
        ("נסגר – הפסד", "lost"),
        ("6. נסגר (זכינו)", "won"),
        ("עסקה סגורה: לא זכינו", "lost"),
        ("Closed Won", "won"),
        ("Closed – Lost", "lost"),
        ("Closed (Won)", "won"),
        ("Lost / closed", "lost"),
        ("נסגר ללא הצלחה", "lost"),
        ("סגור - בלי הצלחה", "lost"),
        ("נסגר בהצלחה", "won"),
    ],
)
def test_a_closing_that_says_how_it_ended_is_taken_without_a_question(name, kind):
    decision = propose_stages([StageSeen(name, 7, closed=7), StageSeen("New", 3)], {}, history=False)
    assert decision.questions == ()
    assert [rule.type.value for rule in decision.rules] == ["open", kind]


@pytest.mark.parametrize(
    "name",
    [
        "נסגר - לא רלוונטי", "סגור (לקוח)", "Closed - customer", "Closed won or lost", "נסגר - טופל", "הזמנה סגורה",
        "Approved (done)", "אושר - הושלם", "ללא הצלחה", "בלי הצלחה", "ללא הצלחה 2",
    ],
)  # fmt: skip
def test_a_closing_that_may_be_either_is_still_asked(name):
    decision = propose_stages([StageSeen(name, 7, closed=7), StageSeen("New", 3)], {}, history=False)
    assert [question.id for question in decision.questions] == [f"stage:{name}"]
