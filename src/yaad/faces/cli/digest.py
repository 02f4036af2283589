"""The verbs that print the morning: that of all, and one person's day."""

import datetime as dt
from typing import Annotated

import typer

from yaad.faces.cli.verbs import Asked, on_the_book


@on_the_book
def digest(asked: Asked) -> None:
    """What is new, who waits, how the month stands, whom to call."""
    import sys

    from yaad.book.morning import digest as morning

    with asked.opened() as book:
        found = morning(book, dt.datetime.now(dt.UTC))
    if asked.screen.as_json:
        asked.screen.json(found.to_dict(asked.screen.lang))
    else:
        sys.stdout.write(found.text(asked.screen.lang))


@on_the_book
def my_day(asked: Asked, *, owner: Annotated[str, typer.Option("--owner", metavar="NAME")] = "") -> None:
    """One person's day: who waits, whom to call, what is due, target and pace."""
    import sys

    from yaad.book.morning import my_day as day_of
    from yaad.show.digest import of_day

    with asked.opened() as book:
        found, company = day_of(book, owner, dt.datetime.now(dt.UTC)), book.name
    if asked.screen.as_json:
        asked.screen.json(found.to_dict(asked.screen.lang))
    else:
        sys.stdout.write(of_day(found, company).text(asked.screen.lang))
