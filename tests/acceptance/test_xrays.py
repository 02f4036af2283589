"""X-rays of the public sets: one command each, and the figures that their sources publish."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from yaad.faces.cli import main

pytestmark = pytest.mark.shared

MAPS = Path(__file__).parent / "maps"
PIPELINE = "olist_funnel/olist_"


@pytest.fixture(scope="module")
def seen(shared, tmp_path_factory):
    """``seen(files, …)``: the X-ray's data by page, and the text of its PDF."""

    def look(*words: str, files: tuple[str, ...], lang: str = "he") -> tuple[dict, str]:
        out = tmp_path_factory.mktemp("xray") / "xray.pdf"
        told = out.with_suffix(".json")
        with told.open("w", encoding="utf-8") as file, pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.stdout", file)
            code = main(["xray", *(str(shared / name) for name in files), "--yes", "--json", "--lang", lang,
                         "--out", str(out), *words])  # fmt: skip
        assert code == 0
        pages = {page["id"]: page for page in json.loads(told.read_text("utf-8"))["pages"]}
        if shutil.which("pdftotext") is None:
            pytest.skip("poppler's pdftotext is absent")
        text = subprocess.run(["pdftotext", "-layout", str(out), "-"], capture_output=True, check=True).stdout.decode()
        assert text.count("\f") == 4
        return pages, text

    return look


@pytest.mark.parametrize("name", ["hizdamnuyot_windows1255.csv", "hizdamnuyot_rtl.xlsx"])
def test_a_strangers_hebrew_export(seen, name):
    pages, text = seen("--as-of", "2017-12-31", "--target", "50", files=(f"maven_crm_hebrew/{name}",))
    quality, funnel, time, plan = (pages[page]["data"] for page in ("quality", "funnel", "time", "plan"))
    assert [(file["rows_in"], file["loaded"]) for file in quality["files"]] == [(8800, 8800)]
    figures = quality["figures"]
    assert (figures["won"], figures["lost"], figures["open"]) == (4238, 2473, 2089)
    assert figures["win_rate"] == pytest.approx(0.631501, abs=5e-7)
    assert figures["won_value"] == 10_005_534
    assert figures["deal_value_mean"] == pytest.approx(2360.909, abs=5e-4)
    findings = {found["id"]: found["count"] for found in quality["findings"]}
    assert (findings["undated"], findings["stalled"]) == (500, 1291)
    assert [(row["entered"], row["advanced"], row["lost"], row["open"]) for row in funnel["stages"]] == [
        (8800, 8300, 0, 500),
        (8300, 4238, 2473, 1589),
    ]
    assert time["total"]["median_days"] == 69
    assert time["total"]["mean_closed_days"] == pytest.approx(47.985, abs=5e-4)
    assert plan["plan"]["target"] == 50
    for shown in ("8,800", "4,238", "2,473", "1,291", "69"):
        assert shown in text


def test_loans_as_events(seen):
    words = ("--map", str(MAPS / "bpi.yaml"))
    pages, text = seen(*words, files=("bpi2012_loans/bpic2012.xes.gz",), lang="en")
    quality, funnel, time = (pages[page]["data"] for page in ("quality", "funnel", "time"))
    (file,) = quality["files"]
    assert file["rows_in"] == 262_200 == file["loaded"] + file["rejected"] + file["skipped"]
    assert (quality["figures"]["won"], quality["figures"]["lost"], quality["figures"]["open"]) == (2246, 10_442, 399)
    assert [(row["entered"], row["advanced"], row["lost"], row["open"]) for row in funnel["stages"]] == [
        (13_087, 7367, 5720, 0),
        (7367, 5113, 2185, 69),
        (5113, 5015, 95, 3),
        (5015, 3254, 1530, 231),
        (3254, 2246, 912, 96),
    ]
    medians = [0.0005, 0.2953, 0.0022, 10.9618, 4.0720]
    assert [row["median_days"] for row in time["stages"]] == pytest.approx(medians, abs=1e-4)
    assert (funnel["leak"]["stage"], funnel["leak"]["lost"]) == ("A_SUBMITTED", 5720)
    for shown in ("262,200", "13,087", "5,720", "2,246"):
        assert shown in text


def test_two_files_joined(seen):
    words = ("--map", str(MAPS / "olist.yaml"), "--target", "50")
    names = ("marketing_qualified_leads_dataset.csv", "closed_deals_dataset.csv")
    pages, text = seen(*words, files=tuple(PIPELINE + name for name in names))
    quality, funnel, plan = (pages[page]["data"] for page in ("quality", "funnel", "plan"))
    assert [(file["rows_in"], file["loaded"]) for file in quality["files"]] == [(8000, 8000), (842, 842)]
    (row,) = funnel["stages"]
    assert (row["entered"], row["advanced"], row["lost"], row["open"]) == (8000, 842, 0, 7158)
    by_source = {part["by"]["source"]: (part["entered"], part["reached"]) for part in funnel["split"]["conversions"]}
    assert by_source["organic_search"] == (2296, 271)
    assert by_source["unknown"] == (1099, 179)
    assert by_source[None] == (60, 14)
    assert plan["plan"]["target"] == 50
    for shown in ("8,842", "8,000", "842", "2,296"):
        assert shown in text
