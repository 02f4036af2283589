"""Spark lines: the last periods of a figure as one small drawing. Time runs from left to right in both languages.

Classes: ``svg.spark`` holds ``ln`` (the line, broken where nothing can be told), ``pt`` (the last whole period) and
``now`` (the running one, hollow, since it is not over).
"""

from collections.abc import Sequence

from yaad.measures.scorecards import Point
from yaad.show.markup import tag

WIDTH, HEIGHT, EDGE = 120, 28, 4


def spark_html(points: Sequence[Point], said: str) -> str:
    """The drawing; nothing where there are fewer than two values.

    Args:
        points: oldest first.
        said: what it shows, in words, for those who do not see it.
    """
    values = [float(point.value) for point in points if point.value is not None]
    if len(values) < 2:
        return ""
    low, high = min(0.0, *values), max(values)
    step = (WIDTH - 2 * EDGE) / max(len(points) - 1, 1)

    def place(number: int, value: float) -> tuple[float, float]:
        share = (value - low) / (high - low) if high > low else 0.5
        return EDGE + number * step, HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE)

    runs: list[list[tuple[float, float]]] = [[]]
    for number, point in enumerate(points):
        if point.value is None:
            runs.append([])
        else:
            runs[-1].append(place(number, float(point.value)))
    shapes = "".join(_line(run) for run in runs if run)
    for number, point in enumerate(points[-2:], len(points) - min(len(points), 2)):
        if point.value is not None and (point.is_running or number == len(points) - 1 or points[-1].is_running):
            x, y = place(number, float(point.value))
            shapes += tag("circle", class_="now" if point.is_running else "pt", cx=f"{x:.1f}", cy=f"{y:.1f}", r="3")
    return tag(
        "svg",
        tag("title", said) + shapes,
        class_="spark",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        width=str(WIDTH),
        height=str(HEIGHT),
        role="img",
        focusable="false",
    )


def _line(run: Sequence[tuple[float, float]]) -> str:
    if len(run) == 1:
        return tag("circle", class_="dot", cx=f"{run[0][0]:.1f}", cy=f"{run[0][1]:.1f}", r="1.5")
    return tag("polyline", class_="ln", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in run))
