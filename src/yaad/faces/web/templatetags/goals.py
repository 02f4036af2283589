"""Targets in templates: their track, their sentences, their cells."""

from collections.abc import Sequence

from django import template
from django.utils.safestring import SafeString

from yaad.faces.web import opening
from yaad.faces.web.templatetags.say import language
from yaad.model import Period
from yaad.plan.goals import Goal, Part, TargetAct, TargetRow
from yaad.plan.targets import Proposal, Proposals
from yaad.server.scoping import current
from yaad.show import goals as shown
from yaad.show import phrases, proposals, table_html
from yaad.show.beside import month_said
from yaad.show.proposals import ProposalsResult
from yaad.show.speech import Said, say_plain
from yaad.show.tables import Shown
from yaad.text import Message

register = template.Library()


@register.filter
def goal_said(goal: Goal) -> Sequence[Said]:
    """What is missing and the pace."""
    return shown.goal_said(goal, language())


@register.simple_tag
def sets_targets() -> bool:
    """Whether who looks may set targets."""
    return opening.sets_targets()


@register.filter
def takes_back(row: TargetRow) -> bool:
    """Whether who looks may take this target away."""
    whose = row.target.whose
    return current().viewer.speaks_for(whose.owner, whose.team)


@register.filter
def standing_said(goal: Goal) -> Sequence[Said]:
    """Where a period stands, in one line."""
    return shown.standing_said(goal, language())


@register.filter
def goal_notes(goal: Goal) -> Sequence[Said]:
    """What to know about it."""
    return shown.goal_notes(goal, language())


@register.filter
def ahead_said(goal: Goal) -> Sequence[Said]:
    """What still comes."""
    return shown.ahead_said(goal, language())


@register.filter
def differences_said(goal: Goal) -> Sequence[Said]:
    """By how much its parts sum to more or less."""
    return shown.differences_said(goal, language())


@register.filter
def act_said(done: TargetAct) -> Said:
    """What was done about targets."""
    return shown.act_said(done, language())


@register.filter
def track(goal: Goal) -> SafeString:
    """The way to the target."""
    return SafeString(shown.track_html(goal, language()))


@register.filter
def milestones(goal: Goal) -> SafeString:
    """The stages on the way to what is missing."""
    return SafeString(shown.milestones_html(goal, language()))


@register.filter
def state_chip(state: str) -> SafeString:
    """Ahead, on pace or behind."""
    return SafeString(shown.chip_html(state, language()))


@register.filter
def period_said(period: Period) -> Said:
    """A period in words."""
    return month_said(period.name)


@register.filter
def whose_said(goal: Goal) -> Said:
    """Whose the target is."""
    if goal.whose.said:
        return ", ".join(goal.whose.said.values())
    viewer = current().viewer
    return Message("goals.company" if viewer.sees_all else "goals.your_team" if viewer.teams else "goals.your_deals")


@register.filter
def part_cells(part: Part, goal: Goal) -> Sequence[Shown]:
    """The cells of one part's row."""
    return shown.part_cells(part, goal, language())


@register.filter
def dimension_said(kind: str) -> Said:
    """What a kind of parts is called."""
    return phrases.dimension(kind)


@register.filter
def dimension_text(kind: str) -> str:
    """The same as bare text."""
    return say_plain(phrases.dimension(kind), language())


@register.filter
def measure_said(measure: str) -> Said:
    """What a measure is called."""
    return phrases.measure_said(measure)


@register.filter
def target_value(row: TargetRow) -> Said:
    """What counts of a target."""
    return shown.target_said(row, language())


@register.filter
def target_whose(row: TargetRow) -> Said:
    """Whose a target in the list is."""
    return ", ".join(row.target.whose.said.values()) or Message("goals.company")


@register.filter
def level_said(level: str) -> Message:
    """How bold a proposal is."""
    return Message(f"goals.level_{level}")


@register.filter
def proposal_value(row: Proposal, made: Proposals) -> Said:
    """A proposal in money, or in closings."""
    return proposals.value_said(row, made, language())


@register.filter
def proposal_chance(row: Proposal) -> Said:
    """In how many of ten cases it is reached."""
    return proposals.chance_said(row)


@register.filter
def proposed_beside(made: Proposals) -> Sequence[Said]:
    """The target that the period has already."""
    return proposals.target_said(made, language())


@register.filter
def people_do(result: ProposalsResult, level: str) -> SafeString:
    """What each person would have to do."""
    return SafeString(table_html(proposals.people_table(result.content, level, language()), caption=False))


@register.filter
def levers_of(made: Proposals) -> Sequence[Said]:
    """What would bring most within the period."""
    return proposals.levers_said(made, language())
