"""The verb for agents."""

from yaad.faces.cli import options as o
from yaad.faces.cli.verbs import screen_for


def mcp(*, book: o.BookDir = o.BOOK, lang: o.Language = None) -> None:
    """Answer an agent over the terminal, until it goes."""
    from yaad.server.agents import serve_book

    serve_book(book, screen_for(lang, as_json=False).lang)
