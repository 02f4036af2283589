"""A figure that is kept back says why, and nothing of itself."""

import datetime as dt
from types import SimpleNamespace

from yaad.errors import UnknownName
from yaad.measures.withheld import LEAST, withheld, without_small_funnels
from yaad.model import Figure, Funnel, FunnelRow, Period

DAY = dt.date(2026, 1, 1)


class Asked(SimpleNamespace):
    """As much of a question as matters here."""

    def asking(self, *, by, all_time):
        return Asked(by=by, period=None if all_time else self.period, least=LEAST)


def question(by=(), period=None):
    return Asked(by=by, period=period and Period.parse(period), least=LEAST, known={})


def sizes(**found):
    """What is told of a column by month, and of all time: value → month → rows."""

    def ask(_ids, scope):
        if "month" in scope.by:
            return [figure(n, by=of(scope, name) | {"month": month}) for name, one in found.items()
                    for month, n in one.items()]  # fmt: skip
        return [figure(sum(one.values()), by=of(scope, name)) for name, one in found.items()]

    return ask


def of(scope, name):
    return {column: name for column in scope.by if column != "month"}


def figure(n, **more):
    return Figure("won", n, "count", n, DAY, **more)


def test_a_figure_of_few_says_why_it_has_no_value():
    small, large = (Figure("won", 700.0, "ILS", n, DAY, beside={"undated": 1}) for n in (LEAST - 1, LEAST))
    (told,) = withheld([small], question(), sizes(a={"2026-01": LEAST - 1}))
    assert (told.value, told.n, told.beside, told.why.key) == (None, 0, {}, "viewer.few")
    assert withheld([large], question(), sizes(a={"2026-01": LEAST})) == [large]


def test_a_single_small_group_takes_the_next_with_it():
    found = {"a": {"2026-01": 9}, "b": {"2026-01": 2}, "c": {"2026-01": 7}}
    figures = [figure(n, by={"source": name}) for name, one in found.items() for n in one.values()]
    told = withheld(figures, question(("source",)), sizes(**found))
    assert [one.value for one in told] == [9, None, None]


def test_a_month_that_others_would_tell_is_kept_back_with_one_of_them():
    found = sizes(a={"2026-01": 9, "2026-02": 2, "2026-03": 7, "2026-04": 8})
    asked = ("2026-01", "2026-02", "2026-03", "2026-Q1", "2026-04", "2026", "2026-01-01..2026-01-30")
    told = {name: withheld([figure(9)], question(period=name), found)[0].value for name in asked}
    assert [name for name, value in told.items() if value is None] == ["2026-02", "2026-03", "2026-01-01..2026-01-30"]


def test_a_measure_that_knows_no_months_is_told_of_all_time_alone():
    def ask(_ids, scope):
        raise UnknownName("column", "month", [])

    assert [withheld([figure(9)], question(period=period), ask)[0].value for period in (None, "2026")] == [9, None]


def test_a_funnel_of_few_is_empty_and_says_so():
    row = FunnelRow("Meeting", 3, 2, 1, 0, 0.6, None, None, None)
    small = Funnel((row,), 2, 0, DAY)

    def again(scope):
        return [Funnel((row,), 2, 0, DAY, by={"month": "2026-01"} if scope.by else {})]

    (told,) = without_small_funnels([small], question(), again)
    assert (told.won, told.stages[0].entered, [note.key for note in told.notes]) == (0, 0, ["viewer.few_groups"])
