"""Books of the public sets, imported once by the command line as a user would."""

import contextlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from yaad.faces.cli import main

MAPS = Path(__file__).parent / "maps"


@dataclass(frozen=True)
class Done:
    """What a run left behind."""

    code: int
    out: str
    err: str


def run(*words: str) -> Done:
    """Run words of the command line in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([*words, "--lang", "en"])
    return Done(code, out.getvalue(), err.getvalue())


class Yaad:
    """The command line on one book."""

    def __init__(self, book: Path) -> None:
        self.book = book
        self.report: dict = {}

    def __call__(self, verb: str, *words: str) -> dict:
        """Run a verb with --json and give its object; the verb must succeed."""
        done = run(verb, *words, "--book", str(self.book), "--json")
        assert done.code == 0, done.err
        return json.loads(done.out)

    def figure(self, measure: str, *words: str) -> dict:
        """The one figure of a measure."""
        figures = self("measure", measure, *words)["measures"]
        assert len(figures) == 1
        return figures[0]


@pytest.fixture(scope="session")
def imported(shared, tmp_path_factory) -> Callable[..., Yaad]:
    """``imported(map, *files, as_of=…)``: a book of these files of the public sets."""

    def make(map_name: str, *files: str, as_of: str | None = None, book: str = "book") -> Yaad:
        yaad = Yaad(tmp_path_factory.mktemp(map_name) / book)
        words = [str(shared / file) for file in files] + ["--map", str(MAPS / f"{map_name}.yaml"), "--yes"]
        yaad.report = yaad("import", *words, *(["--as-of", as_of] if as_of else []))
        return yaad

    return make


@pytest.fixture(scope="session")
def maven(imported) -> Yaad:
    return imported("maven", "maven_crm/sales_pipeline.csv", as_of="2017-12-31")


@pytest.fixture(scope="session")
def bpi(imported) -> Yaad:
    return imported("bpi", "bpi2012_loans/bpic2012.xes.gz")


@pytest.fixture(scope="session")
def bpi_parquet(imported) -> Yaad:
    return imported("bpi_parquet", "bpi2012_loans/bpic2012_status_events.parquet")


@pytest.fixture(scope="session")
def olist(imported) -> Yaad:
    folder = "olist_funnel/olist_"
    return imported("olist", f"{folder}marketing_qualified_leads_dataset.csv", f"{folder}closed_deals_dataset.csv")
