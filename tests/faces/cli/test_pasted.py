"""A table on standard input, and the same text pasted into the book in Python."""

import io
import json

import pytest

import yaad as product
from yaad.errors import InputError

# As a spreadsheet copies it: tabs, a cell of two lines in quotes, a quote that is only a sign of inches.
PASTED = (
    "מס׳\tלקוח\tשלב\tentered\tclosed\tהערות\r\n"
    '1\tרשת שקד\tWon\t2026-01-13\t2026-02-14\t"שיחה ראשונה\nלחזור ביום א׳"\r\n'
    '2\tNovatek Ltd.\tLead\t2026-03-15\t\tצינור 5"\r\n'
    "3\tאולפני לביא\tLost\t2026-03-15\t2026-04-20\t\r\n"
)
MAP = """\
kind: deals
shape: two_dates
columns: {id: מס׳, name: לקוח, stage: שלב, entered: entered, closed: closed}
entered_opens: Lead
stages: [{name: Lead}, {name: Won, type: won}, {name: Lost, type: lost}]
dates: iso
zone: Asia/Jerusalem
"""


@pytest.fixture
def piped(yaad, monkeypatch):
    """``piped(content, *words)``: the command line with so much on its standard input."""

    def run(content: bytes, *words: str):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content), encoding="utf-8"))
        return yaad(*words)

    return run


@pytest.fixture
def mapping(tmp_path):
    path = tmp_path / "map.yaml"
    path.write_text(MAP, "utf-8")
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1255", "utf-16"])
def test_a_table_on_standard_input_is_imported(piped, yaad, mapping, tmp_path, encoding):
    done = piped(PASTED.encode(encoding), "import", "-", "--map", mapping, "--book", tmp_path / "book", "--json")
    (file,) = done.json["files"]
    assert (file["rows_in"], file["loaded"]) == (3, 3)
    made = yaad("imports", "--book", tmp_path / "book", "--json").json["imports"]
    assert [one["kind"] for one in made] == ["deals"]
    book = product.open(tmp_path / "book")
    assert book.facts.deal("1")["name"] == "רשת שקד"
    book.close()
    again = piped(PASTED.encode(encoding), "import", "-", "--map", mapping, "--book", tmp_path / "book", "--json")
    assert again.json["files"][0]["loaded"] == 0
    assert yaad("undo-import", made[0]["name"], "--book", tmp_path / "book").code == 0
    assert product.open(tmp_path / "book").is_empty


def test_what_the_table_leaves_open_is_said(piped, tmp_path):
    text = "id\tentered\tclosed\tstage\n1\t03/04/2025\t05/06/2025\tWon\n2\t04/05/2025\t\tLead\n"
    done = piped(text.encode(), "import", "-", "--book", tmp_path / "book")
    assert (done.code, done.out) == (2, "")
    assert "03/04/2025" in done.err


@pytest.mark.parametrize("lang", ["he", "en"])
def test_nothing_on_standard_input_is_said(piped, tmp_path, lang):
    done = piped(b"", "import", "-", "--book", tmp_path / "book", "--lang", lang)
    assert (done.code, done.out) == (2, "")
    assert done.err.strip()
    assert not (tmp_path / "book").exists()


def test_an_xray_of_what_is_piped(piped, mapping, tmp_path):
    done = piped(PASTED.encode(), "xray", "-", "--map", mapping, "--out", tmp_path / "x.xlsx", "--json")
    assert json.loads(done.out)["written"] == str(tmp_path / "x.xlsx")
    assert (tmp_path / "x.xlsx").read_bytes().startswith(b"PK")


def test_a_text_is_pasted_in_python(mapping, tmp_path):
    book = product.Book.create(tmp_path / "book")
    report = book.import_text(PASTED, mapping=mapping)
    assert [(file.rows_in, file.loaded) for file in report.files] == [(3, 3)]
    sent_by_a_form = PASTED.replace("\r\n", "\n").replace("\n", "\r\n")
    assert book.import_text(sent_by_a_form, mapping=mapping).files[0].loaded == 0
    with pytest.raises(InputError):
        book.import_text(" \n\t\n")
    assert len(book.imports()) == 1
    book.close()
