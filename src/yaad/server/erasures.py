"""The lists of those who were erased, kept a second time outside of the home, so that no older backup brings them back.

A backup from before an erasure still holds whom it was about. The list holds no values of a person, only keyed digests;
``YAAD_ERASED`` names a file for the lists of all companies, best where the backups lie. Restoring takes it up and
erases again before anybody is served.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from yaad.book.disk import appearing
from yaad.book.persons.marks import FILE, KEY, Erased, Marks
from yaad.errors import BookError, InputError, YaadError
from yaad.server.home import Home
from yaad.text import Message

VARIABLE = "YAAD_ERASED"
Json = dict[str, Any]  # a list as it stands in a file: plain JSON


@dataclass(frozen=True)
class Again:
    """What was erased again in a home that was made from a backup.

    Attributes:
        persons: how many.
        left: companies in which it could not be done to its end.
        listed: whether there was a list.
    """

    persons: int = 0
    left: tuple[str, ...] = ()
    listed: bool = False


def keep(home: Home, company: str) -> None:
    """Write a company's list into the file outside, where one is named.

    Raises:
        BookError: it cannot be written.
    """
    outside = os.environ.get(VARIABLE, "")
    if not outside:
        return
    path = Path(outside)
    try:
        with _alone(path):
            told = _read_file(path) if path.exists() else {}
            told[company] = _list_of(home.company(company))
            with appearing(path) as partial:
                partial.touch(mode=0o600)
                partial.write_text(json.dumps(told), "utf-8")
    except OSError as error:
        raise BookError(Message("person.list_not_kept", {"path": outside, "why": str(error)})) from None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.with_name(f".{path.name}.lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # let go of when the file is closed
        yield


def _list_of(root: Path) -> Json:
    return {"key": (root / KEY).read_text("ascii"), "persons": [asdict(one) for one in Marks(root).persons]}


def read(source: Path) -> Mapping[str, Json]:
    """The lists of a file, or of the companies of a home: company → its key and its persons.

    Raises:
        InputError: it is neither.
    """
    if (source / "companies").is_dir():
        roots = [root for root in sorted((source / "companies").iterdir()) if (root / FILE).is_file()]
        return {root.name: _list_of(root) for root in roots}
    try:
        return _read_file(source)
    except (OSError, ValueError):
        raise InputError(Message("person.no_list", {"path": str(source)})) from None


def _read_file(path: Path) -> dict[str, Json]:
    told = json.loads(path.read_text("utf-8"))
    if not isinstance(told, dict) or not all(
        isinstance(one, dict) and {"key", "persons"} <= set(one) for one in told.values()
    ):
        raise ValueError(path)
    return told


def again(home: Home, lists: Mapping[str, Json]) -> Again:
    """Erase in a home whoever is on these lists, and whoever its own lists say is not erased to the end.

    Args:
        home: made from a backup, and served by nobody yet.
        lists: see `read`.

    Raises:
        BookError: a list was made with another key than that of the company.
    """
    from yaad.server import persons
    from yaad.server.acting import as_server
    from yaad.server.models import Company

    count, left = 0, []
    with as_server():
        for company in Company.objects.order_by("pk"):
            root = home.company(company.pk)
            if company.pk in lists:
                told = lists[company.pk]
                Marks(root).take_over(told["key"], map(Erased.of_plain, told["persons"]))
            if not (waiting := len(Marks(root).unfinished)):
                continue
            try:
                persons.go_on(company.pk)
                count += waiting
            except YaadError:
                left.append(company.name)
    return Again(count, tuple(left), bool(lists))
