"""The tokens of the look that drawings need: charts have no stylesheet to take them from."""

from dataclasses import dataclass
from typing import Any

FONT = "Heebo, system-ui, sans-serif"


@dataclass(frozen=True)
class Theme:
    """Colours of one appearance, as hexadecimal codes; names are those of the page's tokens."""

    surface: str
    sunken: str
    line: str
    line_strong: str
    ink: str
    ink_2: str
    brand_soft: str
    brand_line: str
    warn: str
    warn_soft: str
    bad: str
    d1: str
    d2: str
    series: tuple[str, ...]


LIGHT = Theme(
    surface="#ffffff",
    sunken="#f1efe9",
    line="#e5e2da",
    line_strong="#cdc8bc",
    ink="#171b1e",
    ink_2="#4a5257",
    brand_soft="#e0f0ec",
    warn="#8f4c00",
    warn_soft="#fdf0d9",
    bad="#b3261e",
    brand_line="#b4d9d0",
    d1="#0b6b5f",
    d2="#d98a1f",
    series=("#0b6b5f", "#d98a1f", "#4f6bd0", "#b2466e", "#6f7f3a"),
)
DARK = Theme(
    surface="#171f1e",
    sunken="#1e2827",
    line="#2a3533",
    line_strong="#42504d",
    ink="#eef3f1",
    ink_2="#b9c5c1",
    brand_soft="#14322d",
    warn="#f0b45c",
    warn_soft="#35270f",
    bad="#ff8f84",
    brand_line="#245148",
    d1="#4fc3ae",
    d2="#f0b45c",
    series=("#4fc3ae", "#f0b45c", "#8ea4f5", "#e58aae", "#b4c46f"),
)


def theme(*, dark: bool) -> Theme:
    """The tokens of the light or the dark appearance."""
    return DARK if dark else LIGHT


def config(tokens: Theme, *, rtl: bool) -> dict[str, Any]:  # a Vega-Lite configuration nests values of any kind
    """The Vega-Lite configuration: calm axes, words at the reading side, no frame."""
    side = "right" if rtl else "left"
    text = {"labelColor": tokens.ink_2, "titleColor": tokens.ink_2, "labelFontSize": 12, "titleFontSize": 12}
    return {
        "background": tokens.surface,
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            **text,
            "titleFontWeight": 500,
            "domainColor": tokens.line_strong,
            "gridColor": tokens.line,
            "tickColor": tokens.line_strong,
        },
        "legend": {**text, "orient": "bottom", "title": None},
        "title": {"anchor": "end" if rtl else "start", "color": tokens.ink, "fontSize": 16, "fontWeight": 600},
        "axisY": {"orient": side},
    }
