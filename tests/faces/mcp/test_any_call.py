"""Whatever an agent sends to a tool, it gets data or an error in words: never a fault, and nothing of others."""

import json
import os
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.people import SEEN, SELLERS, marker

from yaad.faces.mcp import serving
from yaad.faces.mcp.tools import TOOLS
from yaad.server.scoping import on_behalf_of, scope

EXAMPLES = int(os.environ.get("YAAD_AGENT_EXAMPLES", "120"))
EVERYBODY = [person for people in SELLERS.values() for person in people]
WORDS = (
    "", " ", "won", "win_rate", "source", "owner", "month", "Cyd", "here-Cyd-0", "there-Ann-0", "2026-10", "2026-13",
    "all", "a\0b", "\ud800", "\u202e", "'; DROP TABLE deals; --", "../../secret.key", "{{7*7}}", "9" * 400, "yesterday",
)  # fmt: skip
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3),
    max_leaves=4,
)


@st.composite
def calls(draw):
    """A tool, and arguments that it takes with values of any kind, or others."""
    tool = draw(st.sampled_from(sorted(TOOLS)))
    names = st.sampled_from([*TOOLS[tool].takes, "sql"])
    told = draw(st.dictionaries(names, st.sampled_from(WORDS) | VALUES, max_size=4) | st.none())
    return SimpleNamespace(name=tool, arguments=told)


@pytest.fixture
def loud(monkeypatch):
    """A fault is raised and not told by its number."""

    def fault(*_said, **_more):
        raise AssertionError("a tool broke")

    monkeypatch.setattr(serving, "_log", SimpleNamespace(exception=fault))


def asked(team, name, call):
    from yaad.server.state import opened

    with on_behalf_of(scope(team.here.accounts[name].pk, team.here.id)):
        return serving._call(lambda: opened().shelf, call, "en", None)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(name=st.sampled_from(["owner", "rep", "viewer"]), call=calls())
def test_any_call_is_answered_in_words_and_tells_nothing_of_others(team, loud, name, call):
    told = asked(team, name, call).structured_content
    assert told["kind"] in ("data", "error")
    assert told.get("error") or "data" in told
    said = json.dumps({key: value for key, value in told.items() if key != "error"}, ensure_ascii=False)
    assert "markthere" not in said
    assert {person for person in EVERYBODY if marker("here", person) in said} <= SEEN[name]


def test_a_fault_of_a_tool_would_be_found(team, loud, monkeypatch):
    monkeypatch.setattr(serving, "answer", lambda *_: 1 / 0)
    with pytest.raises(AssertionError, match="a tool broke"):
        asked(team, "rep", SimpleNamespace(name="funnel", arguments={}))
