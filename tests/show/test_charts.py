"""Charts: valid specifications, wrapped Hebrew, the tokens of the look."""

import json
import re
from importlib.resources import files

import pytest

from yaad.show import DwellTimes, Funnels
from yaad.show.charts import CurvePoint, survival_chart
from yaad.show.theme import DARK, LIGHT

HEBREW = re.compile(r"[\u0590-\u05FF]")
CURVE = [CurvePoint(0, 1.0, 1.0, 1.0), CurvePoint(10, 0.6, 0.5, 0.7), CurvePoint(40, 0.2, 0.1, 0.35)]


def words(value):
    """All texts of a specification."""
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in words(item)]
    if isinstance(value, list):
        return [text for item in value for text in words(item)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("dark", [False, True])
def test_hebrew_words_are_wrapped_whole(hebrew_funnel, dwells, dark):
    for made in (Funnels([hebrew_funnel]), DwellTimes([dwells])):
        spec = made.chart("he", dark=dark).to_dict()
        hebrew = [text for text in words(spec) if HEBREW.search(text)]
        assert hebrew
        assert all(text.startswith("\u2067") and text.endswith("\u2069") for text in hebrew)


def test_categories_follow_the_page_and_time_does_not(hebrew_funnel, dwells):
    funnel = json.dumps(Funnels([hebrew_funnel]).chart("he").to_dict())
    assert '"reverse": true' in funnel
    assert '"orient": "right"' in funnel
    assert '"reverse": true' not in json.dumps(DwellTimes([dwells]).chart("he").to_dict())
    assert '"reverse": true' not in json.dumps(survival_chart({"x": CURVE}, "he").to_dict())


def test_stages_without_a_time_are_left_out(dwells):
    data = DwellTimes([dwells]).chart("en").to_dict()["data"]["values"]
    assert [row["stage"] for row in data] == ["Engaging", "Until closing"]


def test_groups_are_panels(funnel, dwells):
    from dataclasses import replace

    for cls, one in ((Funnels, funnel), (DwellTimes, dwells)):
        spec = cls([replace(one, by={"rep": rep}) for rep in ("Dana", None)]).chart("en").to_dict()
        assert "facet" in spec
        assert {row["group"] for row in spec["data"]["values"]} == {"Dana", "not stated"}


def test_a_curve_has_steps_and_a_band():
    spec = survival_chart({"Quote": CURVE, "Meeting": CURVE}, "en").to_dict()
    marks = [layer["mark"] for layer in spec["layer"]]
    assert [(mark["type"], mark["interpolate"]) for mark in marks] == [("area", "step-after"), ("line", "step-after")]


def test_drawings_and_notebooks_have_the_same_tokens():
    """Two places must hold the colours, since a drawing has no stylesheet; they may not drift apart."""
    light, dark = (files("yaad.show") / "notebook.css").read_text("utf-8").split("@media")
    for css, theme in ((light, LIGHT), (dark, DARK)):
        tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", css))
        for name in ("surface", "sunken", "line", "line-strong", "ink", "ink-2", "brand-line", "d1", "d2"):
            assert getattr(theme, name.replace("-", "_")) == tokens[name], name
