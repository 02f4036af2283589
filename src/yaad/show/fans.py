"""The fan of a forecast: past months as a line, months ahead as ranges that open; drawn, with a table behind it.

Time runs from left to right in both languages. Colours and sizes of letters are rules of ``parts.css``.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from yaad.model import Period
from yaad.plan.forecasting import MONEY, WON, Forecast, Outcome
from yaad.show.forecasts import amount_said, is_month, lead_said
from yaad.show.markup import tag
from yaad.show.speech import in_chart, say_html, say_plain
from yaad.text import Message

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 16.0, 80.0, 26.0, 24.0
"""Room around the drawing; at the right for the last month's figure."""
EVERY = 3
"""Every so many past months one is named on the axis; those ahead all are."""
LEAST = 1e-9


@dataclass(frozen=True)
class _Paper:
    """Where a month and a value stand on the drawing."""

    months: int
    most: float

    def at(self, month: int, value: float) -> tuple[float, float]:
        wide = (WIDTH - LEFT - RIGHT) / max(self.months - 1, 1)
        return LEFT + wide * month, TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / self.most)

    def line(self, css: str, value: float) -> str:
        y = self.at(0, value)[1]
        return tag("line", class_=css, x1=LEFT, y1=y, x2=WIDTH - RIGHT + LEFT, y2=y)

    def points(self, places: Sequence[tuple[int, float]]) -> str:
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in (self.at(month, value) for month, value in places))


def fan_html(made: Forecast, lang: str, target: float | None = None) -> str:
    """The fan of the money, of the deals where no money is told, as a figure with its sentence and its key.

    Args:
        made: the forecast.
        lang: of the words.
        target: of the first month ahead, in what is drawn.
    """
    quantity = MONEY if made.money else WON
    ahead = [outcome for outcome in made.of(quantity) if is_month(outcome.period)]
    past = [(month.period, month.won if quantity == WON else month.money) for month in made.past]
    most = max([value for _, value in past] + [outcome.high for outcome in ahead] + [target or 0.0, LEAST])
    paper, first = _Paper(len(past) + len(ahead), most), len(past)
    begun = [(first - 1, past[-1][1])] if past else []
    shapes = paper.line("base", 0)
    for css, inner in (("f8", (0.1, 0.9)), ("f5", (0.25, 0.75))):
        ends = [np.quantile(np.array(outcome.curve), inner) for outcome in ahead]
        over = [(first + at, float(high)) for at, (_, high) in enumerate(ends)]
        under = [(first + at, float(low)) for at, (low, _) in enumerate(ends)]
        shapes += tag("polygon", class_=css, points=paper.points([*begun, *over, *reversed(under)]))
    if target is not None:
        shapes += paper.line("tg", target)
    shapes += tag("polyline", class_="was", points=paper.points([(at, value) for at, (_, value) in enumerate(past)]))
    middle = [(first + at, outcome.mean) for at, outcome in enumerate(ahead)]
    shapes += tag("polyline", class_="will", points=paper.points([*begun, *middle]))
    shapes += "".join(_dot(paper, first + at, outcome) for at, outcome in enumerate(ahead))
    said = amount_said(ahead[-1].mean, quantity, made.unit, lang)
    x, y = paper.at(*middle[-1])
    shapes += tag("text", html.escape(in_chart(said, lang)), class_="lb", x=x + 9, y=y + 4)
    shapes += _axis(paper, [period for period, _ in past], [outcome.period for outcome in ahead])
    drawing = tag("svg", shapes, viewBox=f"0 0 {WIDTH} {HEIGHT}", aria_hidden="true", focusable="false")
    sentence = say_plain(lead_said(made, lang), lang)
    figure = tag("figure", drawing, class_="fan", role="img", aria_label=sentence)
    return figure + _key(lang, with_target=target is not None)


def _dot(paper: _Paper, month: int, outcome: Outcome) -> str:
    x, y = paper.at(month, outcome.mean)
    return tag("circle", class_="pt", cx=x, cy=y, r=4)


def _axis(paper: _Paper, past: Sequence[Period], ahead: Sequence[Period]) -> str:
    named = [(at, period, "") for at, period in enumerate(past) if (len(past) - at) % EVERY == 0]
    last = len(ahead) - 1
    named += [(len(past) + at, period, "" if at == last else "mid") for at, period in enumerate(ahead)]
    return "".join(
        tag("text", _short(period), class_=css or None, x=paper.at(at, 0)[0], y=HEIGHT - 6, text_anchor="middle")
        for at, period, css in named
    )


def _short(period: Period) -> str:
    """A month in figures, alike in both languages."""
    return f"{period.start.month}/{period.start.year % 100:02}"


def _key(lang: str, *, with_target: bool) -> str:
    shapes = [
        ("was", tag("rect", class_="was", y=4, width=12, height=2)),
        ("half", tag("rect", class_="f5", width=12, height=10)),
        ("eight", tag("rect", class_="f8", width=12, height=10)),
    ]
    if with_target:
        shapes.append(("target", tag("rect", class_="tg", y=4, width=12, height=2)))
    items = ""
    for word, shape in shapes:
        icon = tag("svg", shape, width=12, height=10, aria_hidden="true", focusable="false")
        items += tag("span", icon + say_html(Message(f"forecast.key_{word}"), lang))
    return tag("p", items, class_="key fan-key")
