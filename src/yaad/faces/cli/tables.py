"""Tables and sentences with rich: aligned, isolated on a terminal, plain in a pipe."""

from collections.abc import Callable, Sequence
from typing import Literal

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from yaad.show import Shown, Table, say_plain, say_terminal
from yaad.show.speech import Said

Say = Callable[[Said, str], str]


def print_table(table: Table, console: Console) -> None:
    """Title, rows, the total after a rule, notes."""
    say = _say(console)
    grid = Grid(box=box.SIMPLE, pad_edge=False, show_edge=False, show_footer=table.total is not None)
    total = _texts(table.total, table.lang, say) if table.total else [Text()] * len(table.columns)
    for column, foot in zip(table.columns, total, strict=True):
        head = Text(say(column.head, table.lang))
        side: Literal["left", "right"] = "right" if column.kind.numeric else "left"
        grid.add_column(head, foot, justify=side, footer_style="bold", overflow="fold")
    for row in table.rows:
        grid.add_row(*_texts(row, table.lang, say))
    if table.title:
        console.print(Text(say(table.title, table.lang), style="bold"), soft_wrap=True)
        console.print()
    if table.columns:
        console.print(grid)
    if table.notes:
        console.print()
        print_lines(table.notes, table.lang, console)


def print_lines(lines: Sequence[Said], lang: str, console: Console) -> None:
    """Sentences, one a line."""
    say = _say(console)
    for line in lines:
        console.print(Text(say(line, lang)), soft_wrap=not console.is_terminal)


def print_code(code: str, console: Console) -> None:
    """Code as it is, set in a little on a terminal."""
    text = Text(code)
    console.print(Padding(text, (0, 2)) if console.is_terminal else text, soft_wrap=True)


def _say(console: Console) -> Say:
    return say_terminal if console.is_terminal else say_plain


def _texts(row: Sequence[Shown], lang: str, say: Say) -> list[Text]:
    return [Text(say(cell.said, lang)) for cell in row]
