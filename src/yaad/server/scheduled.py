"""Recurring sources that are due begin by themselves, each in the name of who set it up and within what they may.

A source runs by itself as long as that person may have sources in the company. When they may not any more it stops and
says so on its page, until somebody who may takes it over. The sources of one company come one after the other.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from yaad.errors import BookError, YaadError
from yaad.server import recurring
from yaad.server.behalf import NEEDED, access_of, who
from yaad.server.scoping import Access, on_behalf_of
from yaad.server.writing import one_at_a_time
from yaad.text import Message

log = logging.getLogger("yaad.sources")


@one_at_a_time()
def take_over(access: Access, name: str) -> None:
    """Let a source run by itself in one's own name from now on.

    Raises:
        Forbidden: they may not.
        UnknownName: there is none of this name.
    """
    for one in NEEDED:
        access.need(one)
    recurring.sources().take_over(name, who(access))
    if access.company:
        _line(access.company, access.account, "source.taken_over", name)


def of_companies(companies: Iterable[str], root_of: Callable[[str], Path], lang: str, now: dt.datetime) -> None:
    """Begin what is due in each company; what goes wrong in one keeps no other one.

    Args:
        companies: their ids.
        root_of: company → the folder of its book.
        lang: of what is said beside the files.
        now: the moment.
    """
    for company in companies:
        try:
            of_one(company, root_of(company), lang, now)
        except Exception:  # whatever it is, the others are not to blame for it
            log.exception("sources could not begin", extra={"company": company})


def of_one(company: str, root: Path, lang: str, now: dt.datetime) -> None:
    """Begin the source of one book that has been due longest; the next one when it has ended.

    Args:
        company: the id of its company; empty where one book is served.
        root: the folder of the book.
        lang: of what is said beside the files.
        now: the moment.
    """
    if not any((root / "sources").glob("*.yaml")):
        return
    kept = recurring.sources_in(root)
    for name in kept.due(now):
        try:
            by = kept.standing(name, now).source.by
        except YaadError:  # damaged: its page says so
            continue
        access = access_of(company, by)
        if access is None:
            _stop(company, root, name, by)
            continue
        with on_behalf_of(access):
            if recurring.begin_due(name, lang, now):
                return


def _stop(company: str, root: Path, name: str, by: str) -> None:
    """It runs no more: said on its page, and once in the audit log."""
    try:
        recurring.sources_in(root).stop(name, Message("sources.stopped_right" if by else "sources.stopped_unknown"))
    except BookError:  # somebody runs one by hand: the next look stops it
        return
    _line(company, None, "source.stopped", name, {"by": by})


def _line(company: str, account: int | None, action: str, name: str, detail: dict[str, object] | None = None) -> None:
    from yaad.server import audit
    from yaad.server.acting import in_company  # reads tables, which the server of one book does not have

    with in_company(company):
        audit.record(company, account, action, f"source:{name}", detail)
