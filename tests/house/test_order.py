"""The order of the tests: its list of long files is of files that are there, and they come first."""

from types import SimpleNamespace

from tests.conftest import LONG, SHORT, pytest_collection_modifyitems
from tests.house.test_rules import ROOT


def test_the_long_files_are_there():
    assert [name for name in LONG if not (ROOT / "tests" / name).is_file()] == []


def test_long_ones_begin_and_short_ones_end():
    given = (f"{SHORT[0]}/test_rules.py", "book/test_book.py", LONG[1], LONG[0], "facts/test_facts.py")
    items = [SimpleNamespace(path=ROOT / "tests" / name) for name in given]
    items.append(SimpleNamespace(path=ROOT / "README.md"))
    pytest_collection_modifyitems(items)
    assert [str(item.path.relative_to(ROOT)).removeprefix("tests/") for item in items] == [
        LONG[0], LONG[1], "book/test_book.py", "facts/test_facts.py", "README.md", given[0],
    ]  # fmt: skip
