"""What senders say at a door: fields by any of their names, the shapes of advertisers, signatures that hold."""

import json

import pytest

from yaad.errors import InputError
from yaad.model.inquiries import Touch
from yaad.server.doors.reading import body_of, parts_of, touch_of
from yaad.server.doors.signing import FRESH, is_signed, sign

JSON = "application/json; charset=utf-8"
FORM = "application/x-www-form-urlencoded"
NOW = 1_790_000_000


def touches(plain):
    return [read for part in parts_of(plain) if (read := touch_of(part)) is not None]


def one(plain):
    (found,) = touches(plain)
    return found


def test_fields_are_known_by_their_names_in_both_languages():
    assert one(
        {"Full Name": "Dana", "Phone-Number": "050-1234567", "message": "?", "utm_source": "x", "id": 7}
    ).touch == (Touch(name="Dana", phone="050-1234567", text="?", source="x", channel="form"))
    found = one({"שם פרטי": "דנה", "שם משפחה": "לוי", "טלפון נייד": "050-1234567", 'דוא"ל': "d@x.com", "הערות": "מטבח"})
    assert (found.touch.name, found.touch.phone, found.touch.email, found.touch.text) == (
        "דנה לוי", "050-1234567", "d@x.com", "מטבח",
    )  # fmt: skip


def test_what_nobody_knows_is_told_in_the_text():
    assert one(
        {"name": "Dana", "budget": 5000, "rooms": ["3", "4"], "ok": True, "nothing": None, "deep": {"a": 1}}
    ).touch.text == ("budget: 5000\nrooms: 3, 4\nok: true\na: 1")


def test_fields_in_an_object_or_in_a_list_of_named_ones_are_read():
    told = {"contact": {"id": 5, "name": "Dana", "phone": "050-1234567"}, "email": "a@b.co"}
    assert one(told).touch == Touch(
        name="Dana", phone="050-1234567", email="a@b.co", text="contact id: 5", channel="form"
    )
    assert one(told).id == ""
    listed = {"fields": [{"name": "phone", "value": "050-1234567"}, {"name": "rooms", "value": 3}], "email": "a@b.co"}
    assert one(listed).touch == Touch(phone="050-1234567", email="a@b.co", text="rooms: 3", channel="form")


def test_everything_that_nobody_knows_is_told():
    told = one({"name": "Dana", **{f"field {n}": n for n in range(90)}}).touch.text
    assert told.splitlines() == [f"field {n}: {n}" for n in range(90)]


@pytest.mark.parametrize("no", [False, "no", "0", "לא", "", None])
def test_a_no_is_no_consent(no):
    assert one({"name": "Dana", "consent": no}).touch.consent == ""
    assert one({"name": "Dana", "consent": True}).touch.consent == "true"


def test_each_part_stands_for_itself():
    lead = {"field_data": [{"name": "full_name", "values": ["Dana"]}]}
    first, second = parts_of({"entry": [{"changes": [{"value": lead}, {"value": {"leadgen_id": "5"}}]}]})
    assert touch_of(first).touch.name == "Dana"
    with pytest.raises(InputError, match="only the number"):
        touch_of(second)


def test_a_test_and_a_reaction_are_none():
    assert touches({"name": "Dana", "phone": "050-1234567", "is_test": True}) == []
    value = {"messages": [{"from": "972501234567", "id": "w", "type": "reaction", "reaction": {"emoji": "x"}}]}
    assert touches({"entry": [{"changes": [{"value": value}]}]}) == []


def test_a_form_is_read_as_an_object_is():
    told = "name=%D7%93%D7%A0%D7%94&phone=050-1234567"
    assert one(body_of(told.encode(), FORM)).touch == Touch(name="דנה", phone="050-1234567", channel="form")


def test_leads_of_meta_are_read():
    lead = {
        "id": "991",
        "field_data": [
            {"name": "full_name", "values": ["Dana Levi"]},
            {"name": "phone_number", "values": ["+972501234567"]},
            {"name": "which_kitchen?", "values": ["oak"]},
        ],
        "campaign_name": "Spring",
        "platform": "fb",
    }
    right = Touch(name="Dana Levi", phone="+972501234567", text="which_kitchen?: oak", campaign="Spring", channel="ad")
    assert (one(lead).touch, one(lead).id) == (right, "991")
    inside = {"object": "page", "entry": [{"id": "1", "changes": [{"field": "leadgen", "value": lead}]}]}
    assert one(inside) == one(lead)
    alone = {"entry": [{"changes": [{"value": {"leadgen_id": "5"}}]}]}
    with pytest.raises(InputError, match="only the number"):
        touches(alone)


def test_lead_forms_of_google_are_read():
    lead = {
        "lead_id": "TeSter-123",
        "user_column_data": [
            {"column_name": "Full Name", "string_value": "Dana", "column_id": "FULL_NAME"},
            {"column_name": "User Phone", "string_value": "+972501234567", "column_id": "PHONE_NUMBER"},
            {"column_name": "Email", "string_value": "d@x.com", "column_id": "EMAIL"},
        ],
        "google_key": "s",
        "campaign_id": 77,
    }
    right = Touch(name="Dana", phone="+972501234567", email="d@x.com", campaign="77", channel="ad")
    assert (one(lead).touch, one(lead).id) == (right, "TeSter-123")


def test_messages_of_whatsapp_are_read_and_notices_are_none():
    value = {
        "contacts": [{"wa_id": "972501234567", "profile": {"name": "Dana"}}],
        "messages": [
            {"from": "972501234567", "id": "wamid.1", "type": "text", "text": {"body": "שלום"}},
            {"from": "972501234567", "id": "wamid.2", "type": "image", "image": {}},
        ],
    }
    first, second = touches({"entry": [{"changes": [{"value": value}]}]})
    assert first.touch == Touch(name="Dana", phone="+972501234567", text="שלום", channel="whatsapp")
    assert (first.id, second.id, second.touch.text) == ("wamid.1", "wamid.2", "[image]")
    assert touches({"entry": [{"changes": [{"value": {"statuses": [{"id": "x", "status": "read"}]}}]}]}) == []


@pytest.mark.parametrize(
    "plain",
    [[], "x", None, 5, {}, {"message": "who?"}, {"entry": [1]}, {"entry": [{"changes": [{}]}]},
     {"field_data": [{"values": []}]}, {"field_data": [3]}, {"entry": [{"changes": [{"value": {"messages": [{}]}}]}]}],
)  # fmt: skip
def test_what_cannot_be_read_is_said(plain):
    with pytest.raises(InputError):
        touches(plain)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"{", b"", b"[" * 100_000, b'{"a":' * 5000])
def test_what_is_no_text_is_said(body):
    with pytest.raises(InputError):
        touches(body_of(body, JSON))


BODY = json.dumps({"name": "Dana"}).encode()


def signed(headers, body=BODY, now=NOW, secret="secret", **more):
    return is_signed(secret, body, headers, now, **more)


def test_a_signature_holds_for_this_body_this_secret_and_a_while():
    told = {"Yaad-Signature": sign("secret", BODY, NOW)}
    assert signed(told)
    assert signed(told, now=NOW + FRESH)
    assert not signed(told, now=NOW + FRESH + 1)
    assert not signed(told, now=NOW - FRESH - 1)
    assert not signed(told, body=BODY + b" ")
    assert not signed(told, secret="other")
    assert not signed({"Yaad-Signature": told["Yaad-Signature"].replace(str(NOW), str(NOW + 1))})
    for broken in ("", "t=1", f"t={NOW},v1=", f"t={NOW},v1={'0' * 64}", f"t={'9' * 40},v1={'0' * 64}"):
        assert not signed({"Yaad-Signature": broken})


def test_meta_signs_the_body_and_google_sends_the_key():
    import hashlib
    import hmac

    told = "sha256=" + hmac.new(b"secret", BODY, hashlib.sha256).hexdigest()
    assert signed({"X-Hub-Signature-256": told})
    assert not signed({"X-Hub-Signature-256": told}, body=b"{}")
    assert signed({}, google_key="secret")
    for wrong in ("", "Secret", None, 5, ["secret"], "\ud800"):
        assert not signed({}, google_key=wrong)


def test_without_a_secret_nothing_is_signed():
    assert not signed({"Yaad-Signature": sign("", BODY, NOW)}, secret="")
    assert not signed({}, secret="", google_key="")
