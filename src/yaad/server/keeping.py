"""A command of who keeps the server, in one company of its home: with a line in the company's audit log."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from yaad.book.sources.vault import KEY_VARIABLE
from yaad.server.home import Home
from yaad.server.scoping import on_behalf_of
from yaad.server.serving_home import at_home
from yaad.server.settings import configure_server

RAN = "keeper.ran"


@dataclass(frozen=True)
class Kept:
    """A company that its keeper works on.

    Attributes:
        root: the folder of its book.
        by: who sets something up there, see `yaad.server.behalf`.
    """

    root: Path
    by: str


@contextmanager
def in_company_of(home: Path | None, company: str, command: str) -> Iterator[Kept]:
    """Work as the keeper in a company, as long as this lasts; what came in or was taken back is told in the log.

    Args:
        home: the folder of the server; as the environment says when absent.
        company: its id or its name.
        command: the name of the command, for the log.

    Raises:
        InputError: the home is not set as it must be.
        UnknownName: there is no such company, or several of this name.
    """
    found = Home.from_environment(at_home(home))
    os.environ.setdefault(KEY_VARIABLE, str(found.folder / "vault.key"))  # where the server itself keeps it
    if not settings.configured:
        configure_server(found)
    from yaad.server import audit, import_lines  # these read tables, which Django must know first
    from yaad.server.acting import as_server
    from yaad.server.behalf import who
    from yaad.server.companies import folder_of
    from yaad.server.keeper import keeper_of

    with as_server():
        access = keeper_of(company)
    with on_behalf_of(access):
        root = folder_of(access.company)
        audit.record(access.company, None, RAN, f"company:{access.company}", {"command": command})
        before = import_lines.names_in(root)
        try:
            yield Kept(root, who(access))
        finally:
            changed = before ^ import_lines.names_in(root)
            if changed:
                import_lines.tell(access, root, {name: {"command": command} for name in changed})
