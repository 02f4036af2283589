"""A home of the first version is brought up with all that it holds, also when that is cut off; a newer is refused."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.people import ADDRESS, EVENTS, rows

SCRIPT = Path(__file__).parent / "upgrade_for_tests.py"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What a process of its own found."""
    folder = tmp_path_factory.mktemp("upgrade")
    (folder / "events.csv").write_text("\n".join(rows("old")), "utf-8")
    (folder / "events.yaml").write_text(EVENTS, "utf-8")
    own = {
        "YAAD_HOME": str(folder / "home"),
        "YAAD_ADDRESS": ADDRESS,
        "YAAD_SECRET_KEY": "wQ8-zR2_kL5pV1nB7mX4cT9yG6hJ3fD0sA-eU2iO8",
        "YAAD_LANG": "en",
    }
    own["YAAD_SECRET_KEY"] += "tR5wE1qZ7xC"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YAAD_")}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder)], env=kept | own, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_what_it_held_is_there(told):
    assert told["entries"] == ["k1", "k2"]
    assert told["whole"] == 30
    assert told["seen"] == 12  # six deals each of Ann and Ben, who are in the manager's team by the entries
    assert (told["ahead"], told["unknown"]) == ([], [])


def test_cut_off_anywhere_it_goes_on_to_the_same_end(told):
    assert told["killed"] >= 5
    assert set(told["resumed"]) == {told["straight"]}


def test_a_newer_one_is_refused(told):
    assert len(told["refused"]) == 1
    assert "server.9999_later" in told["refused"][0]
