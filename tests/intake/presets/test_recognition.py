"""What a file is, by its headers alone: each product's exports, under both interfaces, among each other."""

import pytest

from yaad.intake import Kind, load, understand
from yaad.intake.presets import all_exports, recognise
from yaad.text import LANGUAGES, has_key, render

FILES = {
    "salesforce_opportunities": [
        (
            "Id,AccountId,Name,StageName,Amount,Probability,ExpectedRevenue,CloseDate,Type,NextStep,LeadSource,IsClosed,IsWon,"
            "ForecastCategory,OwnerId,CreatedDate,LastModifiedDate,FiscalQuarter,FiscalYear,CurrencyIsoCode"
        ),
        (
            "Opportunity Owner,Owner Role,Account Name,Opportunity Name,Stage,Fiscal Period,Amount,Expected Revenue,"
            "Probability (%),Age,Close Date,Created Date,Next Step,Lead Source,Type"
        ),
        "בעלי ההזדמנות,שם החשבון,שם ההזדמנות,שלב,תקופת כספים,סכום,הסתברות (%),גיל,תאריך סגירה,תאריך יצירה,מקור הליד",
    ],
    "salesforce_history": [
        (
            "Id,OpportunityId,StageName,Amount,ExpectedRevenue,CloseDate,Probability,ForecastCategory,CreatedById,CreatedDate,"
            "CurrencyIsoCode,PrevAmount,PrevCloseDate,SystemModstamp,IsDeleted"
        ),
        (
            "Opportunity History ID,Opportunity ID,Stage Name,Amount,To Forecast Category,Previous Amount,"
            "Previous Close Date,Created Date"
        ),
    ],
    "salesforce_field_history": ["Id,OpportunityId,Field,OldValue,NewValue,CreatedById,CreatedDate,IsDeleted"],
    "salesforce_history_report": ["Opportunity Name,From Stage,To Stage,Last Modified,Last Modified By,Amount"],
    "hubspot_deals": [
        "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Create Date,Deal owner,Deal Type,Closed Lost Reason",
        "hs_object_id,dealname,dealstage,pipeline,amount,closedate,createdate,hubspot_owner_id,dealtype,hs_is_closed",
        "מזהה רשומה,שם העסקה,שלב העסקה,צנרת מכירות,סכום,תאריך סגירה,תאריך יצירה,בעלי העסקה",
    ],
    "pipedrive_deals": [
        "ID,Title,Owner,Value,Currency of Value,Weighted value,Organization,Stage,Status,Deal created,Won time",
        (
            "Deal - ID,Deal - Title,Deal - Owner,Deal - Value,Deal - Currency of Value,Deal - Weighted value,"
            "Deal - Organization,Deal - Stage,Deal - Status,Deal - Deal created,Deal - Won time,Deal - Lost time"
        ),
        "id,title,user_id,value,currency,weighted_value,org_id,stage_id,status,add_time,won_time,lost_time",
    ],
    "pipedrive_flow": [
        "object,timestamp,data.id,data.item_id,data.user_id,data.field_key,data.old_value,data.new_value,data.log_time",
        "id,item_id,user_id,field_key,old_value,new_value,is_bulk_update_flag,log_time",
    ],
    "zoho_deals": [
        (
            "Record Id,Deal Owner,Deal Name,Account Name,Type,Lead Source,Campaign Source,Amount,Closing Date,"
            "Stage,Probability,Expected Revenue,Created Time,Modified Time"
        ),
    ],
    "zoho_stage_history": [
        (
            "Id,Deal Name,Stage,Moved To,Stage Duration (Calendar Days),Probability (%),Amount,Closing Date,"
            "Modified By,Modified By.id,Modified Time"
        ),
        (
            "Deal Name (Stage History),Stage (Stage History),Stage Duration (Calendar Days) (Stage History),"
            "Amount (Stage History),Closing Date (Stage History),Modified Time (Stage History)"
        ),
    ],
    "monday_deals": [
        "Name,Subitems,Owner,Stage,Deal Value,Contacts,Accounts,Expected Close Date,Close Date,Close Probability",
        "שם,תת פריטים,אחראי,שלב,שווי עסקה,אנשי קשר",
    ],
    "odoo_leads": [
        "External ID,Opportunity,Salesperson,Sales Team,Stage,Expected Revenue,Probability,Created on,Active",
        "id,name,user_id/name,team_id/name,stage_id/id,expected_revenue,probability,create_date,date_closed,active",
        "הזדמנות,איש מכירות,צוות מכירות,שלב,הכנסה צפויה,הסתברות,נוצר ב,פעיל",
    ],
    "odoo_tracking": ["mail_message_id/res_id,mail_message_id/date,field_id/name,old_value_char,new_value_char"],
    "dynamics_opportunities": [
        (
            "(Do Not Modify) Opportunity,(Do Not Modify) Row Checksum,(Do Not Modify) Modified On,Topic,"
            "Est. Close Date,Est. Revenue,Status,Status Reason,Pipeline Phase,Owner,Created On"
        ),
        "opportunityid,name,customerid,estimatedclosedate,estimatedvalue,statecode,statuscode,stepname,createdon",
        "נושא,לקוח פוטנציאלי,תאריך סגירה משוער,הכנסה משוערת,סטטוס,סיבת סטטוס,בעלים,נוצר בתאריך",
    ],
    "dynamics_entries": [
        "Entry No.,Opportunity No.,Date of Change,Sales Cycle Stage,Action Taken,Estimated Value (LCY)"
    ],
    "fireberry_opportunities": [
        "opportunityid,name,accountname,ownername,statuscode,status,estimatedvalue,createdon,modifiedon",
        "שם הזדמנות,שם לקוח,סטטוס,בעל רשומה,סכום,נוצר בתאריך,עודכן בתאריך,נוצר על ידי",
    ],
    "priority_orders": [
        "ORDNAME,CURDATE,CUSTNAME,CDES,AGENTNAME,ORDSTATUSDES,QPRICE,TOTPRICE,CODE",
        "הזמנה,תאריך,מס' לקוח,שם לקוח,שם סוכן,סטטוס הזמנה,מחיר אחרי הנחה,מע״מ,מחיר סופי",
    ],
    "priority_lines": [
        "ORDNAME,PARTNAME,PDES,TQUANT,PRICE,PERCENT,QPRICE",
        "הזמנה,מק״ט,תאור מוצר,כמות,מחיר ליחידה,% הנחה",
    ],
    "woocommerce_orders": ["Date,Order #,N. Revenue (formatted),Status,Customer,Customer type,Product(s),Items sold"],
    "shopify_orders": [
        (
            "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,Created at,"
            "Lineitem quantity,Lineitem name,Lineitem price,Billing Name"
        ),
    ],
    "northwind_orders": ["OrderID,CustomerID,EmployeeID,OrderDate,RequiredDate,ShippedDate,ShipVia,Freight,ShipName"],
    "northwind_lines": ["OrderID,ProductID,UnitPrice,Quantity,Discount"],
    "sheets_inquiries": [
        "שם מלא,נייד,סטטוס ליד,מקור הגעה,נציג,שווי,ת. פנייה,צפי סגירה,הערות",
        "לקוח,טלפון,סטטוס,קמפיין,איש מכירות,סה״כ לפני מע״מ,נוצר בתאריך,ת. סגירה,סיבת אי סגירה,סניף",
        "חברה,טלפון,שלב,מקור הגעה,אחראי,סה״כ כולל מע״מ,ת. פתיחה,מס׳ הצעה",
        "לקוח,נייד,סטטוס,מטפל,סכום,ת. פנייה,הזמנה,מק״ט,תיאור פריט,כמות,מחיר יחידה,% הנחה",
        "לקוח,נייד,סטטוס,סוכן,סכום,ת. פנייה,אסמכתא",
    ],
    "sheets_contracts": [
        "מס חוזה,לקוח,תחילת חוזה,סיום חוזה,תשלום חודשי",
        "Contract ID,Customer,Contract Start,Contract End",
    ],
    "sheets_targets": [
        "נציג,ינואר,פברואר,מרץ,אפריל,מאי,יוני,יולי,אוגוסט",
        "Rep,2025-01,2025-02,2025-03,2025-04,2025-05,2025-06",
        "Rep,Jan 2025,Feb 2025,Mar 2025,Apr 2025,May 2025,Jun 2025",
    ],
}
NOBODYS = [
    "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value",
    "mql_id,first_contact_date,landing_page_id,origin",
    "case:concept:name,concept:name,time:timestamp,org:resource",
    "Order ID,Date,Customer,Total",
    "Deal ID,Deal Name,Owner,Stage,Amount,Close Date,Created Date",
    "מס' הזדמנות,איש מכירות,שלב,סכום,תאריך פנייה,תאריך סגירה",
    "מוצר,מחיר,קטגוריה",
]


@pytest.mark.parametrize(("export", "headers"), [(name, text) for name, texts in FILES.items() for text in texts])
def test_an_export_is_recognised_by_its_headers(export, headers):
    names = headers.split(",")
    found = recognise(names)
    assert found is not None
    assert found.export.id == export
    assert (found.of, 0 < found.known <= found.of) == (len(names), True)
    assert recognise(list(reversed(names))) is not None, "their order means nothing"


@pytest.mark.parametrize("headers", NOBODYS)
def test_headers_that_anybody_may_have_are_nobodys(headers):
    assert recognise(headers.split(",")) is None


@pytest.mark.parametrize(("export", "headers"), [(name, texts[0]) for name, texts in FILES.items()])
def test_spelling_and_columns_of_the_company_change_nothing(export, headers):
    spelt = [f" {name.upper()}\u200f" for name in headers.split(",")]
    assert recognise([*spelt, "Favourite colour", "Custom 7"]).export.id == export


def test_a_told_kind_narrows_the_choice():
    headers = FILES["salesforce_history"][0].split(",")
    assert recognise(headers, Kind.STAGE_HISTORY).export.id == "salesforce_history"
    assert recognise(headers, Kind.CALLS) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_export_has_a_name_and_says_its_evidence(lang):
    for export in all_exports().values():
        assert has_key(f"presets.{export.id}", lang), export.id
        assert export.kind is not None or export.about, export.id
        assert not export.history or export.history in all_exports()
    found = recognise(FILES["salesforce_history"][0].split(","))
    said = render(found.message, lang)
    assert "15" in said
    assert "Salesforce" in said


@pytest.mark.shared
def test_connector_exports_are_all_what_they_are(shared):
    folder = shared / "crm_export_schemas"
    found = {}
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8") as file:
            found[path.stem] = recognise(next(file).strip().split(",")).export.id
    assert found == CONNECTOR


@pytest.mark.shared
def test_rows_under_those_headers_are_understood_as_what_they_are(shared, tmp_path):
    """The headers of each connector file over made-up rows: what is told of the file, and what becomes of its rows."""
    for path in sorted((shared / "crm_export_schemas").rglob("*.csv")):
        with path.open(encoding="utf-8") as file:
            headers = next(file).strip().split(",")
        made = tmp_path / path.name
        rows = [[_made_up(name, row) for name in headers] for row in range(4)]
        made.write_text("\n".join(",".join(row) for row in [headers, *rows]), "utf-8")
        found = understand(made)
        export = all_exports()[CONNECTOR[path.stem]]
        said = [note for note in found.notes if note.key == "presets.looks_like"]
        assert [note.values["export"].key for note in said] == [f"presets.{export.id}"], path.name
        if export.kind is None:
            assert [question.id for question in found.questions] == ["kind"], path.name
            continue
        assert found.mapping.kind is export.kind, path.name
        if {question.id for question in found.questions} == {"column:amount"}:  # a column of the company's own
            found = understand(made, answers={"column:amount": "none"})
        assert found.questions == (), path.name
        report = load(made, found.mapping, understood=found).files[0]
        assert report.loaded + report.skipped == 4, (path.name, report.rejects.to_pylist())


CONNECTOR = {
    "company_data": "hubspot_companies",
    "contact_data": "hubspot_contacts",
    "deal_company_data": "hubspot_deal_companies",
    "deal_contact_data": "hubspot_deal_contacts",
    "deal_data": "hubspot_deals",
    "deal_pipeline_data": "hubspot_pipelines",
    "deal_pipeline_stage_data": "hubspot_pipeline_stages",
    "deal_property_history_data": "hubspot_property_history",
    "deal_stage_data": "hubspot_stage_history",
    "engagement_call_data": "hubspot_calls",
    "engagement_data": "hubspot_engagements",
    "engagement_deal_data": "hubspot_engagement_deals",
    "engagement_meeting_data": "hubspot_meetings",
    "engagement_task_data": "hubspot_tasks",
    "owner_data": "hubspot_owners",
    "property_data": "hubspot_properties",
    "sf_account_data": "salesforce_accounts",
    "sf_event_data": "salesforce_events",
    "sf_lead_data": "salesforce_leads",
    "sf_opportunity_data": "salesforce_opportunities",
    "sf_opportunity_history_data": "salesforce_opportunity_versions",
    "sf_opportunity_line_item_data": "salesforce_line_items",
    "sf_order_data": "salesforce_orders",
    "sf_product_2_data": "salesforce_products",
    "sf_task_data": "salesforce_tasks",
    "sf_user_data": "salesforce_users",
    "sf_user_role_data": "salesforce_roles",
}
STAGES = ("Prospecting", "Qualification", "Negotiation", "Closed Won")


def _made_up(header: str, row: int) -> str:
    name = header.removeprefix("property_")
    if name in ("value", "stage_name", "status", "deal_pipeline_stage_id"):
        return STAGES[row]
    if name == "name":
        return "dealstage" if "history" in header else f"dealstage{row}" if row else "dealstage"
    if name.startswith("is_") or name in ("_fivetran_active", "_fivetran_deleted"):
        return str(row == 3 and name in ("is_won", "is_closed")).lower()
    if any(part in name for part in ("date", "timestamp", "start", "_end", "synced", "created", "updated", "time")):
        return f"2025-01-0{row + 1} 10:00:00"
    if any(part in name for part in ("amount", "price", "quantity", "revenue", "probability", "discount", "number_of")):
        return str(row / 4 if name == "discount" else 10 * row)
    return f"{name}-{row}"
