"""Tables and sentences as HTML: string building through one escaping door, no inline style, no script."""

import html

from yaad.show.speech import Said, say_html
from yaad.show.tables import Column, Shown, Table


def tag(name: str, inner: str = "", **attributes: str | float | None) -> str:
    """One element; attribute values are escaped, `inner` is markup already. ``class_`` stands for ``class``.

    >>> tag("b", "x", class_="n", title='"')
    '<b class="n" title="&quot;">x</b>'
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(_attribute(value), quote=True)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{inner}</{name}>"


def _attribute(value: str | float | None) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def table_html(table: Table, *, caption: bool = True) -> str:
    """The table with heads, the row names as row heads, the total at its foot and the notes below."""
    head = "".join(tag("th", _said(column.head, table), scope="col", class_=_cls(column)) for column in table.columns)
    body = "".join(_row(row, table) for row in table.rows)
    parts = [tag("caption", _said(table.title, table))] if caption and table.title else []
    parts += [tag("thead", tag("tr", head)), tag("tbody", body)]
    if table.total:
        parts.append(tag("tfoot", _row(table.total, table)))
    # A frame that scrolls sideways must be reachable by keyboard, with a name to say what it is.
    frame = tag("div", tag("table", "".join(parts), class_="mapt"), class_="tw", tabindex="0", role="group")
    return frame + notes_html(table.notes, table.lang)


def notes_html(notes: tuple[Said, ...], lang: str) -> str:
    """Sentences below a part; nothing when there are none."""
    items = "".join(tag("li", say_html(note, lang)) for note in notes)
    return tag("ul", items, class_="notes") if items else ""


def _row(row: tuple[Shown, ...], table: Table) -> str:
    cells = []
    for number, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
        if number == 0:
            cells.append(tag("th", _said(cell.said, table), scope="row", class_=_cls(column)))
        else:
            cells.append(tag("td", _said(cell.said, table), class_=_cls(column)))
    return tag("tr", "".join(cells))


def _said(what: Said, table: Table) -> str:
    return say_html(what, table.lang)


def _cls(column: Column) -> str | None:
    return "num" if column.kind.numeric else None
