"""An answer that belongs to no question is refused and the known ones are named."""

import pytest

from yaad.errors import InputError
from yaad.intake import understand
from yaad.text import LANGUAGES

LEADS = "id,status,created\n1,New,2024-01-02\n2,Closed,2024-01-03\n"


@pytest.mark.parametrize(
    ("question", "known"),
    [
        ("stages:Closed", "stage:…"),
        ("columns:id", "column:…"),
        ("foo", "kind"),
        ("kind:deals", "kind"),
        ("stage:Shut", "stage:Closed"),
        ("column:colour", "column:id"),
        ("dates:Created on", "dates:created"),
        ("encoding:other.csv", "encoding:leads.csv"),
    ],
)
def test_a_question_that_is_none_is_refused(write, question, known):
    with pytest.raises(InputError) as caught:
        understand(write("leads.csv", LEADS), answers={question: "won"})
    assert caught.value.message.key == "intake.answer_unknown"
    for lang in LANGUAGES:
        assert question in caught.value.say(lang)
        assert known in caught.value.say(lang)


@pytest.mark.parametrize(
    ("question", "answer", "known"),
    [
        ("stage:Closed", "win", "open, attempt, on_hold, won, lost, not_inquiry"),
        ("kind", "dogs", "deals"),
        ("column:id", "number", "id, status, created, none"),
        ("dates:created", "american", "month_first"),
        ("duplicates", "newest", "first, last, reject"),
    ],
)
def test_an_answer_that_is_no_option_is_refused(write, question, answer, known):
    with pytest.raises(InputError) as caught:
        understand(write("leads.csv", LEADS), answers={question: answer})
    assert caught.value.message.key == "intake.answer_no_option"
    for lang in LANGUAGES:
        assert known in caught.value.say(lang)


def test_answers_that_fit_are_taken(write):
    answers = {"kind": "deals", "column:id": "ID", "stage:Closed": "lost", "dates:created": "iso"}
    assert understand(write("leads.csv", LEADS), answers=answers).questions == ()


def test_a_free_answer_of_no_use_is_refused(write):
    path = write("deals.csv", "id,stage,close date\n1,Won,2024-01-02\n2,Zig,\n3,New,\n")
    with pytest.raises(InputError) as caught:
        understand(path, answers={"order": "Zig, Zag"})
    assert "New, Zig" in caught.value.say("en")
    path = write("wide.csv", "id,Ein,Zwei\n1,2024-01-01,2024-01-02\n")
    with pytest.raises(InputError) as caught:
        understand(path, answers={"kind": "deals", "stages": "Eins, Zwei"})
    assert "Ein, Zwei, none" in caught.value.say("he")
