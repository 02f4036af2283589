"""Named sources of a book: where data come from again and again. A source is a YAML file and holds no secret.

sources/<name>.yaml         kind, place, mapping, schedule
sources/<name>.state.json   when it ran, how it went, by what the file that came last is known again
sources/<name>/asked        files that leave something open, each with its questions; ``failed``: what cannot be used
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml

from yaad.book.sources.http_files import FIELD
from yaad.book.sources.outgoing import Outgoing
from yaad.book.sources.schedule import Schedule
from yaad.book.sources.sftp_files import PORT
from yaad.book.sources.systems import SYSTEMS
from yaad.errors import InputError, UnknownName
from yaad.text import Message

FOLDER = "sources"
NAME = re.compile(r"\w[\w-]{0,63}")
HTTP, SFTP, WATCHED = "http", "sftp", "folder"
KINDS = (HTTP, SFTP, WATCHED, *SYSTEMS)
NEEDS = {HTTP: ("url",), SFTP: ("host", "path", "login"), WATCHED: ("path",), "salesforce": ("url",)}
TAKES = {
    HTTP: {"url", "login", "header"},
    SFTP: {"host", "port", "path", "login", "fingerprint", "known_hosts"},
    WATCHED: {"path"},
} | {name: {"url"} for name in SYSTEMS}
EXTRAS = {SFTP: ("sftp", "paramiko")} | dict.fromkeys(SYSTEMS, ("connect", "dlt"))
"""Kind → the extra of Yaad that it needs, and the package by which it is known to be installed."""
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
SECRET_WORDS = ("token", "key", "secret", "password", "passwd", "pwd", "sig", "signature", "auth", "credential")
"""Words by which a part of an address is known to be a secret."""


@dataclass(frozen=True)
class Source:
    """A source.

    Attributes:
        name: by which it is called.
        kind: one of `KINDS`.
        url: of the file, or of a system's API.
        host, port, path: of a file by SFTP; ``path`` alone of a folder.
        login: the user's name there.
        header: the field of a request that carries the secret, where it is no ``Authorization``.
        fingerprint: of the key of an SFTP server.
        known_hosts: the list of known servers; the user's own when empty.
        mapping: the name of a mapping of the book; files like earlier ones need none.
        schedule: when it is due, in words; by hand alone when empty.
        by: who set it up, in the words of who runs it by itself; the book makes nothing of it.
    """

    name: str
    kind: str
    url: str = ""
    host: str = ""
    port: int = PORT
    path: str = ""
    login: str = ""
    header: str = ""
    fingerprint: str = ""
    known_hosts: str = ""
    mapping: str = ""
    schedule: str = ""
    by: str = ""

    @property
    def place(self) -> str:
        """Where its secret goes; "" where it needs none."""
        if self.kind == WATCHED:
            return ""
        if self.kind == SFTP:
            return f"sftp://{self.login}@{self.host}:{self.port}"
        parts = urlsplit(self.url or SYSTEMS[self.kind].base)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def shown(self) -> str:
        """Where it leads, for people."""
        if self.kind == SFTP:
            return f"{self.place}{self.path}"
        return self.url or self.path or self.place

    def checked(self, way: Outgoing) -> "Source":
        """The source, held to be one that can run; its schedule as it is always written.

        Raises:
            UnknownName: no such kind.
            InputError: something is missing, too much, or not to be asked.
        """
        if not NAME.fullmatch(self.name):
            raise InputError(Message("sources.source_name", {"name": self.name}))
        if self.kind not in KINDS:
            raise UnknownName("source_kind", self.kind, KINDS)
        self._check_fields()
        if self.url:
            self._check_url(way)
        if self.header and (not FIELD.fullmatch(self.header) or self.login):
            raise self._no("source_header")
        if self.kind == SFTP and not (self.path.startswith("/") and 0 < self.port < 1 << 16):
            raise self._no("source_path")
        if self.fingerprint and not FINGERPRINT.fullmatch(self.fingerprint):
            raise self._no("source_fingerprint")
        schedule = str(Schedule.parse(self.schedule)) if self.schedule else ""
        # a scheduler runs it from another place than the person who adds it
        path = str(Path(self.path).expanduser().absolute()) if self.kind == WATCHED else self.path
        known = str(Path(self.known_hosts).expanduser().absolute()) if self.known_hosts else ""
        return replace(self, schedule=schedule, path=path, known_hosts=known)

    def _check_fields(self) -> None:
        """What its kind needs is there, and nothing that it does not know."""
        for one in NEEDS.get(self.kind, ()):
            if not getattr(self, one):
                raise self._no("source_needs", option=_option(one))
        for one in sorted(set().union(*TAKES.values()) - TAKES[self.kind]):
            if getattr(self, one) != EMPTY[one]:
                raise self._no("source_takes_not", option=_option(one))

    def _check_url(self, way: Outgoing) -> None:
        parts = way.checked(self.url)
        names = [name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
        if any(re.search(rf"(^|[^a-z]){word}s?($|[^a-z])", name) for name in names for word in SECRET_WORDS):
            raise self._no("source_secret_in_url")

    def _no(self, key: str, **values: object) -> InputError:
        return InputError(Message(f"sources.{key}", {"name": self.name, "kind": self.kind, **values}))


EMPTY: dict[str, Any] = asdict(Source("", ""))


def absent_extra(kind: str) -> str:
    """The extra of Yaad that a kind of source needs and that is not installed; "" where nothing is missing."""
    extra, package = EXTRAS.get(kind, ("", ""))
    return extra if package and find_spec(package) is None else ""


def _option(field: str) -> str:
    return "--" + field.replace("_", "-")


class SourceFiles:
    """The sources of a book, as files."""

    def __init__(self, root: Path) -> None:
        self.folder = root / FOLDER

    def names(self) -> list[str]:
        """All sources, in the order of their names."""
        return sorted(path.stem for path in self.folder.glob("*.yaml") if NAME.fullmatch(path.stem))

    def load(self, name: str) -> Source:
        """A source by its name.

        Raises:
            UnknownName: there is none.
            InputError: its file was changed into something else.
        """
        known = self.names()
        if name not in known:
            raise UnknownName("source", name, known)
        path = self.folder / f"{name}.yaml"
        try:
            plain = yaml.safe_load(path.read_text("utf-8"))
            told: dict[str, Any] = {key: type(EMPTY[key])(value) for key, value in plain.items() if key != "name"}
            return Source(name, **told)
        except (yaml.YAMLError, UnicodeDecodeError, AttributeError, KeyError, TypeError, ValueError):
            raise InputError(Message("sources.source_damaged", {"path": str(path)})) from None

    def save(self, source: Source) -> None:
        """Write a source; what is not said is not written."""
        self.folder.mkdir(parents=True, exist_ok=True)
        plain = {key: value for key, value in asdict(source).items() if key != "name" and value != EMPTY[key]}
        text = yaml.safe_dump(plain, allow_unicode=True, sort_keys=False)
        (self.folder / f"{source.name}.yaml").write_text(text, "utf-8")

    def remove(self, name: str) -> None:
        """Take a source away; files that wait with questions stay."""
        for ending in (".yaml", ".state.json"):
            (self.folder / f"{name}{ending}").unlink(missing_ok=True)

    def state(self, name: str) -> dict[str, object]:
        """What was written of the last run; nothing where it never ran, or where it cannot be read."""
        try:
            plain = json.loads((self.folder / f"{name}.state.json").read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return plain if isinstance(plain, dict) else {}

    def write_state(self, name: str, state: Mapping[str, object]) -> None:
        """Write how a run went."""
        part = self.folder / f"{name}.state.part"
        part.write_text(json.dumps(state, ensure_ascii=False, indent=1), "utf-8")
        part.replace(self.folder / f"{name}.state.json")
