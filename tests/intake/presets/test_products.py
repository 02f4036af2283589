"""Small exports as each product writes them: what is proposed of them, and what their traps become."""

import datetime as dt

import openpyxl
import pytest

from yaad.intake import Kind, Shape, load, understand
from yaad.model import StageType


def stages(mapping) -> list[tuple[str, str]]:
    return [(rule.name, rule.type.value) for rule in mapping.stages]


def moves(batch) -> list[tuple[str, str, dt.date | None]]:
    table = batch.tables["moves"].sort_by([("deal_id", "ascending"), ("sort_at", "ascending"), ("seq", "ascending")])
    return [(row["deal_id"], row["to_stage"], row["day"]) for row in table.to_pylist()]


def read(path, **answers):
    found = understand(
        path,
        answers={
            key.replace("header_row_", "header_row:").replace("_", ":", "header_row" not in key): value
            for key, value in answers.items()
        },
    )
    assert found.questions == (), [question.id for question in found.questions]
    return found, load(path, found.mapping, understood=found)


def day(month: int, number: int) -> dt.date:
    return dt.date(2025, month, number)


def test_a_salesforce_report_ends_above_its_footer(write):
    path = write(
        "report.csv",
        '"Opportunity Owner","Account Name","Opportunity Name","Stage","Fiscal Period","Amount","Age",'
        '"Close Date","Created Date","Lead Source","Type","Opportunity ID"\n'
        '"Dana","Acme","A","Prospecting","Q1-2025","1,200.50","3","15/03/2025","25/02/2025","Web","New","0061"\n'
        '"Dana","Beta","B","Closed Won","Q1-2025","700.00","3","16/03/2025","26/02/2025","Web","New","0062"\n'
        "\n\n"
        '"Grand Totals (2 records)"\n'
        '"Confidential Information - Do Not Distribute"\n'
        '"Copyright (c) 2000-2025 salesforce.com, inc. All rights reserved."\n',
    )
    found, batch = read(path)
    assert found.mapping.columns["owner"] == "Opportunity Owner"
    assert found.mapping.dates == {"*": "day_first"}
    report = batch.files[0]
    assert (report.loaded, report.rejected, report.skipped_by) == (2, 0, {"blank": 2, "footer": 3})
    assert "presets.history_elsewhere" in [note.key for note in found.notes]


def test_salesforce_marks_give_the_types_and_chances_the_order_of_unknown_stages(write):
    rows = [
        ("1", "Zebra", "false", "false", "20"),
        ("2", "Alpha", "false", "false", "60"),
        ("3", "Signed off", "true", "true", "100"),
        ("4", "Gone", "true", "false", "0"),
        ("5", "Gone", "true", "false", "0"),
    ]
    text = "Id,Name,StageName,IsClosed,IsWon,Probability,ForecastCategory,CloseDate,CreatedDate,IsDeleted,FiscalYear\n"
    text += "".join(f"{i},n,{s},{c},{w},{p},x,2025-03-01,2025-01-0{i},false,2025\n" for i, s, c, w, p in rows)
    found, batch = read(write("opportunities.csv", text + "9,n,Gone,true,false,0,x,2025-03-01,2025-01-01,true,2025\n"))
    assert stages(found.mapping) == [("Zebra", "open"), ("Alpha", "open"), ("Signed off", "won"), ("Gone", "lost")]
    assert batch.files[0].skipped_by == {"deleted": 1}


def test_a_salesforce_history_says_a_stage_again_when_the_amount_changes(write):
    path = write(
        "history.csv",
        "Id,OpportunityId,StageName,Amount,CloseDate,ForecastCategory,CreatedById,CreatedDate,SystemModstamp\n"
        "1,006,Prospecting,100,2025-05-01,Pipeline,5,2025-01-01T10:00:00.000Z,2025-01-02T10:00:00.000Z\n"
        "2,006,Prospecting,150,2025-05-01,Pipeline,5,2025-01-02T10:00:00.000Z,2025-01-05T10:00:00.000Z\n"
        "3,006,Closed Won,150,2025-05-01,Closed,5,2025-01-05T10:00:00.000Z,2025-01-05T10:00:00.000Z\n",
    )
    found, batch = read(path)
    assert (found.mapping.kind, found.mapping.shape) == (Kind.STAGE_HISTORY, Shape.EVENTS)
    assert found.mapping.columns["at"] == "CreatedDate"
    assert [stage for _, stage, _ in moves(batch)] == ["Prospecting", "Prospecting", "Closed Won"]
    assert batch.tables["deals"]["amount"].to_pylist() == [150]
    assert batch.files[0].flags["stage_again"] == 1


def test_a_field_history_opens_in_the_stage_that_the_deal_left_first(write):
    path = write(
        "fields.csv",
        "Id,OpportunityId,Field,OldValue,NewValue,CreatedById,CreatedDate,IsDeleted\n"
        "2,0061,StageName,Prospecting,Closed Won,5,2025-01-02T10:00:00.000Z,false\n"
        "3,0061,Amount,1,2,5,2025-01-02T10:00:00.000Z,false\n"
        "4,0062,StageName,Prospecting,Closed Lost,5,2025-01-04T10:00:00.000Z,false\n",
    )
    found, batch = read(path)
    assert stages(found.mapping) == [("Prospecting", "open"), ("Closed Won", "won"), ("Closed Lost", "lost")]
    assert moves(batch) == [
        ("0061", "Prospecting", None),
        ("0061", "Closed Won", day(1, 2)),
        ("0062", "Prospecting", None),
        ("0062", "Closed Lost", day(1, 4)),
    ]
    assert batch.files[0].skipped_by == {"other_field": 1}


HUBSPOT = (
    "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Create Date,Deal owner,"
    '"Date entered ""Appointment Scheduled (Sales Pipeline)""",'
    '"Cumulative time in ""Appointment Scheduled (Sales Pipeline)"" (HH:mm:ss)",'
    '"Date entered ""Our own step (Sales Pipeline)""","Date entered ""Closed Won (Sales Pipeline)"""\n'
    "1,a,Closed Won,Sales Pipeline,100,2025-02-01 10:00,2025-01-01 10:00,Dana,2025-01-01 10:00,999:00:00,"
    "2025-01-05 10:00,2025-02-01 10:00\n"
    "2,b,Appointment Scheduled,Sales Pipeline,100,2025-04-01 10:00,2025-01-02 10:00,Dana,2025-01-02 10:00,1:00:00,,\n"
)


def test_hubspot_is_read_by_its_dates_and_never_by_its_lengths(write):
    found, batch = read(write("hubspot.csv", HUBSPOT))
    assert found.mapping.shape is Shape.WIDE
    assert stages(found.mapping) == [("Appointment Scheduled", "open"), ("Our own step", "open"), ("Closed Won", "won")]
    of_first = [(stage, when) for deal, stage, when in moves(batch) if deal == "1"]
    assert of_first[-2:] == [("Our own step", day(1, 5)), ("Closed Won", day(2, 1))]
    assert not any("Cumulative" in column for column in found.mapping.columns.values())


def test_hubspot_numbers_as_stages_find_their_dates_behind_a_suffix(write):
    path = write(
        "internal.csv",
        "hs_object_id,dealname,dealstage,pipeline,amount,closedate,createdate,hubspot_owner_id,hs_is_closed,"
        "hs_is_closed_won,hs_v2_date_entered_1234567_998877,hs_v2_date_entered_7654321_11\n"
        "1,a,7654321,default,100,2025-02-01T10:00:00Z,2025-01-01T10:00:00Z,77,true,true,2025-01-01T10:00:00Z,"
        "2025-02-01T10:00:00Z\n"
        "2,b,1234567,default,100,2025-03-01T10:00:00Z,2025-01-02T10:00:00Z,77,false,false,2025-01-02T10:00:00Z,\n",
    )
    found, _ = read(path)
    assert stages(found.mapping) == [("1234567", "open"), ("7654321", "won")]
    assert found.mapping.stages[0].entered == "hs_v2_date_entered_1234567_998877"
    assert "presets.trap_numbers" in [note.key for note in found.notes]


@pytest.mark.parametrize("prefix", ["", "Deal - "])
def test_pipedrive_says_beside_the_stage_how_a_deal_ended(write, prefix):
    names = "ID,Title,Owner,Value,Currency of Value,Organization,Stage,Status,Deal created,Won time,Lost time"
    path = write(
        "pipedrive.csv",
        ",".join(f"{prefix}{name}" for name in names.split(",")) + "\n"
        "1,a,Dana,100,EUR,Acme,Proposal Made,Won,2025-01-01 10:00:00,2025-01-05 10:00:00,\n"
        "2,b,Dana,200,USD,Acme,Proposal Made,Open,2025-01-02 10:00:00,,\n"
        "3,c,Dana,200,USD,Acme,Qualified,Lost,2025-01-02 10:00:00,,2025-01-06 10:00:00\n"
        "4,d,Dana,200,USD,Acme,Qualified,Deleted,2025-01-02 10:00:00,,\n",
    )
    found, batch = read(path, order="Qualified, Proposal Made")
    assert stages(found.mapping) == [("Qualified", "open"), ("Proposal Made", "open"), ("Won", "won"), ("Lost", "lost")]
    ends = {deal: (stage, when) for deal, stage, when in moves(batch)}
    assert ends == {"1": ("Won", day(1, 5)), "2": ("Proposal Made", None), "3": ("Lost", day(1, 6))}
    assert batch.files[0].skipped_by == {"deleted": 1}
    assert batch.tables["deals"]["currency"].to_pylist() == ["EUR", "USD", "USD"]


def test_pipedrive_flow_rows_are_moves_and_other_fields_are_not(write):
    path = write(
        "flow.csv",
        "object,timestamp,data.id,data.item_id,data.user_id,data.field_key,data.old_value,data.new_value,data.log_time\n"
        "dealChange,2025-01-01 10:00:00,1,7,3,add_time,,2025-01-01 10:00:00,2025-01-01 10:00:00\n"
        "dealChange,2025-01-03 10:00:00,2,7,3,stage_id,1,2,2025-01-03 10:00:00\n"
        "dealChange,2025-01-03 11:00:00,3,7,3,value,1,2,2025-01-03 11:00:00\n"
        "dealChange,2025-01-04 10:00:00,3,7,3,stage_id,2,3,2025-01-04 10:00:00\n",
    )
    found = understand(path)
    assert [question.id for question in found.questions] == ["stage:2", "stage:3", "stage:1"]
    _, batch = read(path, stage_1="open", stage_2="open", stage_3="won")
    assert moves(batch) == [("7", "1", day(1, 1)), ("7", "2", day(1, 3)), ("7", "3", day(1, 4))]
    assert batch.files[0].skipped_by == {"other_field": 2}


def test_zoho_history_asks_what_its_time_means(write):
    path = write(
        "zoho.csv",
        "Id,Deal Name,Stage,Moved To,Stage Duration (Calendar Days),Amount,Closing Date,Modified By,Modified Time\n"
        "1,a,Qualification,Needs Analysis,3,100,2025-03-01,Dana,2025-01-04 10:00\n"
        "2,a,Needs Analysis,Closed Won,4,100,2025-03-01,Dana,2025-01-08 10:00\n"
        "3,a,Closed Won,,,100,2025-03-01,Dana,2025-01-08 10:00\n",
    )
    (question,) = understand(path).questions
    assert (question.id, list(question.options)) == ("column:stage", ["Stage", "Moved To"])
    _, left = read(path, column_stage="Moved To")
    assert [(stage, when) for _, stage, when in moves(left)] == [
        ("Qualification", None),
        ("Needs Analysis", day(1, 4)),
        ("Closed Won", day(1, 8)),
    ]
    _, entered = read(path, column_stage="Stage")
    assert [(stage, when) for _, stage, when in moves(entered)] == [
        ("Qualification", day(1, 4)),
        ("Needs Analysis", day(1, 8)),
        ("Closed Won", day(1, 8)),
    ]
    assert left.files[0].skipped_by == {"no_move": 1}


ODOO = (
    "External ID,Opportunity,Salesperson,Sales Team,Stage,Expected Revenue,Probability,Created on,Closed Date,Active\n"
    "a1,Lamp,Dana,North,New,100,10,2025-01-01 10:00:00,,True\n"
    "a3,Lamp,Dana,North,Won,100,100,2025-01-01 10:00:00,2025-02-03 09:00:00,True\n"
)
ARCHIVED = "a2,Lamp,Dana,North,New,100,0,2025-01-01 10:00:00,2025-02-01 09:00:00,False\n"


def test_odoo_losers_are_archived_and_their_absence_is_said(write):
    found, batch = read(write("odoo.csv", ODOO + ARCHIVED))
    assert stages(found.mapping)[-1] == ("Lost", "lost")
    assert moves(batch)[1:3] == [("a2", "New", day(1, 1)), ("a2", "Lost", day(2, 1))]
    assert "presets.trap_archived" not in [note.key for note in found.notes]
    alone, _ = read(write("odoo.csv", ODOO))
    assert "presets.trap_archived" in [note.key for note in alone.notes]


def test_monday_repeats_its_header_in_each_group(tmp_path):
    book = openpyxl.Workbook()
    header = ["Name", "Subitems", "Owner", "Stage", "Deal Value", "Close Probability", "Deal creation date", "Item ID"]
    rows = [
        ["Deals board"],
        [],
        ["Active"],
        header,
        ["a", None, "Dana", "New", 100, 20, "2025-01-01", "11"],
        ["b", None, "Dana", "Negotiation", 300, 60, "2025-01-02", "12"],
        [None, None, None, None, 400, None, None, None],
        ["Closed"],
        header,
        ["c", None, "Dana", "Won", 500, 100, "2025-01-03", "13"],
        [None, None, None, None, 500, None, None, None],
    ]
    for row in rows:
        book.active.append(row)
    path = tmp_path / "board.xlsx"
    book.save(path)
    assert [question.id for question in understand(path).questions] == ["header_row:board.xlsx"], "title lines"
    found, batch = read(path, **{"header_row_board.xlsx": "4"})
    assert batch.tables["deals"]["name"].to_pylist() == ["a", "b", "c"]
    report = batch.files[0]
    assert report.rejected == 0
    assert report.skipped_by["repeated_header"] == 1
    assert report.skipped_by["group_line"] == 3
    assert stages(found.mapping)[-1] == ("Won", "won")


def test_dynamics_orders_its_steps_by_their_numbers(write):
    path = write(
        "dynamics.csv",
        "(Do Not Modify) Opportunity,(Do Not Modify) Row Checksum,Topic,Potential Customer,Est. Close Date,"
        "Est. Revenue,Actual Close Date,Status,Status Reason,Pipeline Phase,Owner,Created On\n"
        "1,x,Lamp,Acme,2025-03-01,100,,Open,In Progress,1-Qualify,Dana,2025-01-01 10:00\n"
        "2,x,Lamp,Acme,2025-03-01,100,2025-02-01,Won,Won,3-Propose,Dana,2025-01-01 10:00\n"
        "3,x,Lamp,Acme,2025-03-01,100,2025-02-01,Lost,Canceled,2-Develop,Dana,2025-01-01 10:00\n",
    )
    found, batch = read(path)
    assert [name for name, _ in stages(found.mapping)] == ["1-Qualify", "2-Develop", "3-Propose", "Won", "Lost"]
    assert batch.tables["deals"]["expected_close_day"].to_pylist() == [day(3, 1)] * 3
    assert ("3", "Lost", day(2, 1)) in moves(batch)


def test_fireberry_in_hebrew(write):
    path = write(
        "fireberry.csv",
        "מספר הזדמנות,שם הזדמנות,שם לקוח,סטטוס,בעל רשומה,סכום,נוצר בתאריך,עודכן בתאריך,נוצר על ידי\n"
        "1,מנורה,אלף,פנייה חדשה,דנה,100,15/01/2025,20/01/2025,דנה\n"
        "2,מנורה,בית,נסגר בהצלחה,דנה,100,16/01/2025,21/01/2025,דנה\n",
    )
    found, _ = read(path)
    assert found.mapping.columns["owner"] == "בעל רשומה"
    assert stages(found.mapping) == [("פנייה חדשה", "open"), ("נסגר בהצלחה", "won")]


def test_shopify_counts_an_order_once_and_keeps_its_lines(write):
    path = write(
        "shopify.csv",
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Taxes,Total,Created at,"
        "Lineitem quantity,Lineitem name,Lineitem price,Billing Name\n"
        "#1001,a@x.com,paid,2025-01-01,fulfilled,ILS,100.00,18.00,118.00,2025-01-01,1,Lamp,60.00,Avi\n"
        "#1001,a@x.com,,,,,,,,2025-01-01,1,Bulb,40.00,\n"
        "#1002,b@x.com,paid,2025-01-02,fulfilled,ILS,50.00,9.00,59.00,2025-01-02,1,Bulb,50.00,Bat\n",
    )
    found, batch = read(path)
    assert found.mapping.kind is Kind.ORDERS
    assert batch.tables["orders"]["amount"].to_pylist() == [100, 50]
    assert batch.files[0].skipped_by == {"superseded": 1}


def test_priority_orders_and_woocommerce(write):
    _, batch = read(
        write(
            "priority.csv",
            "הזמנה,תאריך,מס' לקוח,שם לקוח,שם סוכן,סטטוס הזמנה,מחיר אחרי הנחה,מע״מ,מחיר סופי\n"
            'SO25000001,15/01/25,1001,אלף בע"מ,דנה,מאושרת,"1,000.00",180.00,"1,180.00"\n',
        )
    )
    assert batch.tables["orders"].select(["order_id", "account", "owner", "amount"]).to_pylist() == [
        {"order_id": "SO25000001", "account": 'אלף בע"מ', "owner": "דנה", "amount": 1000}
    ]
    _, batch = read(
        write(
            "woo.csv",
            "Date,Order #,N. Revenue (formatted),Status,Customer,Customer type,Product(s),Items sold,Net sales\n"
            "2025-01-15 10:00:00,77,₪100,completed,Avi,new,1× Lamp,1,100\n",
        )
    )
    assert batch.tables["orders"]["order_id"].to_pylist() == ["77"]


SHEETS = {
    "לקוח,נייד,סטטוס,מקור הגעה,נציג,סכום,ת. פנייה,ת. סגירה,מס׳ הצעה": "id account phone source owner entered closed",
    "שם מלא,טלפון,שלב,קמפיין,סוכן,שווי,נוצר בתאריך,צפי סגירה,אסמכתא": "id contact campaign created expected_close",
    "חברה,טלפון,סטטוס ליד,איש מכירות,סה״כ לפני מע״מ,ת. פתיחה,סיבת אי סגירה,הזמנה": "id lost_reason amount",
    "לקוח,נייד,סטטוס,אחראי,סה״כ כולל מע״מ,ת. פנייה,סניף,הערות,מס׳ הצעה": "branch amount",
    "לקוח,נייד,סטטוס,מטפל,סכום,ת. פנייה,תיאור פריט,מק״ט,כמות,מחיר יחידה,% הנחה,אסמכתא": "product owner",
}


@pytest.mark.parametrize("headers", SHEETS)
def test_hebrew_sheets_by_hand(write, headers):
    values = {"סטטוס": "חדש", "שלב": "חדש", "סטטוס ליד": "חדש", "סכום": "100", "שווי": "100", "נייד": "050-1234567"}
    names = headers.split(",")
    cells = [values.get(name, "15/01/2025" if name.startswith(("ת.", "נוצר", "צפי")) else "250") for name in names]
    found, batch = read(write("sheet.csv", f"{headers}\n{','.join(cells)}\n"))
    assert set(SHEETS[headers].split()) <= set(found.mapping.columns)
    assert found.mapping.stages[0].type is StageType.OPEN
    assert batch.tables["deals"].num_rows == 1
    tax = "net" if "לפני" in headers else "gross" if "כולל" in headers else "unknown"
    assert batch.tables["deals"]["tax"].to_pylist() == [tax]
