"""A column of yes and no that alone tells of wins: what its *no* is, is asked and never guessed."""

import pytest
from tests.intake.moves import moves

from yaad.intake import Mapping, load, understand
from yaad.model import StageType

ROWS = """id,Created,Owner,Amount,{column}
A1,2026-01-05,Dana,1000,{yes}
A2,2026-01-09,Noa,500,{no}
A3,2026-02-05,Dana,1200,{no}
A4,2026-02-15,Dana,1400,
"""
DEALS = {"kind": "deals"}
SAID = {"Won": ("yes", "no"), "Sold": ("TRUE", "FALSE"), "נמכר": ("כן", "לא"), "זכייה": ("V", "X")}


def ends(batch) -> dict[str, str | None]:
    """Deal → the kind of its end; None while it is open."""
    last = {deal: batch.mapping.stage(steps[-1][0]).type for deal, steps in moves(batch).items()}
    return {deal: kind.value if kind in (StageType.WON, StageType.LOST) else None for deal, kind in last.items()}


@pytest.fixture
def written(write):
    def made(column: str, yes: str, no: str):
        return write("deals.csv", ROWS.format(column=column, yes=yes, no=no))

    return made


@pytest.mark.parametrize("column", SAID)
def test_no_is_asked_and_is_what_the_answer_says(written, column):
    path = written(column, *SAID[column])
    found = understand(path, answers=DEALS)
    assert [question.id for question in found.questions] == ["not_won"]
    assert found.questions[0].text.values == {"n": 2, "of": 4, "column": column}
    for answer, end in (("lost", "lost"), ("open", None)):
        mapping = understand(path, answers=DEALS | {"not_won": answer}).mapping
        again = Mapping.from_yaml(mapping.to_yaml(), name="kept.yaml")
        assert again == mapping
        assert ends(load(path, again)) == {"A1": "won", "A2": end, "A3": end, "A4": None}
        assert understand(path, mapping=again).questions == (), "what was answered once is not asked again"


@pytest.mark.parametrize(
    ("column", "yes", "no"), [("Closed", "yes", "no"), ("נסגר", "כן", "לא"), ("Converted", "1", "0")]
)
def test_a_yes_that_may_be_an_end_or_a_sale_is_asked_first(written, column, yes, no):
    path = written(column, yes, no)
    (question,) = understand(path, answers=DEALS).questions
    assert (question.id, list(question.options)) == ("column:won", [column, "none"])
    (question,) = understand(path, answers=DEALS | {"column:won": column}).questions
    assert question.id == "not_won"
    told = understand(path, answers=DEALS | {"column:won": column, "not_won": "lost"}).mapping
    assert ends(load(path, told)) == {"A1": "won", "A2": "lost", "A3": "lost", "A4": None}
    none = understand(path, answers=DEALS | {"column:won": "none"})
    assert none.questions == ()
    assert set(ends(load(path, none.mapping)).values()) == {None}


def test_nothing_is_asked_where_another_column_tells_how_deals_stand(write):
    path = write("deals.csv", "id,created,stage,won\n1,2026-01-05,Quote,no\n2,2026-01-06,Won,yes\n")
    assert "not_won" not in [question.id for question in understand(path).questions]
