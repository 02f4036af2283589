"""Page 1: what came in, what adds up, what is missing, and what these data cannot tell."""

from collections.abc import Sequence

from yaad.insight import Gap
from yaad.measures.quality import MISSING
from yaad.model import Figure, Finding
from yaad.reports.asked import Asked
from yaad.reports.page import Page, Part
from yaad.reports.source import Source
from yaad.show import Column, Findings, Kind, Table, import_table, notes_html, say_html, say_plain, sum_said, table_html
from yaad.show.markup import tag
from yaad.show.phrases import dimension, measure_said
from yaad.show.speech import Said
from yaad.show.tables import PLAIN_UNITS, in_unit, text
from yaad.text import Message, money, number

FEW_DECIDED = 100
"""Below so many decided deals the figures are a direction, not a proof."""
SHOWN = 7
"""Findings and gaps on paper; the workbook has them all."""
FILES = 5
TO_FILL = 2
LEAST_HOLE = 0.01
HOLES = frozenset(f"no_{name}" for name in MISSING)
ALONE = 1
LEFT_OUT = "measures.not_inquiries"
"""The note that says how many rows were no inquiries, and are in no figure."""


def quality(asked: Asked, source: Source, lang: str) -> Page:
    """The page of the data."""
    findings = Findings(_partly(asked.findings, asked.gaps))
    tables = [
        (Message("reports.tab_rows"), import_table(source.files, asked.as_of, {}, source.notes, lang)),
        (Message("reports.tab_findings"), Findings(asked.findings).table(lang)),
        (Message("reports.tab_gaps"), gaps_table(asked.gaps, lang)),
    ]
    return Page(
        "quality",
        Message("reports.title_quality"),
        _says(asked, source),
        _sure(asked),
        _todo(asked, source),
        tuple(_parts(asked, source, findings, lang)),
        tuple(table for table in tables if table[1].rows),
        _data(asked, source, lang),
    )


def _partly(findings: Sequence[Finding], gaps: Sequence[Gap]) -> list[Finding]:
    """Findings without the columns that are wholly absent: those stand among the gaps."""
    absent = {f"no_{gap.column}" for gap in gaps if gap.column} | {f"silent:{gap.about}" for gap in gaps}
    absent |= {"before_lists"}  # always among the gaps
    return [found for found in findings if found.id not in absent]


def _says(asked: Asked, source: Source) -> tuple[Said, ...]:
    gaps = [Message("reports.gaps", {"n": len(asked.gaps)})] if asked.gaps else []
    if not gaps and (holes := _holes(asked)):
        values: dict[str, object] = {"what": holes[0].words, "n": holes[0].count, "of": holes[0].of}
        gaps = [Message("reports.most_missing", values)]
    if not source.files:
        deals = int(asked.figures["deals"].value or 0)
        return (Message("reports.book_holds", {"n": deals}), *gaps)
    rows, loaded, rejected = (
        sum(getattr(file, key) for file in source.files) for key in ("rows_in", "loaded", "rejected")
    )
    if rejected:
        return (Message("reports.rows_rejected", {"n": rejected, "rows": rows}), *gaps)
    if loaded < rows:
        return (Message("reports.rows_skipped", {"n": rows, "loaded": loaded, "skipped": rows - loaded}), *gaps)
    return (Message("reports.rows_all", {"n": rows}), *gaps)


def _holes(asked: Asked) -> list[Finding]:
    """Columns that some of the deals that need them lack, the largest hole first."""
    found = [one for one in asked.findings if one.id in HOLES and LEAST_HOLE * one.of <= one.count < one.of]
    return sorted(found, key=lambda one: -one.count / one.of)


def _sure(asked: Asked) -> tuple[Said, ...]:
    won, lost, still_open = (int(asked.figures[name].value or 0) for name in ("won", "lost", "open"))
    parts = {
        "decided": Message("reports.decided", {"n": won + lost}),
        "open": Message("show.open", {"n": still_open}),
    }
    values: dict[str, object] = {**parts, "day": asked.as_of}
    said: list[Said] = [Message("reports.rests_on", values)]
    if asked.first_month:
        said.append(Message("reports.seen_from", {"month": asked.first_month, "day": asked.as_of}))
    said += [note for note in asked.funnel.notes if note.key == LEFT_OUT]
    if not won + lost:
        said.append(Message("reports.none_decided"))
    elif won + lost < FEW_DECIDED:
        said.append(Message("reports.few_decided", {"n": won + lost}))
    return tuple(said)


def _todo(asked: Asked, source: Source) -> tuple[Said, ...]:
    said: list[Said] = []
    if rejected := sum(file.rejected for file in source.files):
        said.append(Message("reports.mend_rows", {"n": rejected}))
    if columns := [dimension(gap.column) for gap in asked.gaps if gap.column]:
        said.append(Message("reports.add_columns", {"columns": _listed(columns)}))
    if silent := [gap.about for gap in asked.gaps if not gap.column and isinstance(gap.about, str)]:
        said.append(Message("reports.add_history", {"stages": _listed(silent)}))
    said += [gap.words for gap in asked.gaps if not gap.column and isinstance(gap.about, Message)]
    holes = _holes(asked)[:TO_FILL]
    said += [Message("reports.fill", {"what": hole.words, "n": hole.count, "of": hole.of}) for hole in holes]
    if stalled := next((found.count for found in asked.findings if found.id == "stalled"), 0):
        said.append(Message("reports.clear_stalled", {"n": stalled}))
    return tuple(said) or (Message("reports.nothing_to_mend"),)


def _listed(items: Sequence[Said]) -> Said:
    joined = items[-1]
    for item in reversed(items[:-1]):
        joined = Message("show.and_then", {"first": item, "rest": joined})
    return joined


# ---- parts ------------------------------------------------------------------------------------------------------


def _parts(asked: Asked, source: Source, findings: Findings, lang: str) -> list[Part]:
    parts = []
    if source.files:
        parts.append(Part(_account(asked, source, lang), Message("reports.h_rows"), name="account"))
    parts.append(Part(_figures(asked, lang), Message("reports.h_holds"), name="holds"))
    table = findings.table(lang)
    shown = Table(lang, "", table.columns, table.rows[:SHOWN], notes=(*table.notes, *_more(len(table.rows))))
    parts.append(Part(table_html(shown, caption=False), Message("quality.title"), name="findings"))
    if asked.gaps:
        parts.append(Part(_gaps(asked.gaps, lang), Message("reports.h_gaps"), name="gaps"))
    return parts


def _more(count: int) -> tuple[Message, ...]:
    return (Message("reports.more", {"n": count - SHOWN}),) if count > SHOWN else ()


def _account(asked: Asked, source: Source, lang: str) -> str:
    """The sum of rows, large; below it why rows were left out."""
    keys = ("rows_in", "loaded", "rejected", "skipped")
    sums = [(key, sum(getattr(file, key) for file in source.files)) for key in keys]
    cells = [
        tag("span", tag("b", say_html(number(value, lang), lang)) + say_html(Message(f"show.head_{key}"), lang))
        for key, value in sums
    ]
    signs = [tag("i", sign) for sign in ("=", "+", "+")]
    line = "".join(part for pair in zip(cells, [*signs, ""], strict=True) for part in pair)
    below = import_table(source.files, asked.as_of, {}, (), lang)
    reasons = [note for note in below.notes if isinstance(note, Message) and note.key == "show.left_out_because"]
    html = tag("p", line, class_="sum")
    if len(source.files) > ALONE:
        listed = Table(lang, "", below.columns, below.rows[:FILES])
        html += table_html(listed, caption=False)
    return html + notes_html((*reasons, *source.notes)[:FILES], lang)


def _figures(asked: Asked, lang: str) -> str:
    """The figures of all the data in one row, and the sum of all deals."""
    told = [one for one in asked.figures.values() if one.value is not None]
    if not asked.figures["won"].value:
        told = [one for one in told if one.id != "won_value"]
    if not asked.figures["lost"].value:  # a rate of what was decided needs losses: without any it is no answer
        told = [one for one in told if one.id != "win_rate"]
    cells = "".join(_figure(one, lang) for one in told)
    sums = sum_said(*(int(asked.figures[name].value or 0) for name in ("won", "open", "lost")))
    return tag("div", cells, class_="facts") + tag("p", say_html(sums, lang), class_="sums")


def _figure(one: Figure, lang: str) -> str:
    value = one.value or 0
    plain = one.unit in PLAIN_UNITS
    said = in_unit(value, one.unit, lang) if plain else money(value, one.unit, lang)
    return tag("div", tag("b", say_html(said, lang)) + tag("span", say_html(measure_said(one.id), lang)))


def _gaps(gaps: Sequence[Gap], lang: str) -> str:
    items = "".join(
        tag("li", tag("b", say_html(gap.about, lang)) + tag("span", say_html(gap.words, lang))) for gap in gaps[:SHOWN]
    )
    return tag("ul", items, class_="cant") + notes_html(_more(len(gaps)), lang)


def gaps_table(gaps: Sequence[Gap], lang: str) -> Table:
    """What the data cannot tell, and what would unlock it."""
    rows = tuple((text(gap.about, lang), text(gap.words, lang)) for gap in gaps)
    columns = (
        Column("about", Message("reports.head_gap"), Kind.TEXT),
        Column("words", Message("reports.head_unlock"), Kind.TEXT),
    )
    return Table(lang, Message("reports.h_gaps"), columns, rows)


def _data(asked: Asked, source: Source, lang: str) -> dict[str, object]:
    return {
        "files": [file.to_dict() for file in source.files],
        "figures": {name: one.value for name, one in asked.figures.items()},
        **Findings(asked.findings).to_dict(lang),
        "cannot_tell": [{"column": gap.column, "about": _plain(gap.about, lang)} for gap in asked.gaps],
    }


def _plain(what: Said, lang: str) -> str:
    return say_plain(what, lang)
