"""Write ``docs/reference/measures.md`` from the catalogue, so that what is documented is what is measured."""

import sys
from pathlib import Path

from yaad.measures import REGISTRY, Censoring, Family, Measure
from yaad.show import say_plain
from yaad.text import Message

DOCUMENT = Path(__file__).parent.parent / "docs" / "reference" / "measures.md"
OPEN_DEALS = {
    Censoring.NONE: "it does not depend on how they end",
    Censoring.CLOSED_ONLY: "left out by definition",
    Censoring.OPEN_APART: "counted, and told apart",
    Censoring.OPEN_COUNTED: "counted until today",
}
GOOD = {"up": "more is better", "down": "less is better", "neither": "neither direction is good"}
HEAD = """# Measures

Made by `scripts/write_reference.py` from the catalogue ({count} measures); a test holds it to be current. `yaad measures` lists
the same, `yaad explain ID` adds the query and the rows, and a company defines [measures of its own](../how-to/kpis.md).
"Least number": with fewer behind it the figure is a hint only – or, where that would mislead, not told.
"""


def said(what: object, lang: str = "en") -> str:
    return say_plain(what, lang).strip()  # type: ignore[arg-type] # a Message or a text


def measure(each: Measure) -> str:
    unit = said(Message(f"show.unit_{each.unit}"))
    least = "none" if not each.minimum else f"{each.minimum}{', else not told' if each.misleads else ''}"
    lines = [
        f"### {said(each.name)} · {said(each.name, 'he')}",
        f"`{each.id}` – {said(each.words)}",
        "",
        f"- **Rule:** {said(each.rule)}",
        f"- **Unit:** {unit} · **Periods by:** `{each.date_column}` · **Least number:** {least} · {GOOD[each.good.value]}",
        f"- **Open deals:** {OPEN_DEALS[each.censoring]}",
        f"- **Source:** {each.source}",
    ]
    if each.rival is not None:
        lines.append(f"- **Others:** {said(each.rival)}")
    return "\n".join(lines)


def document() -> str:
    parts = [HEAD.format(count=len(REGISTRY)).rstrip()]
    for family in Family:
        parts.append(f"## {said(Message(f'kpis.family_{family}'))}")
        parts += [measure(each) for each in REGISTRY.values() if each.family is family]
    return "\n\n".join(parts) + "\n"


def main() -> int:
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(document(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
