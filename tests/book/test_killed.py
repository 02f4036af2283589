"""An import that is killed: the book is as before or as after, and the same import comes through cleanly afterwards."""

from benchmarks import killed

MOMENTS = 20


def test_case_73_a_killed_import_shows_nothing_half_done_and_comes_through_the_second_time(tmp_path):
    found = list(killed.trials(killed.Room(tmp_path, deals=1_000), MOMENTS))
    assert len(found) == MOMENTS
    assert [one for one in found if not one["clean"]] == []
    assert sum(not one["ended"] for one in found) >= MOMENTS / 2, "the kills came too late to tell anything"
