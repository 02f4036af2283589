"""Exit codes, mistakes in both languages, faults of ours."""

import subprocess
import sys

import pytest

from yaad.faces.cli import main
from yaad.faces.cli import screen as screens
from yaad.faces.cli.verbs import Asked
from yaad.text import LANGUAGES


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("funnl",), "funnel"),
        (("funnel", "--boook", "x"), "--book"),
        (("measure",), "ID"),
        (("plan", "--target", "many"), "--target"),
        (("dwell", "--basis", "third"), "--basis"),
        (("target", "set", "-5,000"), "-5,000"),
        (("funnel", "extra"), "extra"),
        (("whatif", "--ratio", "close=0.1"), "--inquiries"),
    ],
)
def test_a_mistake_in_the_words(yaad, words, said, lang):
    done = yaad(*words, "--lang", lang)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_number_below_nothing_is_no_option(yaad):
    done = yaad("target", "set", "-5", "--lang", "en")
    assert (done.code, done.out) == (2, "")
    assert "-5 is below 0." in done.err.translate({0x2068: None, 0x2069: None, 0x2066: None, 0x200E: None})
    assert "option" not in done.err.partition("More:")[0]


@pytest.mark.parametrize("verb", ["funnel", "dwell", "conversion", "doctor", "rebuild"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_book(yaad, verb, lang, tmp_path):
    done = yaad(verb, "--book", tmp_path / "אין", "--lang", lang)
    assert (done.code, done.out) == (2, "")
    assert str(tmp_path / "אין") in done.err


def test_a_date_that_is_none(yaad, tmp_path):
    done = yaad("funnel", "--book", tmp_path, "--as-of", "31/12/2017")
    assert (done.code, done.out) == (2, "")
    assert "31/12/2017" in done.err


def test_a_fault_of_ours_is_one_line(yaad, monkeypatch):
    def broken(*_args, **_named):
        raise ZeroDivisionError("by zero\nsecond line")

    monkeypatch.setattr(Asked, "opened", broken)
    done = yaad("funnel")
    assert (done.code, done.out) == (1, "")
    assert "ZeroDivisionError: by zero" in done.err
    assert "Traceback" not in done.err
    assert len(done.err.splitlines()) == 1
    monkeypatch.setenv("YAAD_DEBUG", "1")
    assert "Traceback" in yaad("funnel").err


def test_an_interrupt(yaad, monkeypatch):
    def stopped(*_args, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr(Asked, "opened", stopped)
    assert yaad("funnel").code == 130


def test_without_words_it_helps(yaad):
    done = yaad()
    assert done.code == 0
    assert "funnel" in done.out


def test_a_reader_that_goes_away_is_no_error():
    code = "import sys; from yaad.faces.cli import main; sys.exit(main(['--help']))"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        error = process.stderr.read()
        process.wait()
    assert b"Traceback" not in error


def test_help_loads_no_engine_and_no_pages():
    """Help must answer at once; what takes long to load stays inside the verbs."""
    code = (
        "import sys; from yaad.faces.cli import main; main(['--help']); "
        "heavy = {'duckdb', 'ibis', 'pyarrow', 'numpy', 'scipy', 'django', 'altair', 'pandas', 'polars', 'babel'}; "
        "sys.stderr.write(','.join(sorted(heavy & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_pairs():
    assert screens.pairs(["dates:created=day_first", " a = b=c "], "--answer") == {
        "dates:created": "day_first",
        "a": "b=c",
    }
    assert screens.pairs(None, "--answer") == {}


def test_main_is_the_entry():
    assert main(["measures", "--lang", "xx"]) == 2
