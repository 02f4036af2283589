"""Targets that may be set: what each of them is, with which chance, and what each person would have to do."""

from yaad.measures.quotas import Basis
from yaad.model import Cell
from yaad.plan import INQUIRIES
from yaad.plan.targets import PersonNeed, Proposal, Proposals
from yaad.show import phrases
from yaad.show.beside import month_said
from yaad.show.levers import change_said, lever_said, worth_said
from yaad.show.results import Json, Result, plain
from yaad.show.speech import Said
from yaad.show.tables import Column, Kind, Shown, Table, count, name, text
from yaad.text import Message, money, number

TOP = 3
"""Levers that stand beside a proposal."""


class ProposalsResult(Result):
    """Proposed targets: ``{"proposals": [{"level", "value", "closings", "chance", "people"}], "levers": […]}``."""

    content_type = Proposals
    content: Proposals

    def to_dict(self, lang: str = "en") -> Json:
        """One object a proposal, the cautious one first."""
        made = self.content
        return {
            "period": made.period.to_dict(),
            "as_of": made.as_of.isoformat(),
            "unit": made.unit,
            "average": plain(made.average),
            "proposals": [
                _row(row) | {"people": [_person(one) for one in made.people.get(row.level, ())]} for row in made.rows
            ],
            "target": plain(made.wanted.value) if made.wanted else None,
            "basis": made.wanted.basis.value if made.wanted else None,
            "levers": [plain(line, lang) for line in levers_said(made, lang)],
            "notes": plain((*target_said(made, lang), *made.notes), lang),
        }

    def records(self) -> list[dict[str, Cell]]:
        """One row a proposal."""
        return [_row(row) for row in self.content.rows]

    def table(self, lang: str = "en") -> Table:
        """One row a proposal; what brings most below."""
        made = self.content
        rows = tuple(
            (
                text(Message(f"goals.level_{row.level}"), lang),
                Shown(float(row.value), value_said(row, made, lang)),
                count(row.closings, lang),
                Shown(row.chance, chance_said(row)),
            )
            for row in made.rows
        )
        title = Message("goals.proposed", {"period": month_said(made.period.name)})
        return Table(
            lang, title, _COLUMNS, rows, notes=(*target_said(made, lang), *levers_said(made, lang), *made.notes)
        )


_COLUMNS = (
    Column("level", Message("goals.head_level"), Kind.TEXT),
    Column("value", Message("goals.head_target"), Kind.FIGURE),
    Column("closings", Message("goals.head_closings"), Kind.COUNT),
    Column("chance", Message("goals.head_chance"), Kind.FIGURE),
)


def _row(row: Proposal) -> dict[str, Cell]:
    return {
        "level": row.level,
        "value": plain(row.value),
        "closings": row.closings,
        "chance": plain(row.chance),
    }


def _person(one: PersonNeed) -> Json:
    return {"name": one.name, "value": plain(one.value), "needed": dict(one.needed), "of": one.of}


def target_said(made: Proposals, lang: str) -> tuple[Message, ...]:
    """The target that the period has already, and what becomes of it; nothing where there is none."""
    wanted = made.wanted
    if wanted is None:
        return ()
    amount = number(wanted.value, lang) if made.average is None else money(wanted.value, made.unit, lang)
    values: dict[str, object] = {"period": month_said(made.period.name), "target": amount}
    if wanted.basis is Basis.PARTS:
        return (Message("goals.has_parts", values | {"kind": Message(f"goals.kinds_{wanted.parts}")}),)
    return (Message("goals.has_target" if wanted.basis is Basis.SET else "goals.has_other", values),)


def value_said(row: Proposal, made: Proposals, lang: str) -> Said:
    """A proposal as people say it."""
    return number(row.value, lang) if made.average is None else money(row.value, made.unit, lang)


def chance_said(row: Proposal) -> Message:
    """In how many of ten cases a proposal is reached."""
    return Message("goals.of_ten", {"n": phrases.tens(row.chance)})


def people_table(made: Proposals, level: str, lang: str) -> Table:
    """What each person would have to do for a proposal: inquiries, each stage, closings."""
    people = made.people.get(level, ())
    stages = [stage for stage, _ in people[0].needed] if people else []
    heads = [
        Column(
            f"n{place}", phrases.stage_said(stage) if stage != INQUIRIES else Message("show.steps_inquiry"), Kind.COUNT
        )
        for place, stage in enumerate(stages)
    ]
    columns = (
        Column("name", Message("show.by_owner"), Kind.NAME),
        Column("value", Message("goals.head_target"), Kind.FIGURE),
        *heads,
    )
    rows = tuple(
        (
            name(one.name),
            Shown(
                float(one.value),
                number(one.value, lang) if made.average is None else money(one.value, made.unit, lang, short=False),
            ),
            *(count(needed, lang) for _, needed in one.needed),
        )
        for one in people
    )
    return Table(lang, Message("goals.people_do"), columns, rows)


def levers_said(made: Proposals, lang: str) -> tuple[Message, ...]:
    """What would bring most within the period."""
    if made.levers is None:
        return ()
    return tuple(
        Message(
            "goals.lever",
            {
                "lever": lever_said(lever),
                "change": change_said(lever, made.levers, lang),
                "worth": worth_said(lever.lands_money, lever.lands, made.levers, lang),
            },
        )
        for lever in made.levers.rows[:TOP]
        if lever.lands > 0
    )
