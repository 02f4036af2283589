"""The reference of measures is the catalogue: written by its script, and current."""

import importlib.util
import re
from pathlib import Path

from yaad.measures import REGISTRY

ROOT = Path(__file__).parents[2]


def script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_is_current():
    made = script("write_reference")
    assert made.DOCUMENT.read_text("utf-8") == made.document(), "run scripts/write_reference.py"


def test_every_measure_is_told_once_in_both_languages():
    text = (ROOT / "docs" / "reference" / "measures.md").read_text("utf-8")
    assert sorted(re.findall(r"^`(\w+)` – ", text, re.MULTILINE)) == sorted(REGISTRY)
    heads = re.findall(r"^### (.+) · (.+)$", text, re.MULTILINE)
    assert len(heads) == len(REGISTRY)
    assert all(re.search(r"[א-ת]", hebrew) for _, hebrew in heads)
    assert text.count("- **Others:**") == sum(each.has_rival for each in REGISTRY.values())


def links(path):
    return set(re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text("utf-8")))


def test_both_first_pages_lead_to_the_same():
    english, hebrew = links(ROOT / "README.md"), links(ROOT / "README.he.md")
    assert english - {"README.he.md"} == hebrew - {"README.md"}
    assert {f"docs/how-to/{path.name}" for path in (ROOT / "docs" / "how-to").glob("*.md")} <= english


def test_agents_are_told_of_each_tool_and_what_it_is_asked_with():
    from yaad.faces.mcp.tools import TOOLS
    from yaad.server.roles import Capability

    text = (ROOT / "docs" / "how-to" / "agents.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]*)\|$", text, re.MULTILINE)
    assert {name: set(re.findall(r"`(\w+)`", asked)) for name, asked in rows} == {
        name: set(tool.takes) for name, tool in TOOLS.items()
    }
    of_many = [name for name, tool in TOOLS.items() if tool.needs is Capability.TOTALS]
    assert [name for name, _asked in rows][: len(of_many)] == of_many
