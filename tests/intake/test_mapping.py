"""Mapping files: the maps that users write, read back equal, with errors that name key and line."""

import re

import pytest

from yaad.errors import InputError
from yaad.intake import Join, Kind, Mapping, Shape, StageRule
from yaad.model import StageType
from yaad.text import render

TWO_DATES = """
kind: deals
shape: two_dates
columns:
  {id: opportunity_id, rep: sales_agent, stage: deal_stage, amount: close_value, entered: engage_date,
    closed: close_date}
entered_opens: Engaging
stages: [{name: Prospecting}, {name: Engaging}, {name: Won, type: won}, {name: Lost, type: lost}]
zone: UTC
"""
EVENTS = """
kind: events
shape: events
columns: {id: "case:concept:name", stage: "concept:name", at: "time:timestamp", by: "org:resource", amount: "case:A"}
stages: [SUBMITTED, {name: APPROVED, type: won}, {name: DECLINED, type: lost}]
activities: "W_*"
ignore: rest
equal_times: file_order
zone: UTC
"""
JOINED = """
files: {leads: "*leads*", wins: "*closed*"}
join: {left: leads, right: wins, key: mql_id, how: left}
kind: deals
shape: two_dates
zone: UTC
columns: {id: mql_id, source: origin, entered: first_contact_date, won: won_date}
entered_opens: Lead
stages: [{name: Lead}, {name: Won, type: won}]
dates: day_first
"""


def test_two_dates():
    mapping = Mapping.from_yaml(TWO_DATES, name="a.yaml")
    assert (mapping.kind, mapping.shape, mapping.entered_opens) == (Kind.DEALS, Shape.TWO_DATES, "Engaging")
    assert mapping.columns["owner"] == "sales_agent"
    assert mapping.stages[2] == StageRule("Won", StageType.WON)


def test_events():
    mapping = Mapping.from_yaml(EVENTS, name="a.yaml")
    assert (mapping.activities, mapping.ignore, mapping.equal_times) == (("W_*",), ("rest",), "file_order")
    assert [rule.type.value for rule in mapping.stages] == ["open", "won", "lost"]


def test_join():
    mapping = Mapping.from_yaml(JOINED, name="a.yaml")
    assert mapping.join == Join("leads", "wins", "mql_id", "left")
    assert mapping.file_key("my_leads_1.csv") == "leads"
    assert mapping.setting(mapping.dates, "entered") == "day_first"


@pytest.mark.parametrize("text", [TWO_DATES, EVENTS, JOINED])
def test_written_and_read_back_it_is_the_same(text):
    mapping = Mapping.from_yaml(text, name="a.yaml")
    assert Mapping.from_yaml(mapping.to_yaml(), name="b.yaml") == mapping


def test_settings_a_column_or_for_all_are_read_back():
    text = """
dates: {close_date: day_first, engaged: iso}
decimal: {amount: ","}
currency: ils
tax: {amount: net}
null_words: {account: ["-", "אין"]}
encoding: {old.csv: windows-1255}
delimiter: tab
header_row: 3
sheet: גיליון1
year_pivot: 50
duplicates: last
silent: [B]
stages: [A, {name: B, entered: Date entered B}, {name: "On", type: won}]
"""
    mapping = Mapping.from_yaml(text, name="a.yaml")
    assert Mapping.from_yaml(mapping.to_yaml(), name="a.yaml") == mapping
    assert (mapping.decimal, mapping.currency, mapping.delimiter) == ({"amount": "comma"}, {"*": "ILS"}, {"*": "\t"})
    assert mapping.setting(mapping.dates, "Close_Date") == "day_first"
    assert mapping.setting(mapping.dates, "other") is None


def test_stage_names_stay_text():
    mapping = Mapping.from_yaml("stages: [On, No, Yes, 007, 1e5, null, {name: Off, type: won}]", name="a.yaml")
    assert [rule.name for rule in mapping.stages] == ["On", "No", "Yes", "007", "1e5", "null", "Off"]
    assert [rule.name for rule in Mapping.from_yaml(mapping.to_yaml(), name="b").stages] == [
        rule.name for rule in mapping.stages
    ]


@pytest.mark.parametrize(
    ("text", "key", "row"),
    [
        ("kind: deals\nfoo: 1\n", "map_unknown_key", 2),
        ("kind: house\n", "map_unknown_value", 1),
        ("shape: round\n", "map_unknown_value", 1),
        ("kind: deals\ncolumns:\n  id: a\n  by: b\n", "map_unknown_field", 4),
        ("columns: {rep: a, owner: b}\n", "map_repeated_key", 1),
        ("columns: [a]\n", "map_not_keys_under", 1),
        ("stages: New\n", "map_not_list", 1),
        ("stages:\n  - New\n  - new\n", "map_repeated_stage", 3),
        ("stages: [{type: won}]\n", "map_stage_nameless", 1),
        ("stages: [{name: A, type: maybe}]\n", "map_unknown_value", 1),
        ("stages: [{name: A, colour: red}]\n", "map_unknown_key", 1),
        ("zone: Mars/Olympus\n", "map_unknown_zone", 1),
        ("zone: ../../etc/passwd\n", "map_unknown_zone", 1),
        ("kind: deals\nkind: deals\n", "map_repeated_key", 2),
        ("join: {left: a, right: b, key: id}\nfiles: {a: x}\n", "map_join_unknown", 1),
        ("files: {a: x}\njoin: {left: a}\n", "map_join_lacks", 2),
        ("files: {a: x, b: y}\njoin: {left: a, right: b, key: id, how: outer}\n", "map_unknown_value", 2),
        ("dates: sometimes\n", "map_unknown_value", 1),
        ("header_row: first\n", "map_unknown_value", 1),
        ("encoding: klingon\n", "map_unknown_value", 1),
        ("delimiter: '\"'\n", "map_unknown_value", 1),
        ("equal_times: random\n", "map_unknown_value", 1),
        ("stages: [A, {name: B, type: won}]\nentered_opens: B\n", "map_unknown_stage", 2),
        ("stages: [A]\nsilent: [C]\n", "map_unknown_stage", 2),
        ("zone: []\n", "map_not_text", 1),
        ("- a\n", "map_not_keys", 1),
        ("a: [\n", "map_broken", None),
        ("a: 1\n---\nb: 2\n", "map_broken", 2),
        ("a: \x01\n", "map_broken", None),
        ("files: &a {b: *a}\n", "map_too_large", None),
        ("zone: UTC\n" + "#" * (1 << 20), "map_too_large", None),
    ],
)
def test_errors_name_the_key_and_the_line(text, key, row):
    with pytest.raises(InputError) as caught:
        Mapping.from_yaml(text, name="a.yaml")
    assert caught.value.message.key == f"intake.{key}"
    if row is not None:
        assert caught.value.where == {"file": "a.yaml", "row": row}
    assert "intake." not in caught.value.say("he") + caught.value.say("en")


def test_aliases_cannot_grow_without_end():
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    text += "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 9))
    with pytest.raises(InputError) as caught:
        Mapping.from_yaml(text, name="a.yaml")
    assert caught.value.message.key == "intake.map_too_large"


def test_an_empty_file_says_nothing():
    assert Mapping.from_yaml("# nothing yet\n", name="a.yaml") == Mapping()


@pytest.mark.parametrize(
    ("text", "row", "why"),
    [
        ("kind: deals\nstages: [A, B\n", 2, "bracket"),
        ("kind: deals\ncolumns: {id: a, stage: b\ndates: iso\n", 2, "bracket"),
        ("kind: deals\nzone: a: b\n", 2, "colon"),
        ("kind: deals\nzone: 'UTC\n", 2, "quote"),
        ("columns:\n\tid: a\n", 2, "tab"),
        ("columns:\n  id: a\n stage: b\n", 3, "indent"),
        ("kind: *deals\n", 1, "alias"),
        ("a: 1\n---\nb: 2\n", 2, "documents"),
        ("kind: deals\nzone: \x01\n", 2, "character"),
        ("kind: deals\nzone: @me\n", 2, "character"),
    ],
)
def test_broken_yaml_is_told_in_our_words_with_its_line(text, row, why):
    with pytest.raises(InputError) as caught:
        Mapping.from_yaml(text, name="m")
    assert caught.value.message.values["why"].key == f"intake.yaml_{why}"
    assert f"שורה {row}:" in caught.value.say("he")
    assert f"Line {row}:" in caught.value.say("en")
    assert not re.search("[a-z]{2,}", render(caught.value.message, "he"))


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("deals", "created", "closed"),
        ("deals", "won", "lost"),
        ("deals", "id", "stage"),
        ("deals", "id", "amount"),
        ("lines", "id", "order"),
        ("lines", "price", "quantity"),
        ("events", "from", "to"),
        ("contracts", "start", "end"),
    ],
)
def test_one_column_is_not_two_fields_that_it_cannot_be(kind, one, other):
    text = f"kind: {kind}\ncolumns:\n  {one}: Some Column\n  {other}: some column\n"
    with pytest.raises(InputError) as raised:
        Mapping.from_yaml(text, name="m.yaml")
    assert (raised.value.message.key, raised.value.where["row"]) == ("intake.map_column_twice", 4)


@pytest.mark.parametrize(
    ("one", "other"), [("name", "account"), ("id", "name"), ("closed", "expected_close"), ("updated", "closed")]
)
def test_one_column_may_be_two_texts_or_stand_for_another_date(one, other):
    mapping = Mapping.from_yaml(f"kind: deals\ncolumns: {{{one}: column, {other}: column}}\n", name="m.yaml")
    assert mapping.columns == {one: "column", other: "column"}
