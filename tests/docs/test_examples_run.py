"""Every example in a docstring and in the documents runs and prints what it says."""

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import yaad

ROOT = Path(__file__).parents[2]
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
NEED_DJANGO = ("yaad.faces.web", "yaad.faces.api", "yaad.faces.urls", "yaad.server", "yaad.__main__")
"""Django wants its settings first."""
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(yaad.__path__, "yaad.", onerror=lambda _name: None)  # tables, without settings
    if not module.name.startswith(NEED_DJANGO)
)


@pytest.mark.parametrize("name", ["yaad", *MODULES])
def test_docstrings(name):
    assert doctest.testmod(importlib.import_module(name), optionflags=FLAGS).failed == 0


@pytest.mark.parametrize("path", [*sorted(ROOT.glob("docs/**/*.md")), ROOT / "README.md"], ids=lambda path: path.stem)
def test_documents(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert doctest.testfile(str(path), module_relative=False, optionflags=FLAGS, encoding="utf-8").failed == 0


@pytest.mark.parametrize(
    "path", [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))], ids=lambda path: path.stem
)
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text("utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


MAPS = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "how-to" / "map-a-file.md").read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("text", MAPS, ids=range(len(MAPS)))
def test_each_mapping_of_the_documents_is_one(text):
    from yaad.intake import Mapping

    mapping = Mapping.from_yaml(text, name="document")
    assert Mapping.from_yaml(mapping.to_yaml(), name="again") == mapping
