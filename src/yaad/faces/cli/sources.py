"""Verbs of recurring sources: the follow-up workbook."""

from pathlib import Path
from typing import Annotated

import typer

from yaad.faces.cli.verbs import Asked, on_the_book
from yaad.text import Message

WORKBOOK = Path("follow-up.xlsx")


@on_the_book
def workbook(
    asked: Asked,
    *,
    out: Annotated[Path, typer.Option("--out", metavar="FILE")] = WORKBOOK,
    owner: Annotated[str | None, typer.Option("--owner", metavar="NAME")] = None,
) -> None:
    """Write the follow-up workbook."""
    with asked.opened() as book:
        n = book.follow_up(out, owner=owner, lang=asked.screen.lang)
    asked.screen.told(Message("sources.workbook_written", {"n": n, "path": str(out)}), written=str(out), deals=n)
