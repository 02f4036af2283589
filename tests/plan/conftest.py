"""The same books as the measures' tests are made of."""

import importlib.util
import sys
from pathlib import Path

_PATH = Path(__file__).parent.parent / "measures" / "conftest.py"
_SPEC = importlib.util.spec_from_file_location("books_for_plans", _PATH)
_BOOKS = importlib.util.module_from_spec(_SPEC)
sys.modules["books_for_plans"] = _BOOKS
_SPEC.loader.exec_module(_BOOKS)

written = _BOOKS.written
maven = _BOOKS.maven
