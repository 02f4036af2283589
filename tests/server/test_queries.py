"""Generated questions by anybody who is in a company: no answer, and no error, tells a row that is not theirs."""

import json
import os
import re
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.people import PARTS, SEEN, SELLERS, marker

from yaad.errors import YaadError
from yaad.measures import REGISTRY

EVERYBODY = sorted(person for people in SELLERS.values() for person in people)
MANY = int(os.environ.get("YAAD_QUERIES", "10000" if settings.get_current_profile_name() == "searching" else "300"))
CHEAP = sorted(set(REGISTRY) & {"inquiries", "won", "lost", "open", "win_rate", "won_value", "open_value", "stuck",
                                "deal_value_mean", "sales_cycle_mean", "lost_value"})  # fmt: skip
BY = st.sampled_from((None, "rep", "owner", "source", "name", "phone", "deal_id", "account", "month", "week", "stage",
                      "title", "who", "weekday", "no such column"))  # fmt: skip
PERIOD = st.sampled_from((None, "2026-10", "2026-Q4", "2026", "2025", "2026-09", "no period"))
GROUPS = st.sampled_from((
    None, *({"owner": one} for one in (*EVERYBODY, "Nobody")), {"source": "web"}, {"name": "markthereann 0"},
    {"name": "markherecyd 0"}, {"deal_id": "there-Ann-0"}, {"phone": "0531234560"},
))  # fmt: skip
DEALS = st.sampled_from(("here-Ann-0", "here-Ben-1", "here-Cyd-2", "there-Ann-0", "here-", "%", "' OR 1=1 --"))
QUESTIONS = st.one_of(
    st.tuples(st.just("measure"), st.sampled_from(CHEAP), BY, PERIOD),
    st.tuples(st.just("funnel"), BY, PERIOD),
    st.tuples(st.just("dwell"), st.just("first"), BY, PERIOD),
    st.tuples(st.just("conversion"), st.none(), st.none(), BY, PERIOD),
    st.tuples(st.just("explain"), st.sampled_from(CHEAP), BY, PERIOD),
    st.tuples(st.just("behind"), st.sampled_from(CHEAP), GROUPS, PERIOD),
    st.tuples(st.just("deals_to_call")),
    st.tuples(st.just("customer"), st.sampled_from(("markherecyd 0", "markthereann 0", "x"))),
    st.tuples(st.just("deal"), DEALS),
    st.tuples(st.just("names"), st.sampled_from(("owner", "branch", "product"))),
)
NAMED = {"dwell": ("basis", "by", "period"), "conversion": ("start", "end", "by", "period")}


def said(book, question):
    """All that the answer tells, or the error."""
    name, *about = question
    try:
        if name == "deal":
            return repr(book.facts.deal(*about))
        if name == "names":
            return repr(book.goals.names(*about))
        if name == "measure":
            found = book.measure(about[0], by=about[1], period=about[2])
        elif name in NAMED:
            found = getattr(book, name)(**dict(zip(NAMED[name], about, strict=True)))
        else:
            found = getattr(book, name)(*about)
    except YaadError as error:
        return error.say("en") + repr(getattr(error, "known", ""))
    return json.dumps(found.to_dict("en")) + found.table("he").to_text() + repr(found.content)


@pytest.fixture(scope="module")
def books(team):
    """The book as each of them sees it."""
    from yaad.book import Book
    from yaad.server.scoping import scope

    found = {
        name: Book.open(team.here.root, viewer=scope(team.here.accounts[name].pk, team.here.id).viewer)
        for name in PARTS
    }
    yield found
    for book in found.values():
        book.close()


def told_of_others(name, text, question):
    asked = {str(value) for one in question[1:] for value in (one.values() if isinstance(one, dict) else [one])}
    for one in asked:  # what was asked for may be said again
        text = text.replace(one, "") if len(one) > 2 else text
    hidden = [person for person in EVERYBODY if person not in SEEN[name]]
    found = [person for person in hidden if marker("here", person) in text or re.search(rf"\b{person}\b", text)]
    return found + (["there"] if re.search(r"markthere|\bthere-", text) else [])


@settings(max_examples=MANY, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(PARTS)), QUESTIONS)
def test_no_answer_tells_a_row_of_others(books, name, question):
    assert told_of_others(name, said(books[name], question), question) == []


def test_a_book_of_everybody_in_their_place_would_be_found(books, team):
    from yaad.book import Book

    with closing(Book.open(team.here.root)) as everything:
        for question in (
            ("funnel", "rep", None),
            ("explain", "won", None, None),
            ("names", "owner"),
            ("deals_to_call",),
        ):
            assert told_of_others("rep", said(everything, question), question)
