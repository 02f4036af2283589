"""What was answered once is not asked again; a file that lost a column is asked about before anything is written."""

import pytest

import yaad
from yaad.book.imports import ImportRecord
from yaad.errors import OpenQuestion

HEAD = "מספר;סטטוס;תאריך פנייה;תאריך סגירה;סכום\n"
ROWS = "1;זכייה;01/02/2026;03/04/2026;100\n2;בתהליך;05/06/2026;;200\n3;אבוד;07/08/2026;09/09/2026;300\n"
MORE = "4;בתהליך;02/03/2026;;50\n"


@pytest.fixture
def drop(tmp_path):
    book = yaad.Book.create(tmp_path / "book")

    def drop(name, text, answers=None):
        (tmp_path / name).write_text(text, "utf-8")
        return book.import_files([tmp_path / name], answers=answers)

    drop.book = book
    return drop


def answered(drop, name, text):
    """Import a file, answering whatever is asked by its first option."""
    said = {}
    for _ in range(9):
        try:
            return drop(name, text, said)
        except OpenQuestion as open_:
            for question in open_.questions:
                said[question.id] = next(iter(question.options))
    raise AssertionError(said)


def test_a_file_like_an_earlier_one_is_read_as_it_was(drop):
    with pytest.raises(OpenQuestion):
        drop("june.csv", HEAD + ROWS)
    answered(drop, "june.csv", HEAD + ROWS)
    report = drop("july.csv", HEAD + ROWS + MORE)
    assert (report.files[0].loaded, report.files[0].skipped_by) == (1, {"unchanged": 3})
    assert [note.values for note in report.notes if note.key == "book.read_as_before"] == [{"name": "june.csv"}]
    assert str(drop.book.facts.deal("4")["created_day"]) == "2026-03-02"


def test_an_understanding_reads_the_record_of_each_import_once(drop, tmp_path, monkeypatch):
    answered(drop, "june.csv", HEAD + ROWS)
    answered(drop, "july.csv", HEAD + MORE)
    read, load = [], ImportRecord.load
    monkeypatch.setattr(ImportRecord, "load", lambda folder, name: read.append(name) or load(folder, name))
    (tmp_path / "august.csv").write_text(HEAD + ROWS + MORE, "utf-8")
    drop.book.understand([tmp_path / "august.csv"])
    once = list(read)
    assert once == [record.name for record in drop.book.imports()]
    assert len(once) == 2


def test_columns_in_another_order_and_a_new_one_change_nothing(drop):
    answered(drop, "june.csv", HEAD + ROWS)
    turned = "\n".join(";".join([*reversed(line.split(";")), "x"]) for line in (HEAD + ROWS).splitlines())
    assert drop("july.csv", turned).files[0].rows_in == 3
    assert drop.book.measure("deals").content[0].value == 3
    assert drop.book.facts.deal("1")["amount"] == 100


def test_a_column_that_is_gone_is_asked_about_and_blanks_nothing(drop):
    answered(drop, "june.csv", HEAD + ROWS)
    without = "\n".join(line.rpartition(";")[0] for line in (HEAD + ROWS).splitlines())
    with pytest.raises(OpenQuestion) as caught:
        drop("june.csv", without)
    (question,) = [one for one in caught.value.questions if one.id == "columns:gone"]
    assert question.text.values == {"columns": "סכום", "n": 1}
    assert drop.book.facts.deal("1")["amount"] == 100
    report = answered(drop, "june.csv", without)
    assert report.files[0].rows_in == 3
    assert [one.values for one in report.notes if one.key == "book.columns_gone_accepted"] == [question.text.values]
    assert drop.book.facts.deal("1")["amount"] == 100
