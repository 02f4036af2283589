"""A funnel as values, table, part of a page and chart, and the two lines that people remember of it."""

import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from yaad.model import Cell, Funnel, FunnelRow
from yaad.show import phrases
from yaad.show.markup import notes_html, table_html, tag
from yaad.show.results import Json, Result, flat, plain
from yaad.show.speech import Said, say_html
from yaad.show.tables import Column, Kind, Shown, Table, count, hinted, name, rate, span
from yaad.text import Message, direction, number, percent

if TYPE_CHECKING:
    import altair as alt

LEVEL = 0.95


class Funnels(Result):
    """Funnels of one or more groups.

    ``to_dict`` gives ``stages`` (the rows of all groups, each with its ``by``, which is empty without a breakdown: then
    they are the whole funnel) and ``groups`` (the same rows, one object a group, with what is won and undated).
    """

    content_type = Funnel
    content: Sequence[Funnel]

    def to_dict(self, lang: str = "en") -> Json:
        """Stages in order; ``entered = advanced + lost + open``; rates are 0–1."""
        groups = [_group(funnel, lang) for funnel in self.content]
        stages = [row | {"by": group["by"]} for group in groups for row in group["stages"]]
        alone: Json = groups[0] if len(groups) == 1 else {}
        whole: Json = {key: alone[key] for key in ("won", "undated", "notes") if key in alone}
        first = self.content[0] if self.content else None
        about = {"period": first and first.period and first.period.to_dict(), "as_of": plain(first and first.as_of)}
        return {"stages": stages, "level": LEVEL, **about, **whole, "groups": groups}

    def records(self) -> list[dict[str, Cell]]:
        """One row a group and stage."""
        return [flat(funnel.by, _row(row)) for funnel in self.content for row in funnel.stages]

    def table(self, lang: str = "en") -> Table:
        """One row a group and stage."""
        groups = phrases.group_columns([funnel.by for funnel in self.content])
        rows = tuple(
            phrases.group_cells(funnel.by, groups) + _cells(row, lang)
            for funnel in self.content
            for row in funnel.stages
        )
        first = self.content[0] if self.content else None
        title: Said = Message("show.funnel")
        if first is not None:
            title = phrases.title(title, first.as_of, first.period, lang)
        return Table(
            lang, title, groups + _COLUMNS, rows, notes=_table_notes(self.content) if rows else phrases.NOTHING_HERE
        )

    def html(self, lang: str = "en") -> str:
        """The funnel, or a table when there are several."""
        if len(self.content) != 1:
            return table_html(self.table(lang))
        return funnel_html(self.content[0], lang)

    def chart(self, lang: str = "en", *, dark: bool = False) -> "alt.TopLevelMixin":
        """Bars of what moved on, is still open and was lost, one a stage."""
        from yaad.show.charts import funnel_chart

        return funnel_chart(self.content, lang, dark=dark)


# ---- plain values -----------------------------------------------------------------------------------------------


def _row(row: FunnelRow) -> dict[str, Cell]:
    return {
        "stage": row.stage,
        "entered": row.entered,
        "advanced": row.advanced,
        "lost": row.lost,
        "open": row.open,
        "rate": plain(row.rate),
        "rate_expected": plain(row.rate_expected),
        "low": plain(row.low),
        "high": plain(row.high),
        "immature": row.immature,
    }


def _group(funnel: Funnel, lang: str) -> Json:
    return {
        "by": plain(funnel.by),
        "stages": [_row(row) for row in funnel.stages],
        "won": funnel.won,
        "undated": funnel.undated,
        "notes": plain(funnel.notes, lang),
    }


# ---- words ------------------------------------------------------------------------------------------------------

_COLUMNS = (
    Column("stage", Message("show.head_stage"), Kind.NAME),
    Column("entered", Message("show.head_entered"), Kind.COUNT),
    Column("advanced", Message("show.head_advanced"), Kind.COUNT),
    Column("lost", Message("show.head_lost"), Kind.COUNT),
    Column("open", Message("show.head_open"), Kind.COUNT),
    Column("rate", Message("show.head_rate"), Kind.RATE),
    Column("rate_expected", Message("show.head_expected"), Kind.RATE),
    Column("range", Message("show.head_range"), Kind.RANGE),
)


def _cells(row: FunnelRow, lang: str) -> tuple[Shown, ...]:
    counts = (row.entered, row.advanced, row.lost, row.open)
    return (
        name(row.stage),
        *(count(value, lang) for value in counts),
        rate(row.rate, lang),
        hinted(row.rate_expected, lang, immature=row.immature, few=row.few),
        span(row.low, row.high, "rate", lang),
    )


def of_ten(funnel: Funnel) -> Message | None:
    """“Of 10 inquiries: 5 meetings, 3 quotes, one closing”: of 100 or 1,000 when fewer than one of ten closes.

    Rests on the expected rates, so open deals count as such deals moved on before. While too many of a stage are
    undecided, an expected rate promises far too much: then it rests on what is counted so far, and says so with the
    open deals. None when nothing can be said: no deal, or a stage whose rate is not known.
    """
    shares = _shares_so_far(funnel) if is_early(funnel) else _shares_in_the_end(funnel)
    if not shares:
        return None
    base = next((size for size in (10, 100, 1000) if round(shares[-1] * size, 1) >= 1), 10 if shares[-1] == 0 else 1000)
    stages = [*(row.stage for row in funnel.stages[1:]), None]
    parts = phrases.together([_step(stage, round(part * base)) for stage, part in zip(stages, shares, strict=True)])
    if is_early(funnel):
        still_open = sum(row.open for row in funnel.stages)
        return Message("show.of_ten_so_far", {"base": base, "parts": parts, "n": still_open})
    return Message("show.of_ten", {"base": base, "parts": parts})


def is_early(funnel: Funnel) -> bool:
    """Whether too much of any stage is still open, or too little decided while some are open, to tell how it ends."""
    return any(row.immature or (row.few and row.open) for row in funnel.stages)


def _shares_in_the_end(funnel: Funnel) -> list[float]:
    """Of those who entered: what will reach each next stage and the closing; empty when it cannot be told."""
    shares, share = [], 1.0
    for row in funnel.stages:
        if row.rate_expected is None:
            return []
        share *= row.rate_expected
        shares.append(share)
    return shares


def _shares_so_far(funnel: Funnel) -> list[float]:
    """Of those who entered: what has reached each next stage and the closing; empty when none entered."""
    if not funnel.stages or not funnel.stages[0].entered:
        return []
    reached = [*(row.entered for row in funnel.stages[1:]), funnel.won]
    return [part / funnel.stages[0].entered for part in reached]


def _step(stage: str | None, n: int) -> Message:
    """How many reach a stage; None is the closing."""
    step = "closing" if stage is None else phrases.step_of(stage)
    if step is None:
        return Message("show.step_other", {"n": n, "stage": stage})
    return Message(f"show.step_{step}", {"n": n})


def sum_line(funnel: Funnel) -> Message | None:
    """“1,207 = 103 won + 110 open + 994 lost”: every deal that entered is in one of the three."""
    if not funnel.stages:
        return None
    still_open, lost = sum(row.open for row in funnel.stages), sum(row.lost for row in funnel.stages)
    return sum_said(funnel.won, still_open, lost)


def sum_said(won: int, still_open: int, lost: int) -> Message:
    """The same of any deals."""
    parts = {"won": won, "open": still_open, "lost": lost}
    said = {key: Message(f"show.sum_{key}", {"n": n}) for key, n in parts.items()}
    return Message("show.sum_line", {"all": sum(parts.values()), **said})


def _notes(funnel: Funnel) -> tuple[Message, ...]:
    """All sentences below a funnel."""
    lines = [of_ten(funnel), sum_line(funnel), Message("show.expected_is"), *_small_notes(funnel)]
    return tuple(line for line in lines if line is not None)


def _small_notes(funnel: Funnel) -> tuple[Message, ...]:
    early = [
        Message("show.too_early_stage", {"stage": row.stage, "n": row.open}) for row in funnel.stages if row.immature
    ]
    few = [
        Message("show.few_stage", {"stage": row.stage, "n": row.advanced + row.lost})
        for row in funnel.stages
        if row.few and not row.immature
    ]
    key = "show.undated" if funnel.period is None else "show.undated_beside"
    undated = [Message(key, {"n": funnel.undated})] if funnel.undated else []
    return (*early, *few, *undated, *funnel.notes)


def _table_notes(funnels: Sequence[Funnel]) -> tuple[Message, ...]:
    """The sentences of the only funnel; of several, which of them are young or small, and how many have no date.

    What is to be known of a single group is said when it is asked for: a dozen groups would say it a dozen times.
    """
    if len(funnels) == 1:
        return _notes(funnels[0])
    told: list[Message] = [Message("show.expected_is")]
    early = [phrases.groups_said(funnel.by) for funnel in funnels if is_early(funnel)]
    if early:
        told.append(Message("show.groups_early", {"groups": phrases.together(early)}))
    told += [note for note in funnels[0].notes if all(note in funnel.notes for funnel in funnels)]
    undated = sum(funnel.undated for funnel in funnels)
    key = "show.undated" if funnels[0].period is None else "show.undated_beside"
    return (*told, *([Message(key, {"n": undated})] if undated else []))


# ---- part of a page ---------------------------------------------------------------------------------------------


def funnel_html(funnel: Funnel, lang: str, *, leak: str | None = None) -> str:
    """One funnel: a bar a stage, the line “of 10 inquiries”, the key and the sum line.

    Args:
        funnel: the funnel of one group.
        lang: the language of the words, and the direction of the bars.
        leak: the stage where most is lost, if that survives counting the open deals; it is marked.
    """
    mark = f"hatch-{zlib.crc32(repr(funnel).encode()):08x}"  # one pattern a funnel, so that ids stay unique in a page
    stages = "".join(_stage_html(row, lang, mark, leak=row.stage == leak) for row in funnel.stages)
    end = tag("span", say_html(Message("show.steps_closing"), lang), class_="nm")
    end += tag("span", _n(funnel.won, lang), class_="v")
    parts = [tag("ul", stages + tag("li", end, class_="sg end"), class_="sgs")]
    if line := of_ten(funnel):
        rests_on = "" if is_early(funnel) else tag("small", say_html(Message("show.of_ten_rests_on"), lang))
        parts.append(tag("p", say_html(line, lang) + rests_on, class_="ten"))
    parts.append(_key(lang, mark))
    if sums := sum_line(funnel):
        parts.append(tag("p", say_html(sums, lang), class_="sums"))
    parts.append(notes_html(_small_notes(funnel), lang))
    return "".join(parts)


def _n(value: int, lang: str) -> str:
    return say_html(number(value, lang), lang)


def _stage_html(row: FunnelRow, lang: str, mark: str, *, leak: bool) -> str:
    line = ""
    if row.rate is not None:
        line += tag("span", say_html(Message("show.moved_on", {"rate": percent(row.rate, lang)}), lang))
    if leak:
        line += tag("em", say_html(Message("show.leak"), lang))
    if row.open:
        line += tag("span", say_html(Message("show.open", {"n": row.open}), lang), class_="opn")
    inner = tag("span", say_html(row.stage, lang), class_="nm") + tag("span", _n(row.entered, lang), class_="v")
    return tag("li", inner + _bar(row, lang, mark) + tag("span", line, class_="ln"), class_="sg")


def _bar(row: FunnelRow, lang: str, mark: str) -> str:
    """The three parts of a stage, from the reading side on; lengths in percent of the drawing's own width."""
    rects, start = "", 0.0
    for kind, part in (("ad", row.advanced), ("op", row.open), ("lo", row.lost)):
        width = 100 * part / row.entered if row.entered else 0.0
        if width:
            x = 100 - start - width if direction(lang) == "rtl" else start
            fill = {"fill": f"url(#{mark})"} if kind == "op" else {}
            rects += tag("rect", class_=kind, x=f"{x:.3f}%", width=f"{width:.3f}%", height="12", **fill)
        start += width
    return tag("svg", rects, class_="sb", width="100%", height="12", aria_hidden="true", focusable="false")


def _key(lang: str, mark: str) -> str:
    """The key; it also holds the hatching that all bars of this funnel use."""
    under = tag("rect", class_="hatch-under", width="6", height="6")
    over = tag("rect", class_="hatch-over", width="3", height="6")
    hatch = tag(
        "pattern",
        under + over,
        id=mark,
        width="6",
        height="6",
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(25)",
    )
    items = ""
    for kind, word in (("ad", "show.key_advanced"), ("op", "show.key_open"), ("lo", "show.key_lost")):
        fill = {"fill": f"url(#{mark})"} if kind == "op" else {}
        swatch = tag("rect", class_=kind, width="12", height="10", **fill)
        defs = tag("defs", hatch) if kind == "op" else ""
        icon = tag("svg", defs + swatch, width="12", height="10", aria_hidden="true", focusable="false")
        items += tag("span", icon + say_html(Message(word), lang))
    return tag("p", items, class_="key")
