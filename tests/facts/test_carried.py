"""What the company has said is the same carried on entry by entry as folded from all entries, at every moment."""

import datetime as dt
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yaad.facts import SqliteJournal, journal_of, said_of
from yaad.facts.journal import NAME
from yaad.facts.said import opt_outs_of, settings_of
from yaad.model import NoteEntry, OptOutEntry, RetractEntry, SettingEntry

AT = dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC)
HANDLES = ("+972501111111", "+972502222222", "a@x.com")

opt_outs = st.builds(
    lambda what, handles, is_out: ("out", what, tuple(handles), is_out),
    st.sampled_from(["calls", "marketing"]),
    st.lists(st.sampled_from(HANDLES), min_size=1, unique=True),
    st.booleans(),
)
exits = st.builds(
    lambda stage, lines: ("exit", stage, lines),
    st.sampled_from(["New", "Quote"]),
    st.none() | st.lists(st.sampled_from(["The budget is known", "We know who decides"]), min_size=1, unique=True),
)
steps = st.lists(
    st.one_of(opt_outs, exits, st.just(("note",)), st.builds(lambda n: ("back", n), st.integers(1, 12))), max_size=12
)


def entry_of(step, number):
    common = {"at": AT + dt.timedelta(minutes=number), "by": "o", "key": f"k{number}"}
    if step[0] == "out":
        return OptOutEntry(**common, what=step[1], handles=step[2], is_out=step[3])
    if step[0] == "exit":
        value = None if step[2] is None else json.dumps(step[2])
        return SettingEntry(**common, name=f"exit:{step[1]}", value=value)
    if step[0] == "back":
        return RetractEntry(**common, undoes=step[1])
    return NoteEntry(**common, deal_id="D1", text="hello")


def folded(journal, upto):
    entries = [one for one in journal.of_company() if one.seq <= upto]
    return opt_outs_of(entries), settings_of(entries)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, looks=st.sets(st.integers(0, 12)))
def test_it_equals_the_fold_at_every_moment(tmp_path_factory, steps, looks):
    root = tmp_path_factory.mktemp("carried")
    journal = journal_of(root)
    for number, step in enumerate(steps, 1):
        journal.append(entry_of(step, number))
        if number in looks:
            said = said_of(root, journal)
            assert (said.opt_outs, said.settings) == folded(journal, number)
            before = said_of(root, journal, number // 2)
            assert (before.opt_outs, before.settings) == folded(journal, number // 2)
    said = said_of(root, journal)
    assert (said.opt_outs, said.settings) == folded(journal, len(steps))


class Counting(SqliteJournal):
    """A journal that counts how often all of it is read."""

    reads = 0

    def of_company(self):
        self.reads += 1
        return super().of_company()


def test_an_entry_more_reads_that_entry_alone(tmp_path):
    journal = Counting(tmp_path / NAME)
    for number in range(1, 6):
        journal.append(entry_of(("out", "calls", (HANDLES[number % 3],), True), number))
        assert len(said_of(tmp_path, journal).opt_outs) == min(number, 3)
    assert journal.reads == 1
    journal.append(entry_of(("back", 5), 6))
    assert said_of(tmp_path, journal).seq == 6
    assert journal.reads == 2, "what is taken back is folded anew"
    assert said_of(tmp_path, journal, mark="erased").seq == 6
    assert journal.reads == 3, "and what was written anew"


def test_another_book_in_the_same_folder_is_another_one(tmp_path):
    for person in HANDLES[:2]:
        journal = journal_of(tmp_path)
        journal.append(entry_of(("out", "calls", (person,), True), 1))
        assert set(said_of(tmp_path, journal).opt_outs) == {person}
        for file in tmp_path.iterdir():
            file.unlink()
