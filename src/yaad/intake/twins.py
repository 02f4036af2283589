"""Columns that share a name: which one a field means is asked, never taken by place."""

import re

from yaad.errors import Question
from yaad.intake.deciding.folding import fold
from yaad.intake.deciding.headers import propose_fields
from yaad.intake.decisions import Decisions
from yaad.intake.unmapped import options_of
from yaad.text import Message

TWIN = re.compile(r"(.+)#\d+$")


def ask_twins(found: Decisions) -> None:
    """Ask about each field of ours whose only columns share one name."""
    twins: dict[str, list[str]] = {}
    for column in found.table.columns:
        if (name := TWIN.match(column)) and not column.startswith("#"):
            twins.setdefault(fold(name[1]), []).append(column)
    for field, base in propose_fields(list(twins), found.kind).items():
        if field not in found.fields and f"column:{field}" not in found.answers:
            columns = twins[base]
            shared = columns[0].rpartition("#")[0]
            found.questions.append(
                Question(
                    f"column:{field}",
                    Message("intake.ask_twin", {"column": shared, "n": len(columns)}),
                    (),
                    options_of(found.table, columns),
                )
            )
