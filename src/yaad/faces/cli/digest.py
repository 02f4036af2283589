"""The verb that prints the morning."""

import datetime as dt

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
