"""Verbs of who asks not to be contacted: said, taken back, brought as a list, told."""

from pathlib import Path
from typing import Annotated

import typer

from yaad.faces.cli import options as o
from yaad.faces.cli.entries import moment, who
from yaad.faces.cli.verbs import Asked, on_the_book
from yaad.text import Message


@on_the_book
def opt_out(
    asked: Asked,
    handle: Annotated[str, typer.Argument(metavar="NUMBER|MAIL|FILE")] = "",
    *,
    what: Annotated[str, typer.Option("--what", metavar="WHAT")] = "calls",
    way: Annotated[str, typer.Option("--way", metavar="HOW")] = "other",
    back: Annotated[bool, typer.Option("--back")] = False,
    undo: Annotated[int, typer.Option("--undo", metavar="ENTRY")] = 0,
    at: o.At = None,
    person: o.Person = None,
) -> None:
    """Write down who asks not to be contacted, or may be again."""
    from yaad.measures.opted_out import Handles

    with asked.opened() as book:
        when, by = moment(at, book.zone), who(person)
        if undo:
            taken = book.unsay(book.opt_out_numbered(undo).seq, at=when, by=by)
            asked.screen.told(Message("opt_outs.list_is_back"), seq=taken.seq, undoes=undo)
            return
        if handle and Path(handle).is_file():
            text = Path(handle).read_text("utf-8-sig", errors="replace")
            found = book.opt_out_list(text, what, at=when, by=by, channel="list" if way == "other" else way)
            told: dict[str, object] = {
                "rows": found.rows,
                "taken": found.taken,
                "known": found.known,
                "refused": len(found.refused),
            }
            seq = None if found.entry is None else found.entry.seq
            lines = [Message("opt_outs.refused_line", {"n": n, "text": line}) for n, line in found.refused.items()]
            asked.screen.told(
                Message("opt_outs.sum", told), **told, beside=found.beside, seq=seq, lines=list(found.refused)
            )
            if not asked.screen.as_json:
                if found.beside > 0:
                    asked.screen.told(Message("opt_outs.beside", {"n": found.beside}))
                if seq is not None:
                    asked.screen.told(Message("opt_outs.cli_list_back", {"undo": f"yaad opt-out --undo {seq}"}))
                for line in lines:
                    asked.screen.told(line)
            return
        entry = book.opt_out(
            Handles.of(handle, handle, book.dials_in), what, at=when, by=by, channel=way, is_out=not back
        )
    way_back = f"yaad opt-out {handle} --what {what} --back"
    values: dict[str, object] = {"who": handle, "what": Message(f"opt_outs.is_{what}"), "undo": way_back}
    said = Message("opt_outs.cli_back", {"who": handle}) if back else Message("opt_outs.cli_done", values)
    asked.screen.told(said, seq=entry.seq, what=what, is_out=entry.is_out, handles=list(entry.handles))


@on_the_book
def opt_outs(asked: Asked) -> None:
    """Who asks not to be contacted."""
    import sys

    with asked.opened() as book:
        found = book.opted_out()
    if asked.screen.as_json:
        asked.screen.json({"opt_outs": [{**vars(one), "at": one.at.isoformat()} for one in found]})
        return
    for one in found:
        sys.stdout.write(f"{one.handle}\t{one.what}\t{one.at.date().isoformat()}\t{one.channel}\t{one.by}\n")
