"""Whatever the bytes: a clear refusal, a question or a table that adds up; never a crash."""

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yaad.errors import YaadError
from yaad.intake import Kind, Mapping, load, understand

CALM = settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
WORDS = [
    "",
    " ",
    "New",
    "Won",
    "Lost",
    "נסגר",
    "בטיפול",
    "closed",
    "-",
    "N/A",
    "#REF!",
    'סה"כ',
    "a\nb",
    "כן",
    "yes",
    "ﬀ",
]
DAYS = ["2024-01-05", "05/01/2024", "13/01/2024", "01/13/2024", "31/02/2024", "5.1.24", "2024-01-05T10:00:00Z", "12:30"]
NUMBERS = ["1", "2", "00123", "1,234", "1.234,5", "(5)", "₪5", "$7", "0", "1E5", "9" * 20, "\u200fx", "\u202eabc"]
CELLS = st.sampled_from([*WORDS, *DAYS, *NUMBERS])
HEADERS = [
    "id",
    "stage",
    "amount",
    "created",
    "close date",
    "won date",
    "rep",
    "מקור",
    "x",
    "",
    "id ",
    "at",
    "to",
    "from",
]


def adds_up(path, mapping=None, kind=None):
    batch = None
    try:
        found = understand(path, mapping=mapping, kind=kind)
        batch = load(path, found.mapping) if not found.questions else None
    except YaadError as error:
        said = error.say("he")
    else:
        said = "".join(question.map_line for question in found.questions)
    assert "intake." not in said
    if batch is not None:
        report = batch.files[0]
        assert report.rows_in == report.loaded + report.rejected + report.skipped
        kept = Mapping.from_yaml(found.mapping.to_yaml(), name="m")
        assert kept == found.mapping
        assert load(path, kept).tables == batch.tables


@CALM
@given(content=st.binary(max_size=400), name=st.sampled_from(["a.csv", "a.xes", "a.txt", "a.parquet", "a.xlsx"]))
def test_any_bytes(content, name, tmp_path):
    (tmp_path / name).write_bytes(content)
    adds_up(tmp_path / name)


@CALM
@given(content=st.text(max_size=300), encoding=st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
def test_any_text(content, encoding, tmp_path):
    (tmp_path / "a.csv").write_bytes(content.encode(encoding, "surrogatepass"))
    adds_up(tmp_path / "a.csv")


@CALM
@given(
    headers=st.lists(st.sampled_from(HEADERS), min_size=1, max_size=7),
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=8), max_size=8),
    sign=st.sampled_from(",;\t"),
    kind=st.sampled_from([None, *Kind]),
)
def test_any_table_of_likely_cells(headers, rows, sign, kind, tmp_path):
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if re.search(r'[,;\t"\n]', cell) else cell

    text = "\n".join(sign.join(map(quoted, row)) for row in [headers, *rows]) + "\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8", newline="")
    adds_up(tmp_path / "a.csv", kind=kind)


@CALM
@given(text=st.text(alphabet=st.sampled_from(list("kind:deals\n stages[]{},-&*!|>'\"#?%@`\t0")), max_size=80))
def test_any_mapping_text(text):
    try:
        mapping = Mapping.from_yaml(text, name="m.yaml")
    except YaadError as error:
        mapping, said = Mapping(), error.say("en")
    else:
        said = ""
    assert "intake." not in said
    assert Mapping.from_yaml(mapping.to_yaml(), name="m") == mapping
