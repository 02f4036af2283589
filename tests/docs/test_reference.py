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
