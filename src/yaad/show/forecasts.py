"""The forecast, how right it has been and what moved: as values, tables, sentences and parts of a page."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from yaad.model import Cell, Period
from yaad.plan.forecasting import MONEY, PIPELINE, WON, Backtest, Forecast, Moved, Outcome, Part, Score
from yaad.plan.forecasting.moved import Change, Heading, Line
from yaad.show.results import Json, Result, plain
from yaad.show.speech import Said
from yaad.show.tables import Column, Kind, Shown, Table, count, date, name, rate, text
from yaad.text import Message, day, money, number, percent

SHOWN_LINES = 50
"""So many deals of a comparison are shown; files hold all of them."""
TEN = 10
DIGITS = 3


def period_said(period: Period) -> Said:
    """A month or a quarter in words."""
    year, _, part = period.name.partition("-")
    if part.startswith("Q"):
        return Message("forecast.quarter", {"quarter": part[1:], "year": year})
    return Message(f"forecast.month_{int(part)}", {"year": year}) if part.isdecimal() else period.name


def is_month(period: Period) -> bool:
    """Whether a period of the forecast is a month, not a quarter."""
    return "Q" not in period.name


def amount_said(value: float, quantity: str, unit: str | None, lang: str) -> str:
    """Deals as a whole number, money with its sign, short."""
    return money(value, unit, lang) if quantity == MONEY else number(round(value), lang)


def between_said(outcome: Outcome, quantity: str, unit: str | None, lang: str) -> Message:
    """Between what and what."""
    ends: dict[str, object] = {
        "low": amount_said(outcome.low, quantity, unit, lang),
        "high": amount_said(outcome.high, quantity, unit, lang),
    }
    return Message("forecast.between" if quantity == MONEY else "forecast.between_deals", ends)


def chance_said(chance: float, lang: str) -> str:
    """A chance in whole percent; never 0 or 100, since nothing is certain."""
    return percent(min(max(chance, 0.01), 0.99), lang, 0)


def lead_said(made: Forecast, lang: str) -> Message:
    """The one sentence of the forecast: by the end of the first month between what, in 8 of 10 cases."""
    quantity = made.quantity
    first = made.of(quantity)[0]
    said: dict[str, object] = {"period": period_said(first.period)}
    return Message("forecast.lead", said | {"between": between_said(first, quantity, made.unit, lang)})


def target_said(outcome: Outcome, quantity: str, unit: str | None, lang: str) -> Message | None:
    """The target of a period with its chance; None where nobody set one."""
    aim = aim_said(outcome, quantity, unit, lang)
    if aim is None or outcome.target_chance is None or is_reached(outcome):
        return aim
    key = "forecast.target" if quantity == MONEY else "forecast.target_deals"
    return Message(key, aim.values | {"chance": chance_said(outcome.target_chance, lang)})


def aim_said(outcome: Outcome, quantity: str, unit: str | None, lang: str) -> Message | None:
    """The target of a period, for where its chance stands beside; None where nobody set one."""
    if outcome.target is None:
        return None
    target = amount_said(outcome.target, quantity, unit, lang)
    said: dict[str, object] = {"target": target, "period": period_said(outcome.period)}
    suffix = "" if quantity == MONEY else "_deals"
    return Message("forecast.target_reached" if is_reached(outcome) else f"forecast.aim{suffix}", said)


def is_reached(outcome: Outcome) -> bool:
    """Whether the target is reached already."""
    return outcome.target is not None and outcome.so_far >= outcome.target


def short_of(made: Forecast, lang: str) -> Message | None:
    """By how much the expected figure of the first month falls short of its target, or passes it."""
    first, unit = made.of(made.quantity)[0], made.unit
    if first.target is None:
        return None
    gap = first.target - first.mean
    key = "forecast.short_of" if gap > 0 else "forecast.beyond"
    suffix = "" if made.quantity == MONEY else "_deals"
    return Message(key + suffix, {"gap": amount_said(abs(gap), made.quantity, unit, lang)})


def sources_said(made: Forecast, lang: str) -> Message | None:
    """What of the rest of the first month comes from open deals and what from inquiries to come; by the pipeline."""
    first, quantity = made.of(made.quantity)[0], made.quantity
    if made.methods[quantity] != PIPELINE:
        return None
    said: dict[str, object] = {
        "period": period_said(first.period),
        "open": amount_said(first.from_open, quantity, made.unit, lang),
        "new": amount_said(first.from_new, quantity, made.unit, lang),
    }
    return Message("forecast.from_open" if quantity == MONEY else "forecast.from_open_deals", said)


def method_said(method: str) -> Message:
    """What a way of forecasting is called."""
    return Message(f"forecast.method_{method}")


def right_said(tested: Backtest | None, quantity: str, method: str, lang: str) -> Message:
    """How right the forecast has been, one month ahead: the first thing to know about it."""
    first = None if tested is None else _score(tested.scores(quantity), method, 1)
    if tested is None:
        return Message("forecast.not_tested")
    if first is None or not tested.is_enough or np.isnan(first.wape):
        return Message("forecast.too_young")
    return Message("forecast.missed", {"n": first.n, "share": percent(first.wape, lang, 0)})


def choice_said(made: Forecast, quantity: str) -> Message | None:
    """Which way of forecasting is shown and why; None while it is the pipeline and nothing was tested."""
    method = made.methods[quantity]
    if method != PIPELINE:
        return Message("forecast.shown_other", {"method": method_said(method)})
    if made.tested is not None and made.tested.is_enough:
        return Message("forecast.shown_pipeline")
    return None


def _score(scores: Sequence[Score], method: str, horizon: int) -> Score | None:
    return next((score for score in scores if score.method == method and score.horizon == horizon), None)


class ForecastResult(Result):
    """The months to come: ``{"periods": [{"period", "quantity", "mean", "low", "high"}], "parts": […]}``."""

    content_type = Forecast
    content: Forecast

    def to_dict(self, lang: str = "en") -> Json:
        """One object a period and quantity; the parts; by which way of forecasting."""
        made = self.content
        return {
            "as_of": made.as_of.isoformat(),
            "unit": made.unit,
            "level": 0.8,
            "methods": made.methods,
            "periods": [_plain(outcome, quantity) for quantity in (WON, MONEY) for outcome in made.of(quantity)],
            "by": made.by,
            "parts": [
                {made.by or "part": part.name}
                | {"periods": [_plain(one, WON) for one in part.won] + [_plain(one, MONEY) for one in part.money]}
                for part in made.parts
            ],
            "n_open": made.n_open,
            "n_won": made.n_won,
            "tested_months": 0 if made.tested is None else len(made.tested.days),
            "rule": plain(Message("forecast.rule"), lang),
            "notes": plain(self.notes(lang), lang),
        }

    def chance(self, target: float, period: str | None = None, quantity: str = MONEY) -> float:
        """The chance that a target is reached in one of the periods (the first one when not named).

        Raises:
            UnknownName: the forecast has no such period or quantity.
        """
        from yaad.errors import UnknownName

        outcomes = {outcome.period.name: outcome for outcome in self.content.of(quantity)}
        wanted = period or next(iter(outcomes), "")
        if wanted not in outcomes:
            raise UnknownName("option", wanted, outcomes)
        return outcomes[wanted].chance(target)

    def records(self) -> list[dict[str, Cell]]:
        """One row a part, period and quantity; the whole first, without a part."""
        made = self.content
        rows: list[dict[str, Cell]] = []
        key = made.by or "part"
        for part, outcomes in (
            (None, (made.won, made.money)),
            *((part.name, (part.won, part.money)) for part in made.parts),
        ):
            for quantity, told in zip((WON, MONEY), outcomes, strict=True):
                rows += [({key: part} if made.by else {}) | _plain(outcome, quantity) for outcome in told]
        return rows

    def notes(self, lang: str = "en") -> tuple[Said, ...]:
        """What to know: which way of forecasting, how right it has been, what is left out."""
        made = self.content
        quantity = made.quantity
        choice = choice_said(made, quantity)
        right = right_said(made.tested, quantity, made.methods[quantity], lang)
        aims = (target_said(outcome, quantity, made.unit, lang) for outcome in made.of(quantity))
        untold = () if made.no_target is None else (made.no_target,)
        return (*(aim for aim in aims if aim), *untold, *((choice,) if choice else ()), right, *made.notes)

    def table(self, lang: str = "en") -> Table:
        """The parts where they were asked for, else the periods."""
        return self.parts_table(lang) if self.content.parts else self.periods_table(lang)

    def periods_table(self, lang: str = "en") -> Table:
        """One row a period: won so far, what is to be expected, and between what in 8 of 10 cases."""
        made = self.content
        columns = [Column("period", Message("forecast.head_period"), Kind.NAME)]
        columns += _columns(WON) + (_columns(MONEY) if made.money else [])
        aims = made.of(made.quantity) if any(each.target is not None for each in made.of(made.quantity)) else ()
        columns += _aim_columns(made.quantity) if aims else []
        rows = []
        for at, outcome in enumerate(made.won):
            cells = [Shown(outcome.period.name, period_said(outcome.period)), *_cells(outcome, WON, made.unit, lang)]
            if made.money:
                cells += _cells(made.money[at], MONEY, made.unit, lang)
            if aims:
                cells += _aim_cells(aims[at], made.quantity, made.unit, lang)
            rows.append(tuple(cells))
        title = Message("forecast.title", {"day": day(made.as_of, lang)})
        lead: tuple[Said, ...] = (lead_said(made, lang),)
        return Table(lang, title, tuple(columns), tuple(rows), notes=(*lead, *self.notes(lang)))

    def parts_table(self, lang: str = "en") -> Table:
        """One row a part: each period's expected figure and its range; the whole at the foot."""
        made = self.content
        quantity = made.quantity
        kind = Kind.MONEY if quantity == MONEY else Kind.COUNT
        columns = [Column(made.by or "part", _by_said(made.by), Kind.NAME)]
        for outcome in made.of(quantity):
            columns.append(Column(outcome.period.name, period_said(outcome.period), kind))
            columns.append(Column(f"{outcome.period.name} range", Message("show.head_range_8"), Kind.RANGE))
        rows = [
            (name(part.name), *_of_part(_outcomes_of(part, quantity), quantity, made.unit, lang))
            for part in by_size(made)
        ]
        whole = (text(Message("forecast.whole"), lang), *_of_part(made.of(quantity), quantity, made.unit, lang))
        notes = (lead_said(made, lang), Message("forecast.parts_sum"), *self.notes(lang))
        title = Message("forecast.title_parts", {"by": _by_said(made.by), "day": day(made.as_of, lang)})
        return Table(lang, title, tuple(columns), tuple(rows), whole, notes)

    def parts_now_table(self, lang: str = "en") -> Table:
        """One row a part: what the first month brings, with its target and the chance of it, and the last period."""
        made = self.content
        quantity, unit = made.quantity, made.unit
        kind = Kind.MONEY if quantity == MONEY else Kind.COUNT
        first, last = made.of(quantity)[0], made.of(quantity)[-1]
        aims = [outcome.target is not None for part in made.parts for outcome in _outcomes_of(part, quantity)[:1]]
        columns = [
            Column(made.by or "part", _by_said(made.by), Kind.NAME),
            Column("so_far", Message(f"forecast.head_{quantity}_so_far"), kind),
            Column("mean", Message("forecast.head_by_end", {"period": period_said(first.period)}), kind),
            Column("range", Message("show.head_range_8"), Kind.RANGE),
            *(_aim_columns(quantity) if any(aims) else ()),
            Column("last", Message("forecast.head_by_end", {"period": period_said(last.period)}), kind),
        ]

        def cells(outcomes: Sequence[Outcome]) -> list[Shown]:
            aim = _aim_cells(outcomes[0], quantity, unit, lang) if any(aims) else []
            whole = Shown(outcomes[-1].mean, amount_said(outcomes[-1].mean, quantity, unit, lang))
            return [*_cells(outcomes[0], quantity, unit, lang), *aim, whole]

        rows = [(name(part.name), *cells(_outcomes_of(part, quantity))) for part in by_size(made)]
        total = (text(Message("forecast.whole"), lang), *cells(made.of(quantity)))
        skewed = any(each.mean > each.high for part in made.parts for each in _outcomes_of(part, quantity)[:1])
        notes = (Message("forecast.parts_sum"), *((Message("forecast.skewed"),) if skewed else ()))
        return Table(lang, "", tuple(columns), tuple(rows), total, notes)

    def html(self, lang: str = "en") -> str:
        """The fan, the table of the periods, and that of the parts."""
        from yaad.show.fans import fan_html
        from yaad.show.markup import table_html

        parts = table_html(self.parts_table(lang)) if self.content.parts else ""
        return fan_html(self.content, lang) + table_html(self.periods_table(lang)) + parts


def by_size(made: Forecast) -> list[Part]:
    """The parts, those first that bring most."""
    return sorted(made.parts, key=lambda part: -sum(each.mean for each in _outcomes_of(part, made.quantity)))


def _outcomes_of(part: Part, quantity: str) -> tuple[Outcome, ...]:
    return part.money if quantity == MONEY else part.won


def _aim_columns(quantity: str) -> list[Column]:
    kind = Kind.MONEY if quantity == MONEY else Kind.COUNT
    head, chance = Message("forecast.head_target"), Message("forecast.head_chance")
    return [Column("target", head, kind), Column("chance", chance, Kind.RATE)]


def _aim_cells(outcome: Outcome, quantity: str, unit: str | None, lang: str) -> list[Shown]:
    if outcome.target is None or outcome.target_chance is None:
        return [Shown(None, "–"), Shown(None, "–")]
    chance = Message("forecast.reached") if is_reached(outcome) else None
    return [
        Shown(outcome.target, amount_said(outcome.target, quantity, unit, lang)),
        Shown(outcome.target_chance, chance or chance_said(outcome.target_chance, lang)),
    ]


def _by_said(by: str | None) -> Said:
    from yaad.show.phrases import dimension

    return dimension(by) if by else Message("forecast.whole")


def _plain(outcome: Outcome, quantity: str) -> dict[str, Cell]:
    return {
        "period": outcome.period.name,
        "quantity": quantity,
        "so_far": outcome.so_far,
        "mean": outcome.mean,
        "low": outcome.low,
        "high": outcome.high,
        "from_open": outcome.from_open,
        "from_new": outcome.from_new,
        "target": outcome.target,
        "chance": outcome.target_chance,
    }


def _columns(quantity: str) -> list[Column]:
    kind = Kind.MONEY if quantity == MONEY else Kind.COUNT
    return [
        Column(f"{quantity}_so_far", Message(f"forecast.head_{quantity}_so_far"), kind),
        Column(f"{quantity}_mean", Message(f"forecast.head_{quantity}_mean"), kind),
        Column(f"{quantity}_range", Message("show.head_range_8"), Kind.RANGE),
    ]


def _cells(outcome: Outcome, quantity: str, unit: str | None, lang: str) -> list[Shown]:
    return [
        Shown(outcome.so_far, amount_said(outcome.so_far, quantity, unit, lang)),
        Shown(outcome.mean, amount_said(outcome.mean, quantity, unit, lang)),
        span_said(outcome, quantity, lang),
    ]


def _of_part(outcomes: Sequence[Outcome], quantity: str, unit: str | None, lang: str) -> list[Shown]:
    cells = []
    for outcome in outcomes:
        cells.append(Shown(outcome.mean, amount_said(outcome.mean, quantity, unit, lang)))
        cells.append(span_said(outcome, quantity, lang))
    return cells


def span_said(outcome: Outcome, quantity: str, lang: str) -> Shown:
    """Between what a period ends in 8 of 10 cases."""
    ends = (round(outcome.low), round(outcome.high)) if quantity == WON else (outcome.low, outcome.high)
    return Shown(None, _span(outcome.low, outcome.high, lang), ends)


def _span(low: float, high: float, lang: str) -> str:
    """A range in whole numbers of three digits that count: nobody knows it to the shekel."""
    ends = [number(_short(end), lang) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}"


def _short(value: float) -> int:
    """A value rounded to three digits, to a whole number where it is smaller.

    >>> _short(163_275.4), _short(14.6), _short(0)
    (163000, 15, 0)
    """
    over = len(str(abs(round(value)))) - DIGITS
    return round(round(value), -max(over, 0))


# ---- how right it has been --------------------------------------------------------------------------------------


class BacktestResult(Result):
    """How right: ``{"scores": [{"quantity", "method", "horizon", "wape", …}], "best": {quantity: method}}``."""

    content_type = Backtest
    content: Backtest

    def to_dict(self, lang: str = "en") -> Json:
        """The scores of each way of forecasting, which one has been right most, and each month's forecasts."""
        tested = self.content
        return {
            "days": [each.isoformat() for each in tested.days],
            "best": {quantity: tested.best(quantity) for quantity in tested.origins},
            "scores": self.records(),
            "months": tested.to_dict()["origins"],
            "unit": self.content.unit,
            "rule": plain(Message("forecast.rule_test"), lang),
        }

    def records(self) -> list[dict[str, Cell]]:
        """One row a quantity, way of forecasting and horizon (0: three months together)."""
        return [
            {
                "quantity": quantity,
                "method": score.method,
                "horizon": score.horizon,
                "n": score.n,
                "wape": known(score.wape),
                "bias": known(score.bias),
                "pinball": known(score.pinball),
                "covered": score.covered,
                "width": known(score.width),
            }
            for quantity in self.content.origins
            for score in self.content.scores(quantity)
        ]

    @property
    def quantity(self) -> str:
        """What people are told about: money where it is known."""
        return MONEY if MONEY in self.content.origins else WON

    def table(self, lang: str = "en") -> Table:
        """One row a way of forecasting: by how much it missed, which way it leant, how often its range held."""
        tested = self.content
        scores = tested.scores(self.quantity)
        columns = (
            Column("method", Message("forecast.head_method"), Kind.TEXT),
            *(Column(f"wape_{at}", Message(f"forecast.head_missed_{at}"), Kind.RATE) for at in (1, 2, 3, 0)),
            Column("bias", Message("forecast.head_leans"), Kind.RATE),
            Column("covered", Message("forecast.head_held"), Kind.COUNT),
        )
        shown = tested.best(self.quantity)
        methods = dict.fromkeys(each.method for each in scores)
        rows = tuple(_right_cells(scores, method, lang, is_shown=method == shown) for method in methods)
        best: tuple[Said, ...] = (Message("forecast.best", {"method": method_said(shown)}),)
        notes: tuple[Said, ...] = (
            (*best, Message("forecast.rule_test"))
            if tested.is_enough
            else (Message("forecast.too_young"), Message("forecast.rule_test"))
        )
        return Table(
            lang,
            Message("forecast.title_test", {"n": len(tested.days)}),
            columns,
            rows if scores and tested.is_enough else (),
            notes=notes,
        )

    def scores_table(self, lang: str = "en") -> Table:
        """For analysts: each way of forecasting, quantity and horizon with all its scores."""
        kinds = {"n": Kind.COUNT, "wape": Kind.RATE, "bias": Kind.RATE, "pinball": Kind.RATE, "covered": Kind.RATE}
        columns = (
            Column("quantity", Message("forecast.head_quantity"), Kind.TEXT),
            Column("method", Message("forecast.head_method"), Kind.TEXT),
            Column("horizon", Message("forecast.head_horizon"), Kind.COUNT),
            *(Column(key, Message(f"forecast.score_{key}_method"), kind) for key, kind in kinds.items()),
            Column("width", Message("forecast.score_width_method"), Kind.RATE),
        )
        rows = [
            (
                text(Message(f"forecast.quantity_{quantity}"), lang),
                text(method_said(score.method), lang),
                count(score.horizon, lang) if score.horizon else text(Message("forecast.horizon_sum"), lang),
                count(score.n, lang),
                *(
                    rate(known(one), lang)
                    for one in (score.wape, score.bias, score.pinball, score.covered, score.width)
                ),
            )
            for quantity in self.content.origins
            for score in self.content.scores(quantity)
        ]
        return Table(
            lang, Message("forecast.title_scores"), columns, tuple(rows), notes=(Message("forecast.scores_method"),)
        )

    def months_table(self, lang: str = "en") -> Table:
        """One row a past month: what the shown forecast said a month before, and what came."""
        tested, quantity, unit = self.content, self.quantity, self.content.unit
        method = tested.best(quantity)
        kind = Kind.MONEY if quantity == MONEY else Kind.COUNT
        columns = (
            Column("day", Message("forecast.head_said_on"), Kind.DAY),
            Column("mean", Message("forecast.head_said"), kind),
            Column("range", Message("show.head_range_8"), Kind.RANGE),
            Column("actual", Message("forecast.head_came"), kind),
            Column("missed", Message("forecast.head_missed_by"), Kind.RATE),
        )
        rows = []
        for at, origin in zip(tested.days, tested.scaled(quantity), strict=True):
            said, came = origin.predicted[method], float(origin.actual[0])
            low, high = float(said.low[0]), float(said.high[0])
            missed = abs(float(said.mean[0]) - came) / came if came else None
            rows.append(
                (
                    date(at, lang),
                    Shown(float(said.mean[0]), amount_said(float(said.mean[0]), quantity, unit, lang)),
                    Shown(None, _span(low, high, lang), (low, high)),
                    Shown(came, amount_said(came, quantity, unit, lang)),
                    rate(missed, lang),
                )
            )
        return Table(lang, Message("forecast.title_months"), columns, tuple(rows))


def _whole_percent(value: float | None, lang: str) -> Shown:
    return Shown(value, "–" if value is None else percent(value, lang, 0))


def known(value: float) -> float | None:
    """A score; None where it cannot be told."""
    return None if np.isnan(value) else value


def _right_cells(scores: Sequence[Score], method: str, lang: str, *, is_shown: bool) -> tuple[Shown, ...]:
    found = {score.horizon: score for score in scores if score.method == method}
    first = found[1]
    held = Message("forecast.of_ten", {"n": round(first.covered * TEN)})
    bias = known(first.bias)
    leans = Shown(bias, "–" if bias is None else ("+" if bias > 0 else "") + percent(bias, lang, 0))
    missed = [_whole_percent(known(found[at].wape), lang) for at in (1, 2, 3, 0)]
    called = Message("forecast.is_shown", {"method": method_said(method)}) if is_shown else method_said(method)
    return (text(called, lang), *missed, leans, Shown(first.covered, held))


# ---- what moved -------------------------------------------------------------------------------------------------


class MovedResult(Result):
    """What moved: ``{"before", "after", "changes": [{"heading", "deals", "count", "money", "expected"}]}``."""

    content_type = Moved
    content: Moved

    def to_dict(self, lang: str = "en") -> Json:
        """The open deals of both days, the changes that lead from one to the other, and each deal."""
        made = self.content
        return {
            "since": made.since.isoformat(),
            "until": made.until.isoformat(),
            "unit": made.unit,
            "before": vars(made.before),
            "after": vars(made.after),
            "changes": [_change(change) for change in made.changes],
            "deals": self.records(),
            "rule": plain(Message("forecast.rule_moved"), lang),
            "notes": plain(self._notes(), lang),
        }

    @cached_property
    def has_money(self) -> bool:
        """Whether there are amounts, and they can be added up."""
        made = self.content
        return made.no_money is None and any((deal.amount or 0) > 0 for line in made.lines for deal in line.both)

    def _notes(self) -> tuple[Message, ...]:
        return (*((self.content.no_money,) if self.content.no_money else ()), *self.content.notes)

    def records(self) -> list[dict[str, Cell]]:
        """One row a deal that moved; those that changed most money first."""
        return [
            {
                "deal_id": line.deal.deal_id,
                "name": line.deal.name,
                "owner": line.deal.owner,
                "heading": line.heading.value,
                "before": line.before.amount if line.before else None,
                "after": line.after.amount if line.after else None,
                "money": line.money,
                "expected": line.expected,
            }
            for line in self.content.lines
            if line.heading is not Heading.SAME
        ]

    def table(self, lang: str = "en") -> Table:
        """From the open deals of one day to those of the other, heading by heading; it adds up exactly."""
        made = self.content
        columns = (
            Column("heading", Message("forecast.head_what"), Kind.TEXT),
            Column("deals", Message("forecast.head_deals"), Kind.COUNT),
            *(
                (
                    Column("money", Message("forecast.head_open_money"), Kind.MONEY),
                    Column("expected", Message("forecast.head_expected"), Kind.MONEY),
                )
                if self.has_money
                else ()
            ),
        )
        rows = [self._level(made.before.deals, made.before.money, made.before.expected, "since", lang)]
        rows += [self._row(change, lang) for change in made.changes if change.deals]
        foot = self._level(made.after.deals, made.after.money, made.after.expected, "until", lang)
        title = Message("forecast.title_moved", {"since": day(made.since, lang), "until": day(made.until, lang)})
        notes = (Message("forecast.rule_moved"), *self._notes())
        return Table(lang, title, columns, tuple(rows), foot, notes)

    def _level(self, deals: int, worth: float, expected: float, which: str, lang: str) -> tuple[Shown, ...]:
        on = self.content.since if which == "since" else self.content.until
        cells = (text(Message("forecast.open_on", {"day": day(on, lang)}), lang), count(deals, lang))
        return (*cells, *self._worth(worth, expected, lang))

    def _row(self, change: Change, lang: str) -> tuple[Shown, ...]:
        said = Message(f"forecast.moved_{change.heading.value}", {"n": change.deals})
        deals = Shown(change.count, signed(change.count, number(abs(change.count), lang)))
        return (text(said, lang), deals, *self._worth(change.money, change.expected, lang, sign=True))

    def _worth(self, worth: float, expected: float, lang: str, *, sign: bool = False) -> tuple[Shown, ...]:
        if not self.has_money:
            return ()
        unit = self.content.unit
        shown = []
        for value in (worth, expected):
            plain_text = money(abs(value) if sign else value, unit, lang, short=False)
            shown.append(Shown(value, signed(value, plain_text) if sign else plain_text))
        return tuple(shown)

    def deals_table(self, lang: str = "en", most: int | None = SHOWN_LINES) -> Table:
        """The deals that moved, those that changed most money first; at most so many, or all of them."""
        made = self.content
        columns = (
            Column("deal", Message("forecast.head_deal"), Kind.NAME),
            Column("owner", Message("show.by_owner"), Kind.NAME),
            Column("heading", Message("forecast.head_what"), Kind.TEXT),
            *(() if not self.has_money else (Column("money", Message("forecast.head_open_money"), Kind.MONEY),)),
        )
        moved = [line for line in made.lines if line.heading is not Heading.SAME]
        rows = tuple(self._line(line, lang) for line in moved[:most])
        left = len(moved) - len(rows)
        notes = (Message("forecast.more_deals", {"n": left}),) if left else ()
        return Table(lang, Message("forecast.title_deals"), columns, rows, notes=notes)

    def _line(self, line: Line, lang: str) -> tuple[Shown, ...]:
        deal = line.deal
        heading = text(Message(f"forecast.became_{line.heading.value}"), lang)
        cells = (name(deal.name or deal.deal_id), name(deal.owner), heading)
        if not self.has_money:
            return cells
        worth = money(abs(line.money), self.content.unit, lang, short=False)
        return (*cells, Shown(line.money, signed(line.money, worth)))

    def html(self, lang: str = "en") -> str:
        """The way from one day to the other, and the deals that moved."""
        from yaad.show.markup import table_html

        return table_html(self.table(lang)) + table_html(self.deals_table(lang))


def signed(value: float, shown: str) -> str:
    """A change with its sign; nothing before a zero."""
    return f"+{shown}" if value > 0 else f"−{shown}" if value < 0 else shown


def _change(change: Change) -> dict[str, Cell]:
    return {
        "heading": change.heading.value,
        "deals": change.deals,
        "count": change.count,
        "money": change.money,
        "expected": change.expected,
    }
