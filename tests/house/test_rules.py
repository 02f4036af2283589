"""House rules as code: each rule is a small function with a planted offence that it must find."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "src" / "yaad").rglob("*.py"))
HEBREW = re.compile(r"[\u0590-\u05FF]")
# Dictionaries of other people's words (headers, stages, month names) and the demo company's names are not sentences.
WORD_LISTS = ("text", "intake", "demo")


def _docstrings(tree: ast.Module) -> set[int]:
    """Ids of the constants that are docstrings or bare strings documenting an attribute."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def clocks(tree: ast.Module) -> Iterator[int]:
    """Calls of a clock; `as_of` is passed instead."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}:
            yield node.lineno


def sentences(tree: ast.Module) -> Iterator[int]:
    """Strings that read like a sentence to a person: four words and a full stop or question mark at the end."""
    docstrings = _docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            words = re.findall(r"[A-Za-z]{2,}", node.value)
            is_pattern = "\\d" in node.value or "(?" in node.value
            if len(words) >= 4 and not is_pattern and re.search(r"[a-z)]\s*[.?!]\s*$", node.value):
                yield node.lineno


def hebrew(tree: ast.Module) -> Iterator[int]:
    """Hebrew words outside the catalogues."""
    docstrings = _docstrings(tree)
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        if is_text and HEBREW.search(node.value):
            yield node.lineno


def sql_by_format(tree: ast.Module) -> Iterator[int]:
    """SQL put together with an f-string."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(part.value for part in node.values if isinstance(part, ast.Constant))
            if re.search(r"\b(SELECT\s.*\bFROM|INSERT INTO|DELETE FROM|UPDATE \w+ SET|CREATE (TABLE|VIEW))\b", text):
                yield node.lineno


def monday_weeks(tree: ast.Module) -> Iterator[int]:
    """`truncate("W")` starts weeks on Monday; the company's calendar says when a week starts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"truncate", "date_trunc"}:
            units = {str(arg.value).lower() for arg in node.args if isinstance(arg, ast.Constant)}
            if units & {"w", "week"}:
                yield node.lineno


# The journal and the pages stamp what people do with the time of the act; the clock is read in the faces alone.
CLOCK_ROOMS = ("faces", "server")

RULES = [
    (clocks, "x = datetime.now()", CLOCK_ROOMS),
    (sentences, 'x = "The file is not there any more."', ()),
    (hebrew, 'x = "עסקה"', WORD_LISTS),
    (sql_by_format, 'x = f"SELECT a FROM {t}"', ()),
    (monday_weeks, 'x = day.truncate("W")', ()),
]


@pytest.mark.parametrize(("rule", "offence", "_rooms"), RULES, ids=lambda value: getattr(value, "__name__", ""))
def test_each_rule_finds_its_planted_offence(rule, offence, _rooms):
    assert list(rule(ast.parse(offence))) == [1]


@pytest.mark.parametrize(("rule", "_offence", "rooms"), RULES, ids=lambda value: getattr(value, "__name__", ""))
def test_no_source_offends(rule, _offence, rooms):
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in SOURCES
        if path.relative_to(ROOT / "src" / "yaad").parts[0] not in rooms
        for line in rule(ast.parse(path.read_text("utf-8")))
    ]
    assert found == []


def _physical(css: str) -> list[str]:
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.findall(
        r"(?<![\w-])(?:(?:margin|padding|border)-)?(?:left|right)\s*:|text-align\s*:\s*(?:left|right)", bare
    )


def test_css_is_logical():
    assert _physical("a { margin-left: 1px }")
    assert _physical("a { left: 0 }")
    assert not _physical("a { margin-inline-start: 1px; text-align: start }")
    for path in (ROOT / "src").rglob("*.css"):
        if "vendor" not in path.parts:
            assert _physical(path.read_text("utf-8")) == [], path


def test_no_address_of_a_registry_and_no_path_of_a_machine():
    names = ["py" + "pi.org", "files.python" + "hosted", "registry." + "npmjs", "deb." + "debian.org"]
    paths = ["/" + "work/", "/" + "farm/", "/" + "opt/"]
    pattern = re.compile("|".join(map(re.escape, names + paths)))
    skipped = {".git", ".venv", "node_modules", ".demo", ".ruff_cache", ".mypy_cache", ".pytest_cache", ".hypothesis"}
    for path in ROOT.rglob("*"):
        if path.is_file() and not skipped & set(path.relative_to(ROOT).parts) and path.suffix not in {".pyc", ".mo"}:
            text = path.read_text("utf-8", errors="ignore")
            assert not pattern.search(text), path.relative_to(ROOT)


def test_each_ignore_has_its_reason():
    for path in SOURCES:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if re.search(r"#\s*(noqa|type: ignore|pyright: ignore)", line):
                reason = re.sub(r"#\s*(noqa[\w:, ]*|type: ignore(\[[\w\-, ]*\])?|pyright: ignore(\[\w*\])?)", "", line)
                place = f"{path.relative_to(ROOT)}:{number}"
                assert re.search(r"(#|[-–—])\s*\W?\w+[^#]*\w+ \w+", reason), f"{place}: {line.strip()}"
