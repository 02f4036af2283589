"""How a target stands, which targets there are, and which may be set: as values, tables and sentences."""

from decimal import Decimal

from yaad import measures
from yaad.model import Cell, TargetEntry
from yaad.model.targets import WON_VALUE
from yaad.plan.goals import Act, Goal, Milestone, Part, TargetAct, TargetList, TargetRow
from yaad.show import phrases
from yaad.show.beside import month_said
from yaad.show.markup import tag
from yaad.show.results import Json, Result, plain
from yaad.show.speech import Said, say_html, say_plain
from yaad.show.tables import Column, Kind, Shown, Table, count, figure, name, rate, text
from yaad.text import Message, day, direction, money, number, percent


class GoalResult(Result):
    """How a target stands: ``{"target", "achieved", "gap", "closings", "plan_today", "state", "parts": {…}, …}``."""

    content_type = Goal
    content: Goal

    def to_dict(self, lang: str = "en") -> Json:
        """The figures of the whole, its parts, and what still comes."""
        goal = self.content
        curve, ahead = goal.curve, goal.ahead
        return {
            "measure": goal.measure,
            "period": goal.period.to_dict(),
            "as_of": goal.as_of.isoformat(),
            "whose": goal.whose.said,
            "target": plain(goal.wanted.value) if goal.wanted else None,
            "full_target": plain(goal.wanted.full) if goal.wanted else None,
            "basis": goal.wanted.basis.value if goal.wanted else None,
            "achieved": plain(goal.achieved),
            "others": plain(goal.others),
            "n": goal.n,
            "unit": goal.unit,
            "tax": goal.tax,
            "left_out": [{"n": one.n, "currency": one.currency, "tax": one.tax} for one in goal.left_out],
            "share": plain(goal.share),
            "gap": plain(goal.gap),
            "average": plain(goal.average),
            "closings": goal.closings,
            "plan_today": plain(goal.plan_today),
            "begun": goal.has_begun,
            "state": goal.state.value if goal.state else None,
            "working_days": {"over": curve.days_over, "of": curve.days} if curve else None,
            "own_periods": len(curve.shares) if curve else None,
            "enough": {"periods": goal.enough[0], "of": goal.enough[1]} if goal.enough else None,
            "coverage": plain(goal.coverage),
            "needed_coverage": plain(goal.needed),
            "parts": {kind: [_part(part) for part in parts] for kind, parts in goal.parts.items()},
            "differences": {kind: plain(more) for kind, more in goal.differences.items()},
            "open": {"deals": ahead.open, "expected": plain(ahead.expected), "low": ahead.low, "high": ahead.high}
            if ahead
            else None,
            "missing_after_open": plain(ahead.missing) if ahead else None,
            "too_late_for_inquiries": ahead.too_late if ahead else None,
            "chance": plain(ahead.chance) if ahead else None,
            "end": {"low": plain(ahead.end[0]), "high": plain(ahead.end[1])} if ahead and ahead.end else None,
            "milestones": [_milestone(one) for one in ahead.milestones] if ahead else [],
            "sentences": plain((*goal_said(goal, lang), *ahead_said(goal, lang)), lang),
            "notes": plain(goal_notes(goal, lang), lang),
        }

    def records(self) -> list[dict[str, Cell]]:
        """One row for the whole and one for each part."""
        goal = self.content
        rows = [_part(Part(None, goal.wanted, goal.achieved, goal.n, goal.plan_today, goal.state)) | {"kind": "all"}]
        rows += [_part(part) | {"kind": kind} for kind, parts in goal.parts.items() for part in parts]
        return [{"kind": row.pop("kind"), **row} for row in rows]

    def table(self, lang: str = "en") -> Table:
        """One row for each part that has a target or achieved something, the whole below."""
        goal = self.content
        rows = []
        for kind, parts in goal.parts.items():
            rows += [
                (text(phrases.dimension(kind), lang), name(part.name), *_cells(part, goal.unit, lang)) for part in parts
            ]
        whole = Part(None, goal.wanted, goal.achieved, goal.n, goal.plan_today, goal.state)
        total = (text(Message("goals.whole"), lang), Shown(None, _whose(goal)), *_cells(whole, goal.unit, lang))
        title = phrases.title(Message("goals.title"), goal.as_of, goal.period, lang)
        said = (*goal_said(goal, lang), *ahead_said(goal, lang), *goal_notes(goal, lang))
        return Table(lang, title, _PARTS, tuple(rows), total, said)


class TargetsResult(Result):
    """The targets as they stand: ``{"targets": [{"period", "measure", "owner", …, "value", "entry"}]}``."""

    content_type = TargetList
    content: TargetList

    def to_dict(self, lang: str = "en") -> Json:
        """One object a target."""
        return {"targets": [_row(row) for row in self.content.rows], "notes": plain(self.content.notes, lang)}

    def records(self) -> list[dict[str, Cell]]:
        """One row a target."""
        return [_row(row) for row in self.content.rows]

    def table(self, lang: str = "en") -> Table:
        """One row a target."""
        rows = tuple(_shown(row, lang) for row in self.content.rows)
        notes = self.content.notes if rows else (Message("goals.none_yet"),)
        return Table(lang, Message("goals.list"), _TARGETS, rows, notes=notes)


_PARTS = (
    Column("kind", Message("goals.head_kind"), Kind.TEXT),
    Column("name", Message("goals.head_who"), Kind.NAME),
    Column("target", Message("goals.head_target"), Kind.FIGURE),
    Column("achieved", Message("goals.head_achieved"), Kind.FIGURE),
    Column("share", Message("goals.head_share"), Kind.RATE),
    Column("gap", Message("goals.head_gap"), Kind.FIGURE),
    Column("plan_today", Message("goals.head_plan_today"), Kind.FIGURE),
    Column("state", Message("goals.head_state"), Kind.TEXT),
)
_TARGETS = (
    Column("period", Message("goals.head_period"), Kind.NAME),
    Column("measure", Message("goals.head_measure"), Kind.TEXT),
    Column("whose", Message("goals.head_who"), Kind.NAME),
    Column("set", Message("goals.head_set"), Kind.FIGURE),
    Column("value", Message("goals.head_counts"), Kind.FIGURE),
    Column("by", Message("goals.head_by"), Kind.NAME),
    Column("entry", Message("goals.head_entry"), Kind.COUNT),
)


# ---- plain values -----------------------------------------------------------------------------------------------


def _gap(part: Part) -> Decimal | None:
    return None if part.wanted is None else max(part.wanted.value - part.achieved, Decimal(0))


def _part(part: Part) -> dict[str, Cell]:
    return {
        "name": part.name,
        "target": plain(part.wanted.value) if part.wanted else None,
        "full_target": plain(part.wanted.full) if part.wanted else None,
        "achieved": plain(part.achieved),
        "n": part.n,
        "share": plain(part.share),
        "gap": plain(_gap(part)),
        "plan_today": plain(part.plan_today),
        "state": part.state.value if part.state else None,
    }


def _milestone(one: Milestone) -> dict[str, Cell]:
    return {
        "stage": one.stage,
        "count": one.count,
        "usual": plain(one.usual),
        "last_useful": one.last_useful.isoformat(),
        "working_days_left": one.working_days_left,
        "late": one.late,
        "state": one.state.value if one.state else None,
        "next_period": one.next_period if one.late else None,
    }


def _row(row: TargetRow) -> dict[str, Cell]:
    target = row.target
    return {
        "period": target.period.name,
        "measure": target.measure,
        "owner": target.whose.owner,
        "team": target.whose.team,
        "branch": target.whose.branch,
        "product": target.whose.product,
        "set": plain(target.value),
        "value": plain(row.value),
        "currency": target.currency,
        "tax": target.tax,
        "by": row.by,
        "entry": target.entry,
    }


# ---- words ------------------------------------------------------------------------------------------------------


def _cells(part: Part, unit: str | None, lang: str) -> tuple[Shown, ...]:
    gap = _gap(part)
    return (
        _amount(part.wanted.value if part.wanted else None, unit, lang),
        _amount(part.achieved, unit, lang),
        rate(part.share, lang),
        _amount(gap, unit, lang),
        _amount(part.plan_today, unit, lang),
        text(state_said(part.state.value) if part.state else "", lang),
    )


def part_cells(part: Part, goal: Goal, lang: str) -> tuple[Shown, ...]:
    """The cells of one part: its name, target, what is reached, the part of it, what is missing, by today, pace."""
    return (name(part.name), *_cells(part, goal.unit, lang))


def target_said(row: TargetRow, lang: str) -> Said:
    """What counts of a target, with its unit."""
    return _amount(row.value, _unit(row), lang).said


def _unit(row: TargetRow) -> str | None:
    """The unit of a target's measure."""
    known = measures.REGISTRY.get(row.target.measure)
    if known is None or known.unit is measures.Unit.MONEY:
        return row.target.currency
    return known.unit.value


def _amount(value: Decimal | None, unit: str | None, lang: str) -> Shown:
    return figure(None if value is None else float(value), unit, lang)


def state_said(state: str) -> Message:
    """Ahead, on pace or behind, in words."""
    return Message(f"goals.state_{state}")


def _whose(goal: Goal) -> Said:
    said = goal.whose.said
    return ", ".join(said.values()) if said else ""


def _shown(row: TargetRow, lang: str) -> tuple[Shown, ...]:
    target = row.target
    said = ", ".join(target.whose.said.values())
    unit = _unit(row)
    return (
        name(target.period.name),
        text(phrases.measure_said(target.measure), lang),
        Shown(said, said) if said else text(Message("goals.company"), lang),
        _amount(target.value, unit, lang),
        _amount(row.value, unit, lang),
        Shown(row.by, row.by) if row.by else text(Message("goals.from_sheet"), lang),
        count(target.entry, lang),
    )


def entry_said(entry: TargetEntry, lang: str) -> dict[str, object]:
    """What an entry says, for a sentence: ``{"whose", "period", "value"}``; a taken away one's value is 0."""
    known = measures.REGISTRY.get(entry.measure)
    amount = Decimal(entry.value or 0)
    value: Said = number(amount, lang)
    if known is None or known.unit is measures.Unit.MONEY:
        value = money(amount, entry.currency, lang, short=False)
    if entry.measure != WON_VALUE:
        value = Message("goals.of_measure", {"value": value, "measure": phrases.measure_said(entry.measure)})
    whose = ", ".join(name for name in (entry.owner, entry.team, entry.branch, entry.product) if name)
    return {"whose": whose or Message("goals.company"), "period": month_said(entry.period), "value": value}


def act_said(done: TargetAct, lang: str) -> Message:
    """What was done about targets."""
    if done.act is Act.TAKEN_BACK and done.n > 1:
        return Message("goals.done_division_back", {"n": done.n})
    return Message(f"goals.done_{done.act}", entry_said(done.entry, lang) | {"n": done.n})


def in_money(value: Decimal | float, goal: Goal, lang: str) -> Said:
    """An amount of the goal's measure with its unit, to be read."""
    return number(value, lang) if goal.unit == "count" else money(value, goal.unit, lang)


def before_tax(goal: Goal) -> Message | None:
    """Whether VAT is in the amounts; None where nobody said, or they are no money."""
    return Message(f"goals.tax_{goal.tax}") if goal.measure == WON_VALUE and goal.tax in ("net", "gross") else None


def goal_said(goal: Goal, lang: str) -> tuple[Message, ...]:
    """What is missing and in how many closings, and the pace: the answer to the first question of the day."""
    if goal.wanted is None or goal.gap is None:
        return ()
    if not goal.gap:
        return (
            Message("goals.reached_it", {"target": in_money(goal.wanted.value, goal, lang)}),
            *partly_said(goal, lang),
        )
    said: list[Message] = []
    period = month_said(goal.period.name)
    values: dict[str, object] = {"gap": in_money(goal.gap, goal, lang), "period": period}
    tax = before_tax(goal)
    if goal.measure == "won":
        said.append(Message("goals.missing_closings", {"n": goal.closings or 0, "period": period}))
    elif goal.closings is None:
        said.append(Message("goals.missing", values))
    else:
        key = f"goals.missing_{goal.tax}" if tax else "goals.missing_money"
        said.append(Message(key, values | {"n": goal.closings}))
    return (*said, *pace_said(goal, lang), *partly_said(goal, lang))


def partly_said(goal: Goal, lang: str) -> tuple[Message, ...]:
    """Of a target that is the sum of those of some: what others brought, which is not held against it."""
    if goal.wanted is None or not goal.others:
        return ()
    values: dict[str, object] = {"n": len(goal.wanted.names), "others": in_money(goal.others, goal, lang)}
    return (Message(f"goals.partly_{goal.wanted.parts}", values),)


def standing_said(goal: Goal, lang: str) -> tuple[Message, ...]:
    """Where a period stands in one line: what is reached of the target, and its chance; or that there is no target."""
    period = month_said(goal.period.name)
    if goal.wanted is None:
        return (Message("goals.standing_none", {"period": period}), Message("goals.standing_set"))
    values: dict[str, object] = {
        "period": period,
        "achieved": in_money(goal.achieved, goal, lang),
        "target": in_money(goal.wanted.value, goal, lang),
        "share": percent(goal.share or 0.0, lang),
    }
    tax = before_tax(goal)
    key = "goals.standing" if tax is None else "goals.standing_taxed"
    said = Message(key, values | {"tax": tax})
    partly = partly_said(goal, lang)
    if not goal.gap or goal.ahead is None or goal.ahead.chance is None:
        return (said, *partly)
    n = phrases.tens(goal.ahead.chance)
    return (said, Message("goals.standing_chance", {"n": n}) if n else Message("goals.standing_small"), *partly)


def pace_said(goal: Goal, lang: str) -> tuple[Message, ...]:
    """Where the target stands against today's plan, and how sure it is; before it begins, that and its chance."""
    if not goal.has_begun:
        return (Message("goals.begins_later"), *chance_said(goal))
    if goal.curve is None or goal.plan_today is None or goal.state is None:
        return ()
    values: dict[str, object] = {
        "state": state_said(goal.state.value),
        "achieved": in_money(goal.achieved, goal, lang),
        "plan": in_money(goal.plan_today, goal, lang),
        "over": goal.curve.days_over,
        "days": goal.curve.days,
    }
    said = [Message("goals.pace" if goal.curve.is_own else "goals.pace_straight", values)]
    if goal.enough is not None and goal.gap:
        enough, of = goal.enough
        key = "goals.enough" if enough else "goals.enough_never"
        said.append(Message(key, {"enough": enough, "n": of} if enough else {"n": of}))
    return tuple(said)


def chance_said(goal: Goal) -> tuple[Message, ...]:
    """In how many of ten cases the target is reached; nothing where that cannot be told."""
    if goal.ahead is None or goal.ahead.chance is None:
        return ()
    n = phrases.tens(goal.ahead.chance)
    return (Message("goals.chance", {"n": n}) if n else Message("goals.chance_small"),)


def goal_notes(goal: Goal, lang: str) -> tuple[Message, ...]:
    """What to know about it."""
    notes = list(goal.notes)
    if goal.coverage is not None:
        values: dict[str, object] = {"coverage": number(round(goal.coverage, 1), lang)}
        if goal.needed:
            values["part"] = percent(round(1 / goal.needed, 2), lang)
        notes.append(Message("goals.coverage_part" if goal.needed else "goals.coverage", values))
    notes += differences_said(goal, lang)
    if goal.ahead is not None:
        # what is missing after the open deals says it already
        late = goal.ahead.too_late and goal.ahead.missing > 0
        notes += [note for note in goal.ahead.notes if not (late and note.key == "levers.too_late")]
    return tuple(notes)


def differences_said(goal: Goal, lang: str) -> list[Message]:
    """By how much the targets of parts sum to more or less than the whole, where they do."""
    said = []
    for kind, more in goal.differences.items():
        key = "goals.parts_more" if more > 0 else "goals.parts_less"
        said.append(Message(key, {"kind": Message(f"goals.kinds_{kind}"), "amount": in_money(abs(more), goal, lang)}))
    return said


def ahead_said(goal: Goal, lang: str) -> tuple[Message, ...]:
    """What the open deals bring, what is missing after them, and the chance of a period that has begun."""
    ahead = goal.ahead
    if ahead is None:
        return ()
    values: dict[str, object] = {
        "open": ahead.open,
        "expected": number(round(ahead.expected, 1), lang),
        "low": ahead.low,
        "high": ahead.high,
    }
    said = [Message("goals.open_bring", values)]
    if ahead.missing > 0:
        key = "goals.still_missing_late" if ahead.too_late else "goals.still_missing"
        said.append(Message(key, {"missing": number(round(ahead.missing, 1), lang)}))
    return (*said, *(chance_said(goal) if goal.has_begun else ()))


def milestone_said(one: Milestone) -> Said:
    """The state of a milestone, or for which period it counts now."""
    if one.late:
        return Message("goals.counts_for", {"period": month_said(one.next_period)})
    return state_said(one.state.value) if one.state else ""


# ---- parts of a page ----------------------------------------------------------------------------------------------

_CHIPS = {"ahead": "good", "on_pace": "", "behind": "warn"}


def chip_html(state: str | None, lang: str) -> str:
    """Ahead, on pace or behind as a chip; nothing where there is no target."""
    return tag("span", say_html(state_said(state), lang), class_=f"chip {_CHIPS[state]}".strip()) if state else ""


def track_html(goal: Goal, lang: str) -> str:
    """What is reached on its way to the target, and where it should be today; the ends and the key in words."""
    if goal.wanted is None or not goal.wanted.value:
        return ""
    whole = float(goal.wanted.value)
    done = min(100 * float(goal.achieved) / whole, 100.0)
    rects = tag("rect", class_="bg", width="100%", height="100%", rx="9")
    words = [tag("span", _swatch("fl") + tag("span", say_html(_reached(goal, lang), lang), class_="inline"))]
    if goal.ahead is not None and goal.ahead.end is not None:
        low, high = (min(100 * end / whole, 100.0) for end in goal.ahead.end)
        rects += _rect("bd", low, max(high - low, MARK), lang)
        words.append(tag("span", _swatch("bd") + tag("span", say_html(_ends(goal, lang), lang), class_="inline")))
    rects += _rect("fl", 0.0, done, lang, rx="9")
    if goal.plan_today is not None:
        at = min(100 * float(goal.plan_today) / whole, 100.0)
        rects += _rect("tm", max(at - MARK / 2, 0.0), MARK, lang)
        plan = Message("goals.key_today", {"plan": in_money(goal.plan_today, goal, lang)})
        words.append(tag("span", _swatch("tm") + tag("span", say_html(plan, lang), class_="inline")))
    label = say_plain(Message("goals.track", {"share": percent(goal.share or 0.0, lang)}), lang)
    bar = tag("svg", rects, class_="trk", width="100%", height="18", role="img", aria_label=label)
    ends = tag("span", say_html(number(0, lang), lang)) + tag("span", say_html(_end(goal, lang), lang))
    return bar + tag("p", ends, class_="scale") + tag("p", "".join(words), class_="key")


MARK = 0.6
"""Width of the mark of today, of 100."""


def _rect(kind: str, start: float, width: float, lang: str, **more: str) -> str:
    """A part of the track, from the reading side on."""
    x = 100 - start - width if direction(lang) == "rtl" else start
    return tag("rect", class_=kind, x=f"{x:.3f}%", width=f"{width:.3f}%", height="100%", **more)


def _swatch(kind: str) -> str:
    inner = tag("rect", class_=kind, width="12", height="10")
    return tag("svg", inner, width="12", height="10", aria_hidden="true", focusable="false")


def _reached(goal: Goal, lang: str) -> Message:
    values: dict[str, object] = {
        "achieved": in_money(goal.achieved, goal, lang),
        "share": percent(goal.share or 0.0, lang),
    }
    return Message("goals.key_reached", values)


def _ends(goal: Goal, lang: str) -> Message:
    low, high = goal.ahead.end if goal.ahead and goal.ahead.end else (0.0, 0.0)
    values: dict[str, object] = {"low": in_money(round(low), goal, lang), "high": in_money(round(high), goal, lang)}
    return Message("goals.key_end", values)


def _end(goal: Goal, lang: str) -> Message:
    value = in_money(goal.wanted.value if goal.wanted else Decimal(0), goal, lang)
    return Message("goals.key_target", {"target": value})


def milestones_html(goal: Goal, lang: str) -> str:
    """The stages on the way to what is missing: how many, by when, and how that stands."""
    return tag("ul", "".join(_mile(one, lang) for one in goal.ahead.milestones), class_="mile") if goal.ahead else ""


def _mile(one: Milestone, lang: str) -> str:
    inner = tag("b", say_html(number(one.count, lang), lang))
    inner += tag("span", say_html(phrases.stage_said(one.stage), lang))
    until = Message("show.until", {"day": day(one.last_useful, lang)})
    inner += tag("span", say_html(until, lang), class_="by")
    if not one.late:
        inner += tag("small", say_html(Message("show.working_days_left", {"n": one.working_days_left}), lang))
    inner += tag("small", say_html(milestone_said(one), lang), class_="warnish" if one.state == "behind" else None)
    return tag("li", inner, class_="late" if one.late else None)
