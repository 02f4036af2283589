"""Nothing that was acknowledged is lost or doubled: sixteen writers killed, their writes failing, the power cut."""

import pytest
from benchmarks import durable
from tests.postgres import absent

MOMENTS = 20
WHY = durable.faults_allowed()


@pytest.fixture(scope="module")
def writing(tmp_path_factory):
    with durable.server(tmp_path_factory.mktemp("durable")) as one:
        yield one


def test_writers_that_are_killed_lose_nothing_and_the_lake_agrees(writing):
    found = list(durable.killed(writing, MOMENTS))
    assert [one for one in found if not one["clean"]] == []
    assert found[-1]["acknowledged"] > MOMENTS, "nothing was written"
    assert found[-1]["folded"] > 0, "nothing was folded"
    same = writing.ask("same")
    assert same["measures"] > 50
    assert same["differ"] == []


@pytest.mark.skipif(WHY != "", reason=WHY)
def test_writes_that_fail_are_told_as_failed_and_no_other_is_lost(writing):
    found = list(durable.faulty(writing, durable.FAULTS))
    assert [one for one in found if not one["clean"]] == []
    assert all(one["failed_calls"] for one in found), found
    assert sum(one["refused"] for one in found) > 0, found
    assert writing.ask("check", lake=True)["clean"]


def test_an_entry_that_is_lost_or_changed_is_noticed(writing):
    """The planted null: an acknowledgement of what was never written."""
    kept = writing.folder / "acknowledged"
    before = kept.read_text("utf-8")
    kept.write_text(before + "never 1\n", "utf-8")
    assert writing.ask("check", lake=False)["lost"] == ["never"]
    kept.write_text(before, "utf-8")
    assert writing.ask("check", lake=False)["clean"]


@pytest.mark.skipif(absent() != "", reason=absent())
def test_on_postgresql_a_kill_and_a_power_cut_lose_nothing(tmp_path):
    found = durable.on_postgresql(tmp_path, 2, 1)
    assert [each for each in found if not each["clean"]] == []
    assert found[-1]["acknowledged"] > len(found)
