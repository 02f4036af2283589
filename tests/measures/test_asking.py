"""What one contact of a company asks hides nobody else of it; where nobody tells who answers, it hides them all."""

import datetime as dt
from dataclasses import replace

import pytest

from yaad.measures.opted_out import OptOuts
from yaad.measures.standing import State, standing
from yaad.model import OptOutEntry

DANA, RON = "050-1234567", "052-7654321"
ASKING = ("+972501234567", "uri@here.example")


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ({"contact": "Dana", "phone": DANA}, {"contact": "Ron", "phone": RON}, (RON, None)),
        ({"contact": "Uri", "email": "uri@here.example"}, {"contact": "Ron", "phone": RON}, (RON, None)),
        ({"phone": DANA}, {"contact": "Ron", "phone": RON}, (None, "calls")),
        ({"contact": "dana ", "phone": DANA}, {"contact": "Dana", "phone": RON}, (None, "calls")),
        ({"contact": "Dana", "phone": DANA}, {"phone": RON}, (None, "calls")),
    ],
)
def test_a_number_is_told_unless_who_answers_it_asks_not_to_be_called(written, one, other, told):
    book, at = written("Quote"), (("Quote", "2026-01-05"), ("Won", "2026-01-09"))
    for number, said in enumerate((one, other)):
        book.deal(*at, account="Acme", amount=10, currency="ILS", deal_id=f"D{number}", **said)
    entry = OptOutEntry(at=dt.datetime.now(dt.UTC), by="o", key="k", what="calls", handles=ASKING)
    scope = replace(book.scope("2026-03-31"), opt_outs=OptOuts({handle: {"calls": entry} for handle in ASKING}))
    found = {one.name: (one.phone, one.asked_not) for one in standing(scope).listed(list(State))}
    assert found == {"Acme": told}
