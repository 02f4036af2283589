"""Planning on the command line: with typed ratios it needs no book."""

import pytest

SEED = ("--ratio", "quote=0.5", "--ratio", "negotiation=0.2", "--ratio", "close=0.1")


def counts(told: dict) -> list[tuple[str, float]]:
    return [(row["stage"], row["count"]) for row in told["needed"]]


def test_fifty_customers(yaad):
    told = yaad("plan", "--target", 50, *SEED, "--json").json
    assert counts(told) == [("inquiries", 500), ("quote", 250), ("negotiation", 100), ("close", 50)]
    assert told["chance"] == {"0.5": 497, "0.8": 555, "0.9": 588}


def test_steps_are_of_the_stage_before(yaad):
    steps = ("--step", "quote=0.5", "--step", "negotiation=0.4", "--step", "close=0.5")
    assert (
        yaad("plan", "--target", 50, *steps, "--json").json["needed"]
        == (yaad("plan", "--target", 50, *SEED, "--json").json["needed"])
    )


def test_both_kinds_in_the_order_of_the_words(yaad):
    told = yaad("plan", "--target", 50, "--step", "quote=0.5", "--ratio=negotiation=0.2", "--step=close=0.5", "--json")
    assert counts(told.json) == [("inquiries", 500), ("quote", 250), ("negotiation", 100), ("close", 50)]


def test_a_target_in_money_asks_for_closings_first(yaad):
    told = yaad("plan", "--target-value", "1350000", "--average", "27000", *SEED, "--json").json
    assert told["target"] == 50
    assert counts(told)[0] == ("inquiries", 500)
    assert told["value"] == 1_350_000


@pytest.mark.parametrize(("inquiries", "customers"), [(100, 10), (120, 12)])
def test_what_if(yaad, inquiries, customers):
    told = yaad("whatif", "--inquiries", inquiries, *SEED, "--json").json
    assert counts(told)[0] == ("inquiries", inquiries)
    assert counts(told)[-1] == ("close", customers)
    assert set(told["chance"]) == {"0.5", "0.8", "0.9"}


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        ("en", ["Inquiries         500", "Inquiries for each chance – 500: one in two · 560: 8 of 10 · 590: 9 of 10"]),
        ("he", ["פניות             500", "כמה פניות לכל סיכוי – 500: אחד לשניים · 560: 8 מתוך 10 · 590: 9 מתוך 10"]),
    ],
)
def test_in_words(yaad, lang, lines):
    done = yaad("plan", "--target", 50, *SEED, "--lang", lang)
    assert done.code == 0
    printed = [line.rstrip() for line in done.out.splitlines()]
    assert [line for line in lines if line in printed] == lines


def test_a_pipe_gets_no_direction_marks(yaad):
    assert not set("\u2066\u2067\u2068\u2069") & set(yaad("plan", "--target", 50, *SEED, "--lang", "he").out)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (SEED, "--target"),
        (("--target", "5", "--target-value", "9", *SEED), "one of them"),
        (("--target-value", "1350000", *SEED), "--average"),
        (("--target", "50", "--ratio", "quote"), "NAME=VALUE"),
        (("--target", "50", "--ratio", "quote=0.5", "--ratio", "quote=0.4"), "twice"),
        (("--target", "50", "--ratio", "quote=2"), "quote"),
        (("--target", "50", "--ratio", "quote=0.5", "--ratio", "close=0.7"), "close"),
        (("--target", "50", "--deadline", "2026-01-31", *SEED), "--deadline"),
        (("--target", "50", "--deadline", "soon", *SEED), "soon"),
        (("--target", "0", *SEED), "0"),
    ],
)
@pytest.mark.parametrize("lang", ["he", "en"])
def test_what_does_not_fit_ends_with_two_and_an_empty_stdout(yaad, words, said, lang):
    done = yaad("plan", *words, "--json", "--lang", lang)
    assert (done.code, done.out) == (2, "")
    assert lang == "he" or said in done.err
