"""Exports and sheets as they come from other programs, whose figures were worked out by hand."""

import datetime as dt
import json

import pytest
from tests.intake.moves import at, moves

from yaad.intake import Kind, Mapping, load, understand
from yaad.model import StageType


def read(path, **answers):
    found = understand(path, answers=answers)
    assert found.questions == (), [question.id for question in found.questions]
    batch = load(path, found.mapping)
    for file in batch.files:
        assert file.rows_in == file.loaded + file.rejected + file.skipped
    return batch


def types(batch):
    return {stage.name: stage.type for stage in batch.pipeline.stages}


def test_stages_with_their_pipeline_in_brackets_behind_them(write):
    text = (
        "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Create Date\n"
        "1,Acme,Closed Won (Sales),Sales,5000,2025-03-15,2025-01-05\n"
        "2,Beta,Closed Lost (Sales),Sales,7000,2025-03-01,2025-01-07\n"
        "3,Gamma,Contract Sent (Sales),Sales,--,2025-06-30,2025-02-10\n"
        "4,Delta,Appointment Scheduled (Sales),Sales,100,,2025-03-01\n"
    )
    assert types(read(write("deals.csv", text))) == {
        "Appointment Scheduled (Sales)": StageType.OPEN,
        "Contract Sent (Sales)": StageType.OPEN,
        "Closed Won (Sales)": StageType.WON,
        "Closed Lost (Sales)": StageType.LOST,
    }


def test_brackets_of_one_stage_alone_belong_to_its_name(write):
    text = "id,stage,created\n1,New,2025-01-05\n2,Won (by mistake),2025-01-07\n"
    assert "stage:Won (by mistake)" in [question.id for question in understand(write("deals.csv", text)).questions]


def test_numbers_before_stages_tell_their_order_and_hide_no_meaning(write):
    rows = ("1. הצעת מחיר", "3. ליד חדש", "2. פגישה", "4. נסגר בהצלחה", "5. לא נסגר", "6. לא ענה")
    text = "מספר,שלב,תאריך פנייה\n" + "".join(f"{n},{stage},2025-01-0{n}\n" for n, stage in enumerate(rows, 1))
    told = types(read(write("deals.csv", text)))
    assert list(told)[:3] == ["1. הצעת מחיר", "2. פגישה", "3. ליד חדש"], "as the company numbers them"
    assert (told["4. נסגר בהצלחה"], told["5. לא נסגר"], told["6. לא ענה"]) == (
        StageType.WON,
        StageType.LOST,
        StageType.ATTEMPT,
    )


def test_a_list_of_orders_with_a_status_is_no_list_of_deals(write):
    hebrew = (
        'מספר הזמנה,תאריך,מס. לקוח,שם לקוח,סוכן,סה"כ לפני מע"מ,מע"מ,סטטוס\n'
        'SO1,02/01/2025,10001,מרכולית,אבי,"1,000.00",180.00,סופית\n'
        "SO2,20/01/2025,10001,מרכולית,רותי,(500.00),(90.00),זיכוי\n"
        "SO3,03/02/2025,10003,קיוסק,רותי,750.00-,135.00-,זיכוי\n"
    )
    english = "Order number,Date,Customer,Total,Status\n7,2025-01-02,Acme,100.50,Shipped\n8,2025-01-03,Beta,20,Paid\n"
    for name, text, sums in (("priority.csv", hebrew, [1000, -500, -750]), ("shop.csv", english, [100.5, 20])):
        batch = read(write(name, text))
        assert batch.kind is Kind.ORDERS
        assert [float(amount) for amount in batch.tables["orders"]["amount"].to_pylist()] == sums


def test_the_answers_of_a_form_are_inquiries_by_their_time_stamp(write):
    text = (
        "Timestamp,Your name,Phone,How did you hear about us?,Status\n"
        "1/13/2025 9:15:22,Ann Lee,+1 (212) 555-0100,Friend,Contacted\n"
        "1/14/2025 19:05:02,Bob,212-555-0101,Google,New\n1/20/2025 8:00:00,Ann,+1 212 555 0100,Google,New\n"
    )
    batch = read(write("form.csv", text))
    assert batch.files[0].skipped_by == {"touch": 1}
    deals = batch.tables["deals"].to_pylist()
    assert sorted((deal["contact"], deal["source"]) for deal in deals) == [("Ann", "Friend"), ("Bob", "Google")]


def test_a_hebrew_history_whose_times_stand_before_their_dates(write):
    text = (
        'מספר עסקה,משלב,לשלב,מועד השינוי,שונה ע"י\n'
        "D1,,ליד חדש,09:30 25/12/2024,דנה\nD1,ליד חדש,פגישה,11:00 28/12/2024,דנה\n"
        "D1,פגישה,נסגר בהצלחה,10:00 20/01/2025,רון\nD2,,ליד חדש,10:00 26/12/2024,רון\n"
    )
    batch = read(write("log.csv", text))
    assert moves(batch) == {
        "D1": [
            ("ליד חדש", at("2024-12-25 07:30")),
            ("פגישה", at("2024-12-28 09:00")),
            ("נסגר בהצלחה", at("2025-01-20 08:00")),
        ],
        "D2": [("ליד חדש", at("2024-12-26 08:00"))],
    }


def test_days_of_the_week_before_dates_and_words_before_times(write):
    text = (
        "מספר,לקוח,סטטוס,תאריך פנייה,תאריך סגירה\n"
        "1,אלף,נסגר בהצלחה,יום ב' 13/01/2025,יום חמישי 30/01/2025\n"
        "2,בית,חדש,יום ג׳ ה-14/01/2025,\n3,גימל,חדש,14/01/2025 בשעה 10:30,\n4,דלת,חדש,18/01/2025,\n"
    )
    batch = read(write("deals.csv", text))
    days = {row["deal_id"]: row["created"] for row in _created(batch)}
    assert days == {"1": "2025-01-13", "2": "2025-01-14", "3": "2025-01-14", "4": "2025-01-18"}
    assert moves(batch)["3"] == [("חדש", at("2025-01-14 08:30"))]
    english = 'id,stage,created\n1,New,Mon 13/01/2025\n2,New,"Tuesday, 14/01/2025"\n3,New,25/01/2025 at 10:30\n'
    assert [str(row["created"]) for row in _created(read(write("log.csv", english)))] == [
        "2025-01-13",
        "2025-01-14",
        "2025-01-25",
    ]


def _created(batch):
    """The day of each deal's first move."""
    first = {}
    for row in batch.tables["moves"].to_pylist():
        first.setdefault(row["deal_id"], {"deal_id": row["deal_id"], "created": str(row["day"])})
    return list(first.values())


def test_lists_say_nothing_of_dates_that_only_the_lists_together_tell(write):
    paths = [
        write(f"pipeline {day}.01.2025.csv", f"Deal ID,Stage\n1,Lead\n2,{stage}\n")
        for day, stage in (("05", "Lead"), ("12", "Demo"))
    ]
    found = understand(paths)
    assert all(not file.flags for file in load(paths, found.mapping).files)


def test_records_with_times_counted_since_1970(write):
    day = 86_400_000
    stages = ("New", "Won", "Lost", "New")
    ended = (None, 1_738_368_000_000, 1_737_368_000_000, None)  # 1 February 2025, 20 January 2025 at 10:13:20
    rows = [
        {
            "id": n,
            "stage": {"name": stage},
            "value": {"amount": 100 * n, "currency": "USD"},
            "created_at": 1_735_689_600_000 + n * day,  # from 1 January 2025
            "closed_at": end,
        }
        for n, (stage, end) in enumerate(zip(stages, ended, strict=True), 1)
    ]
    batch = read(write("deals.json", json.dumps({"data": rows})))
    told = moves(batch)
    assert told["2"] == [("New", at("2025-01-03")), ("Won", at("2025-02-01"))]
    assert told["3"] == [("New", at("2025-01-04")), ("Lost", at("2025-01-20 10:13:20"))]
    assert batch.tables["deals"]["currency"].to_pylist() == ["USD"] * 4
    seconds = "id,stage,created\n1,New,1735689600\n2,New,1735776000.5\n"
    assert moves(read(write("deals.csv", seconds)))["2"] == [("New", at("2025-01-02 00:00:00.500"))]


def test_large_numbers_under_another_name_are_no_times(write):
    text = "id,stage,line\n1,New,1735689600\n2,New,1735776000\n"
    asked = [question.id for question in understand(write("deals.csv", text)).questions]
    assert asked == ["column:amount"]


def test_a_contract_without_an_end_is_told_in_words(write):
    text = (
        "Contract No,Customer,Start date,End date,MRR\n"
        "C1,Acme,01/02/2024,31/01/2025,$1200\nC2,Beta,15/03/2024,open-ended,$300\nC3,Gamma,15/03/2024,ללא הגבלה,$10\n"
    )
    batch = read(write("contracts.csv", text))
    assert batch.files[0].loaded == 3
    assert batch.tables["contracts"]["end_day"].to_pylist() == [dt.date(2025, 1, 31), None, None]


TARGETS = "נציג;ינו-25;פבר-25;מרץ-25\nדנה;50,000;55,000;{}\nרון;40,000;;45,000\n"


def test_how_months_are_written_is_asked_once_or_told_by_one_of_them(write):
    path = write("יעדים.csv", TARGETS.format("60,000"))
    (question,) = understand(path).questions
    assert question.id == "decimal:ינו-25"
    batch = read(path, **{question.id: "point"})
    assert sum(batch.tables["targets"]["amount"].to_pylist()) == 250_000
    again = Mapping.from_yaml(batch.mapping.to_yaml(), name="m.yaml")
    assert load(path, again).tables["targets"].equals(batch.tables["targets"])
    told = read(write("יעדים 2.csv", TARGETS.format("1,060,000.00")))
    assert sum(told.tables["targets"]["amount"].to_pylist()) == 1_250_000


def test_two_deals_of_one_company_are_no_touches_of_one_person(write):
    text = (
        "Opportunity Owner,Account Name,Opportunity Name,Stage,Amount,Close Date,Created Date\n"
        "Dana,Acme,Acme laptops,Closed Won,100,3/15/2025,1/5/2025\n"
        "Dana,Acme,Acme printers,Prospecting,200,7/1/2025,1/15/2025\n"
        "Dana,Acme,Acme printers,Prospecting,200,7/1/2025,1/15/2025\n"
    )
    batch = read(write("report.csv", text), **{"column:id": "none"})
    assert sorted(batch.tables["deals"]["amount"].to_pylist()) == [100, 200]


def test_a_phase_is_the_stage_and_a_status_beside_it_says_how_deals_stand(write):
    text = (
        "Nr;Kunde;Phase;Status;Betrag;Erstellt am;Abgeschlossen am\n"
        "1;Kühne;Angebot;Offen;1.200,50 €;07.10.2026;\n"
        "2;Straub;Qualifizierung;Zurückgestellt;800,00 €;08.10.2026;\n"
        "3;Weiß;Angebot;Gewonnen;950,00 €;09.10.2026;20.10.2026\n"
        "4;Förster;Qualifizierung;Verloren;k. A.;28.10.2026;30.10.2026\n"
    )
    batch = read(write("deals.csv", text), kind="deals")
    assert batch.mapping.columns["stage"] == "Phase"
    assert batch.mapping.columns["outcome"] == "Status"
    last = {deal: batch.mapping.stage(steps[-1][0]).type for deal, steps in moves(batch).items()}
    assert last == {"1": StageType.OPEN, "2": StageType.OPEN, "3": StageType.WON, "4": StageType.LOST}
    assert [rule.name for rule in batch.mapping.stages if rule.type is StageType.OPEN] == ["Qualifizierung", "Angebot"]


def test_where_inquiries_came_from_and_why_they_were_lost_are_known_as_people_write_it(write):
    text = "מס' ליד,הגיע מ,שלב,תאריך פנייה,סיבה\n1,גוגל,חדש,1/10/2026,\n2,המלצה,הפסד,13/10/2026,יקר\n"
    deals = {row["deal_id"]: row for row in read(write("deals.csv", text), kind="deals").tables["deals"].to_pylist()}
    assert (deals["1"]["source"], deals["2"]["lost_reason"]) == ("גוגל", "יקר")


def test_a_russian_export_of_windows_is_asked_with_its_letters_first(write):
    text = (
        "ID;Компания;Ответственный;Этап сделки;Бюджет;Дата создания;Дата закрытия\n"
        "1;ООО Ромашка;Иванов;Успешно реализовано;12 500;01.02.2026;14.03.2026\n"
        "2;Яблоня;Петрова;Закрыто и не реализовано;900;13.02.2026;20.02.2026\n"
        "3;Объект 7;Петрова;Переговоры;3 000;05.03.2026;\n"
    )
    path = write("сделки.csv", text, "windows-1251")
    (question,) = understand(path).questions
    assert next(iter(question.options)) == "windows-1251"
    assert "Компания" in question.options["windows-1251"].values["sample"]
    found = understand(path, answers={question.id: "windows-1251"})
    assert found.questions == ()
    batch = load(path, found.mapping)
    deals = {row["deal_id"]: (row["owner"], row["account"], row["amount"]) for row in batch.tables["deals"].to_pylist()}
    assert deals == {
        "1": ("Иванов", "ООО Ромашка", 12_500),
        "2": ("Петрова", "Яблоня", 900),
        "3": ("Петрова", "Объект 7", 3_000),
    }
    last = {deal: steps[-1][0] for deal, steps in moves(batch).items()}
    assert last == {"1": "Успешно реализовано", "2": "Закрыто и не реализовано", "3": "Переговоры"}


@pytest.mark.parametrize("text", ["ИМЯ;СДЕЛКА\nИВАНОВ;ОКНА\nПЕТРОВ;ДВЕРИ\n", "Имя;Сделка\nИван;Окна\nАнтон;Рама\n"])
def test_russian_without_the_letters_that_hebrew_lacks_or_in_capitals_is_known_too(write, text):
    (question,) = understand(write("имена.csv", text, "windows-1251")).questions
    assert next(iter(question.options)) == "windows-1251"


def test_a_french_export_is_read_with_its_accents_months_and_amounts(write):
    text = (
        "N° affaire;Société;Commercial;Étape;Montant HT;Créé le;Clôturé le\n"
        "A1;Café Noël;Chloé;Gagnée;1\u00a0234,56 €;3 févr. 2026;14 mars 2026\n"
        "A2;Hôtel Étoile;José;Perdue;n/c;5 août 2025;1 déc. 2025\n"
        "A3;L'Étape;Chloé;Devis envoyé;980,00 €;7 juil. 2026;\n"
        "Total général;;;;2\u00a0214,56 €;;\n"
    )
    path = write("affaires.csv", text, "windows-1252")
    (question,) = understand(path).questions
    assert next(iter(question.options)) == "windows-1252", "the accents stand alone"
    found = understand(path, answers={question.id: "windows-1252"})
    assert found.questions == ()
    batch = load(path, found.mapping)
    deals = {row["deal_id"]: row for row in batch.tables["deals"].to_pylist()}
    assert {deal: row["amount"] and str(row["amount"]) for deal, row in deals.items()} == {
        "A1": "1234.5600",
        "A2": None,
        "A3": "980.0000",
    }
    days = {deal: [one and one.date().isoformat() for _, one in steps] for deal, steps in moves(batch).items()}
    assert (days["A1"], days["A2"]) == (["2026-02-03", "2026-03-14"], ["2025-08-05", "2025-12-01"])
    assert days["A3"][0] == "2026-07-07"
