"""The chances of the open deals as values, rows and a table; where they are withheld, the share closed by stage."""

from collections.abc import Sequence

from yaad.errors import UnknownName
from yaad.insight.winning import DealChance, Level, Order, Scores, StageRate, Wanted, WinChances, chosen
from yaad.insight.winning.fields import field_said
from yaad.model import Cell
from yaad.show import phrases
from yaad.show.results import Json, Result, plain
from yaad.show.speech import Said
from yaad.show.tables import Column, Kind, Shown, Table, count, figure, length, name, rate, span, text
from yaad.text import Message, number

NO_NAME = Shown(None, "")


class Chances(Result):
    """The open deals with their chances, the likeliest first.

    ``{"method", "withheld", "deals": [{"deal_id", "stage", "chance", "level", "reasons", …}], "stages", "scores", …}``
    """

    content_type = WinChances
    content: WinChances

    def only(
        self,
        *,
        owner: str = "",
        stage: str = "",
        level: Level | str = "",
        words: str = "",
        order: Order | str = Order.CHANCE,
    ) -> "Chances":
        """The same with some of the deals alone, in the order that is wanted.

        Args:
            owner: the person; empty: of anybody, and so with the others.
            stage: where the deals are.
            level: ``high``, ``medium`` or ``low``.
            words: all of them stand in the name, the id, the person or the stage of the deal.
            order: what stands first: ``chance``, ``amount``, or ``days`` in the stage.

        Raises:
            UnknownName: no such level, or no such order.
        """
        if level and level not in set(Level):
            raise UnknownName("option", str(level), list(Level))
        if order not in set(Order):
            raise UnknownName("option", str(order), list(Order))
        wanted = Wanted(owner, stage, Level(level) if level else None, words, Order(order))
        return Chances(chosen(self.content, wanted))

    def to_dict(self, lang: str = "en") -> Json:
        """The deals, the stages, and how good each way was on past days."""
        told = self.content
        return {
            "as_of": plain(told.as_of),
            "method": told.method,
            "withheld": plain(told.withheld, lang),
            "decided": told.decided,
            "expected": plain(told.expected),
            "deals": [_row(deal, told, lang) for deal in told.deals],
            "stages": [_stage(row) for row in told.stages],
            "scores": [_scores(row) for row in told.scores],
            "kept": [{"level": one.level.value, "n": one.n, "said": one.said, "won": one.won} for one in told.kept],
            "days": told.days,
            "correction": told.correction,
            "fields": list(told.fields),
            "refused": [
                {"field": one.field, "why": plain(one.why, lang), "auc": plain(one.auc)} for one in told.refused
            ],
        }

    def records(self) -> list[dict[str, Cell]]:
        """One row a deal."""
        return [_row(deal, self.content, "en") for deal in self.content.deals]

    def table(self, lang: str = "en") -> Table:
        """One row a deal; one a stage, with the reason below, where no chance of a deal is told."""
        told = self.content
        title = phrases.title(Message("chances.title"), told.as_of, None, lang)
        if told.withheld is not None:
            return Table(lang, title, _STAGES, stage_rows(told.stages, lang), notes=(told.withheld, *refused(told)))
        rows = tuple(_shown(deal, told, lang) for deal in told.deals)
        return Table(lang, title, _DEALS, rows, notes=(lead(told, lang), Message("chances.levels"), *refused(told)))


def lead(told: WinChances, lang: str) -> Said:
    """The one thing that the page says."""
    if told.withheld is not None:
        return Message("chances.lead_withheld", {"why": told.withheld})
    if not told.deals:
        return Message("chances.lead_none")
    return Message("chances.lead", {"n": len(told.deals), "expected": number(round(told.expected or 0.0), lang)})


def levels_said(told: WinChances) -> Said:
    """How many deals have each level; nothing where no chance is told."""
    if told.method is None or not told.deals:
        return ""
    found = [deal.level for deal in told.deals]
    return Message("chances.lead_levels", {level.value: found.count(level) for level in Level})


def why(deal: DealChance) -> Said:
    """The reasons of a deal in one line."""
    if not deal.reasons:
        return Message("chances.no_reason")
    joined = deal.reasons[-1]
    for one in reversed(deal.reasons[:-1]):
        joined = Message("chances.because", {"first": one, "second": joined})
    return joined


def refused(told: WinChances) -> tuple[Said, ...]:
    """Fields that were left out, each with its reason."""
    return tuple(one.why for one in told.refused)


def kept_said(told: WinChances, lang: str) -> list[Said]:
    """How the levels turned out on past days, one sentence each."""
    return [
        Message(
            "chances.right",
            {
                "level": one.level.words,
                "n": one.n,
                "said": number(round(one.said), lang),
                "won": number(round(one.won), lang),
            },
        )
        for one in told.kept
    ]


def used(told: WinChances) -> Said:
    """The fields that speak beside stage and time; nothing when there are none."""
    if not told.fields:
        return ""
    return Message("chances.used", {"fields": phrases.together([field_said(name) for name in told.fields])})


def stages_table(told: WinChances, lang: str) -> Table:
    """The share closed from each stage."""
    return Table(lang, Message("chances.instead"), _STAGES, stage_rows(told.stages, lang))


def scores_table(told: WinChances, lang: str) -> Table:
    """How good each way was on past days that it had not seen."""
    rows = tuple(
        (
            Shown(one.method, Message(f"chances.method_{one.method}")),
            count(one.n, lang),
            rate(one.undecided, lang),
            _exact(one.log_loss),
            _exact(one.brier),
            _exact(one.auc),
            _exact(one.ece),
            _exact(one.ratio),
        )
        for one in told.scores
    )
    return Table(lang, Message("chances.h_right"), _SCORES, rows)


def stage_rows(stages: Sequence[StageRate], lang: str) -> tuple[tuple[Shown, ...], ...]:
    """One row a stage: the share closed in the end, between what it lies, and decided deals behind it."""
    rows = []
    for row in stages:
        share = rate(row.rate, lang)
        if row.rate is None or row.immature:
            share = Shown(row.rate, Message("chances.early"))
        rows.append((name(row.stage), share, span(row.low, row.high, "rate", lang), count(row.n, lang)))
    return tuple(rows)


_STAGES = (
    Column("stage", Message("show.head_stage"), Kind.NAME),
    Column("rate", Message("chances.head_share"), Kind.RATE),
    Column("range", Message("chances.head_between"), Kind.RANGE),
    Column("n", Message("chances.head_of"), Kind.COUNT),
)
_DEALS = (
    Column("name", Message("show.head_deal"), Kind.NAME),
    Column("deal_id", Message("show.head_deal_id"), Kind.NAME),
    Column("owner", Message("show.by_owner"), Kind.NAME),
    Column("stage", Message("show.head_stage"), Kind.NAME),
    Column("days", Message("chances.head_days"), Kind.DAYS),
    Column("amount", Message("show.head_worth"), Kind.FIGURE),
    Column("currency", Message("show.head_currency"), Kind.NAME),
    Column("level", Message("chances.head_chance"), Kind.TEXT),
    Column("chance", Message("chances.head_percent"), Kind.RATE),
    Column("reasons", Message("chances.head_reasons"), Kind.TEXT),
    Column("next_step", Message("show.head_next"), Kind.TEXT),
    Column("method", Message("chances.head_method"), Kind.TEXT),
)
_SCORES = (
    Column("method", Message("chances.head_method"), Kind.TEXT),
    Column("n", Message("chances.head_deals"), Kind.COUNT),
    Column("undecided", Message("chances.head_undecided"), Kind.RATE),
    Column("log_loss", Message("chances.head_log_loss"), Kind.FIGURE),
    Column("brier", Message("chances.head_brier"), Kind.FIGURE),
    Column("auc", Message("chances.head_auc"), Kind.FIGURE),
    Column("ece", Message("chances.head_ece"), Kind.FIGURE),
    Column("ratio", Message("chances.head_ratio"), Kind.FIGURE),
)


def _exact(value: float) -> Shown:
    return Shown(value, f"{value:.3f}")


def _row(deal: DealChance, told: WinChances, lang: str) -> dict[str, Cell]:
    return {
        "deal_id": deal.deal_id,
        "name": deal.name,
        "owner": deal.owner,
        "stage": deal.stage,
        "days": plain(deal.days),
        "amount": plain(deal.amount),
        "currency": deal.currency,
        "chance": plain(deal.chance),
        "level": None if deal.level is None else deal.level.value,
        "reasons": plain(why(deal), lang) if told.method else None,
        "waiting": plain(deal.waiting, lang),
        "next_step": plain(deal.next_step, lang),
        "method": told.method,
    }


def _stage(row: StageRate) -> dict[str, Cell]:
    return {
        "stage": row.stage,
        "rate": plain(row.rate),
        "low": plain(row.low),
        "high": plain(row.high),
        "immature": row.immature,
        "n": row.n,
    }


def _scores(row: Scores) -> dict[str, Cell]:
    return {
        "method": row.method,
        "n": row.n,
        "undecided": row.undecided,
        "log_loss": row.log_loss,
        "brier": row.brier,
        "auc": row.auc,
        "ece": row.ece,
        "ratio": row.ratio,
        "gain": row.gain,
        "gain_se": plain(row.gain_se),
        "told_apart": row.told_apart,
        "told_apart_se": plain(row.told_apart_se),
    }


def _shown(deal: DealChance, told: WinChances, lang: str) -> tuple[Shown, ...]:
    return (
        name(deal.name),
        name(deal.deal_id),
        name(deal.owner) if deal.owner else NO_NAME,
        name(deal.stage),
        length(deal.days, lang),
        figure(deal.amount, deal.currency, lang),
        name(deal.currency) if deal.currency else NO_NAME,
        Shown(None, "") if deal.level is None else Shown(deal.level.value, deal.level.words),
        rate(deal.chance, lang),
        text(why(deal), lang),
        text(deal.next_step, lang),
        Shown(told.method, Message(f"chances.method_{told.method}")),
    )
