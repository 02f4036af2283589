"""The messy sheets, each written once and given to the tests with its truth."""

import importlib.util
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def _load(name):
    spec = importlib.util.spec_from_file_location(f"messy_{name}", HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def people():
    return _load("people")


@pytest.fixture(scope="session")
def sheets():
    return _load("sheets")


@pytest.fixture(scope="session")
def made(people, sheets, tmp_path_factory):
    """``made("colours")``: the sheet of that name and what it truly says."""
    folder, written = tmp_path_factory.mktemp("messy"), {}

    def make(name):
        if name not in written:
            written[name] = getattr(sheets, name)(folder, people)
        return written[name]

    return make
