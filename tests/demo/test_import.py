"""The demo companies come in by their own mappings without a question, and their figures come to their truth."""

from contextlib import closing

import numpy as np
import openpyxl
import pytest

from yaad.book import Book
from yaad.demo import draw_company, write_company, write_stranger
from yaad.demo.stranger import HEADS
from yaad.intake import Kind, Mapping, load, understand


@pytest.fixture(scope="module", params=["he", "en"])
def lang(request):
    return request.param


@pytest.fixture(scope="module")
def exports(lang, tmp_path_factory):
    return write_company(tmp_path_factory.mktemp(f"files-{lang}"), lang)


@pytest.fixture(scope="module")
def company(lang):
    return draw_company(lang)


@pytest.fixture(scope="module")
def book(exports, tmp_path_factory):
    with closing(Book.create(tmp_path_factory.mktemp("demo") / "book")) as opened:
        for export in exports[:2]:
            opened.import_files([export.path], mapping=export.mapping, kind=export.kind)
        yield opened


def test_nothing_is_asked_and_no_row_is_refused(exports):
    for export in exports:
        mapping = Mapping.from_yaml(export.mapping.read_text("utf-8"), name=export.mapping.name)
        understood = understand([export.path], mapping=mapping, kind=Kind(export.kind))
        assert understood.questions == (), export.kind
        (report,) = load([export.path], understood.mapping).files
        written = len(export.path.read_text("utf-8-sig").splitlines()) - 1
        assert (report.rows_in, report.loaded) == (written, written), export.kind


def test_the_book_stands_where_the_company_stands(book, company):
    assert book.as_of == company.history.as_of
    assert book.pipeline == company.history.pipeline
    figures = book.measure("inquiries", "won", "lost", "open", "won_value").content
    now = company.history.stage_now()
    steps = len(company.history.world.steps)
    counted = [len(now), (now == steps).sum(), (now == steps + 1).sum(), (now < steps).sum()]
    assert [figure.value for figure in figures[:4]] == counted
    won = company.history.paths.amount[: len(now)][now == steps].sum()
    assert figures[4].value == pytest.approx(won)
    assert figures[4].unit == company.pack.currency


def test_the_funnel_is_the_count_of_the_paths(book, company):
    paths, cut = company.history.paths, company.history.cut()
    (found,) = book.funnel().content
    reached = (paths.entered < cut).sum(axis=0)
    assert [row.entered for row in found.stages] == reached[:-1].tolist()
    assert found.won == reached[-1]


def test_estimates_come_to_the_truth(book, company):
    truth = company.history.truth
    (found,) = book.funnel().content
    expected = np.prod([row.rate_expected for row in found.stages])
    assert expected == pytest.approx(truth.rates.won, abs=0.02)  # 2.5 standard errors of 2,200 inquiries
    for row, rate in zip(found.stages, truth.rates.steps, strict=True):
        assert row.low < rate < row.high
    (times,) = book.dwell().content
    for row in times.stages:
        assert row.median_days == pytest.approx(truth.stays[row.stage].median, rel=0.08)


def test_planted_sources_and_people_are_found(book, company):
    sources = {figure.by["source"]: figure.value for figure in book.measure("win_rate", by="source").content}
    assert max(sources, key=sources.get) == company.pack.sources[3].name
    quote = {group.by["rep"]: group.stages[2].rate for group in book.funnel(by="rep").content}
    assert min(quote, key=quote.get) == company.pack.reps[3].name


def test_the_strangers_spreadsheet_is_read_and_asks_about_its_vague_statuses(tmp_path):
    path = write_stranger(tmp_path / "export.xlsx")
    (question,) = understand([path]).questions
    assert next(iter(question.options)) == "4"  # the names of the columns stand below a title
    understood = understand([path], answers={question.id: "4"})
    (file,) = understood.files
    assert [column.header for column in file.columns] == list(HEADS)
    asked = " ".join(question.id for question in understood.questions)
    assert "נסגר" in asked
    assert "לא רלוונטי" in asked
    assert openpyxl.load_workbook(path).worksheets[0].max_row > 400
