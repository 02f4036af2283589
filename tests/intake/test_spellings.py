"""One name in several spellings is one name; the quick way through a column and the careful one agree."""

import numpy as np
import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from yaad.intake.deciding.spellings import commonest, skeleton, skeletons, spelled_as

LETTERS = st.text(
    st.sampled_from("aB \t\u00a0\x1c\u0085אבש״\u05b0\u200f\u200b\u202aßſéσςаΑ\ufb2a\u3000Ａ") | st.characters(),
    max_size=8,
)


@given(st.lists(LETTERS, max_size=12))
@example(["Dana  Cohen", "דנה\u200f כהן", "Strasse", "Straße", "Dаna"])
def test_a_column_of_names_is_folded_as_each_of_them_is(texts):
    assert skeletons(pa.array(texts, pa.string())).to_pylist() == [skeleton(text) for text in texts]


def test_the_commonest_spelling_stands_for_a_name():
    names = pa.array(["Dana Cohen", "dana  cohen", "DANA COHEN", "Avi", "דנה כהן", "דנה\u200f כהן"])
    assert commonest(names, np.array([2, 5, 1, 7, 1, 3])).tolist() == [1, 1, 1, 3, 5, 5]


def test_known_spellings_decide_over_those_of_the_rows():
    texts = pa.array(["a", "a", "A", None, "b"])
    by_rows, changed = spelled_as(texts, None)
    assert by_rows.to_pylist() == ["a", "a", "a", None, "b"]
    assert changed.tolist() == [False, False, True, False, False]
    known, changed = spelled_as(texts, (pa.array(["a", "A"]), pa.array(["A", "A"])))
    assert known.to_pylist() == ["A", "A", "A", None, "b"]
    assert changed.tolist() == [True, True, False, False, False]
