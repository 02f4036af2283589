"""Verbs of a server of companies: serve its home, check it, copy it and make it from a copy."""

import datetime as dt
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yaad.faces.cli import options as o
from yaad.faces.cli.screen import Screen
from yaad.faces.cli.verbs import screen_for
from yaad.text import Message

if TYPE_CHECKING:
    from yaad.server.checking import Found
    from yaad.server.erasures import Again
    from yaad.server.home import Home

NOT_READY = 1


def serve_home(home: Path, screen: Screen) -> None:
    """Serve the companies of a home until told to stop; nothing starts while something is not as it must be."""
    from yaad.server.fork_server import stand_by
    from yaad.server.serving_home import NotReady, prepare_home

    stand_by()
    try:
        prepared = prepare_home(home)
    except NotReady as error:
        show(screen, error.found)
        raise typer.Exit(NOT_READY) from None
    begins = "key=" in prepared.address
    screen.say(Message("house.first_run" if begins else "house.serving", {"address": prepared.address}))
    sys.stdout.flush()
    prepared.run()


def check(*, home: o.HomeDir = None, as_json: o.AsJson = False, lang: o.Language = None) -> None:
    """Look at a home before it is served."""
    from yaad.server.checking import check as look
    from yaad.server.serving_home import at_home
    from yaad.server.settings import configure_server

    screen = screen_for(lang, as_json=as_json)
    found = look(at_home(home, dict(os.environ)), configure=configure_server)
    show(screen, found)
    if not all(one.holds for one in found):
        raise typer.Exit(NOT_READY)


def configured(folder: Path | None) -> "Home":
    """A home as the environment says it, with Django told of it: only then its tables can be read."""
    from yaad.server.home import Home
    from yaad.server.serving_home import at_home
    from yaad.server.settings import configure_server

    found = Home.from_environment(at_home(folder))
    configure_server(found)
    return found


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    *,
    home: o.HomeDir = None,
    as_json: o.AsJson = False,
    lang: o.Language = None,
) -> None:
    """Copy a home into one file, while it is served."""
    screen = screen_for(lang, as_json=as_json)
    found = configured(home)
    from yaad.server.backup import back_up  # reads tables, which Django must know first

    manifest = back_up(found, file)
    told = {"path": str(file), "files": len(manifest["files"]), "rows": sum(manifest["counts"].values())}
    screen.told(Message("house.backed_up", told), **told)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    *,
    home: Annotated[Path, typer.Option("--home", metavar="DIR")],
    erased: Annotated[Path | None, typer.Option("--erased", envvar="YAAD_ERASED", metavar="FILE")] = None,
    as_json: o.AsJson = False,
    lang: o.Language = None,
) -> None:
    """Make a new home from a backup; who was erased since it was made is erased again."""
    from yaad.server.home import Home
    from yaad.server.restoring import restore as make
    from yaad.server.serving_home import at_home
    from yaad.server.settings import configure_server

    screen = screen_for(lang, as_json=as_json)
    from yaad.server import erasures

    lists = erasures.read(erased) if erased is not None else {}
    said = at_home(home)
    manifest = make(file, home.absolute(), said, configure_server)
    told = {"path": str(home), "made_at": manifest["made_at"], "rows": sum(manifest["counts"].values())}
    done = erasures.again(Home.from_environment(said), lists)
    if not screen.as_json:
        screen.say(Message("house.restored", told))
    told |= {"erased": done.persons, "left": list(done.left)}
    screen.told(_erased_again(done), **told)


def _erased_again(done: "Again") -> Message:
    if done.left:
        return Message("person.again_left", {"names": ", ".join(done.left)})
    return Message("person.again_done", {"n": done.persons}) if done.listed else Message("person.again_no_list")


def tidy(
    *,
    home: o.HomeDir = None,
    days: Annotated[int, typer.Option("--days", envvar="YAAD_KEEP_DAYS")] = 730,
    backups: Annotated[Path | None, typer.Option("--backups", metavar="DIR", file_okay=False)] = None,
    backup_days: Annotated[int, typer.Option("--backup-days", envvar="YAAD_KEEP_BACKUP_DAYS")] = 35,
    as_json: o.AsJson = False,
    lang: o.Language = None,
) -> None:
    """Delete what was kept long enough."""
    screen = screen_for(lang, as_json=as_json)
    found = configured(home)
    from yaad.server.acting import as_server  # reads tables, which Django must know first
    from yaad.server.tidying import tidy as clear

    with as_server():
        done = clear(found, dt.datetime.now(dt.UTC), days=days, backups=backups, backup_days=backup_days)
    told: dict[str, object] = {"files": done.files, "backups": done.backups, "erased": done.erased}
    screen.told(Message("person.tidied", told), **told)


def reset_second_step(
    mail: Annotated[str, typer.Argument(metavar="MAIL")],
    *,
    home: o.HomeDir = None,
    as_json: o.AsJson = False,
    lang: o.Language = None,
) -> None:
    """Let somebody in again who lost the phone and the backup codes: they set a second step up anew."""
    screen = screen_for(lang, as_json=as_json)
    configured(home)
    from yaad.server.sign_in.second_step import take_away  # reads tables, which Django must know first

    account = take_away(mail)
    screen.told(Message("account.second_step_taken", {"mail": account.email}), mail=account.email)


def show(screen: Screen, found: "Sequence[Found]") -> None:
    """What was looked at, a line each."""
    if screen.as_json:
        told = [{"name": one.name, "ok": one.holds, "said": said(screen, one)} for one in found]
        screen.json({"ok": all(one.holds for one in found), "checks": told})
        return
    for one in found:
        name = Message(f"house.looked_{one.name}")
        screen.say(one.wrong or one.note or Message("house.checked_ok", {"name": name}))


def said(screen: Screen, one: "Found") -> str | None:
    """What is wrong or to be known, in words."""
    from yaad.text import render

    told = one.wrong or one.note
    return render(told, screen.lang) if told else None
