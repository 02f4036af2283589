"""The deals to call as values, rows and a table in both languages."""

from yaad.insight import CallDeal
from yaad.show import Calls, Result, say_plain
from yaad.text import Message

DEAL = CallDeal(
    deal_id="D1", name="Novatek Ltd.", owner="Dana", stage="Quote", amount=1200.0, currency="ILS", phone=None, days=4.0,
    why=Message("show.calls"), reasons=(), waiting=Message("show.calls"), next_step="=1+1", chance=0.4,
)  # fmt: skip


def test_the_object_has_one_row_a_deal():
    (row,) = Calls([DEAL]).to_dict()["deals"]
    assert (row["deal_id"], row["amount"], row["why"]) == ("D1", 1200, "Deals to call")


def test_the_fitting_class_is_found():
    assert type(Result([DEAL])) is Calls


def test_a_file_runs_no_formula():
    assert "'=1+1" in Calls([DEAL]).table("he").to_csv()


def test_a_file_says_which_deal_it_is():
    head, row = Calls([DEAL]).table("en").to_csv().splitlines()
    assert head.startswith("Deal,Deal’s id,Salesperson")
    assert row.startswith("Novatek Ltd.,D1,Dana")


def test_no_deal_is_a_table_without_rows():
    table = Calls([]).table("he")
    assert table.rows == ()
    assert say_plain(table.title, "he") == "עסקאות להתקשר אליהן"
