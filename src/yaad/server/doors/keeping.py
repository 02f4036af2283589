"""The doors of a company and what came to them and could not be read, in the folder of its book.

doors/doors.json     the doors; the secrets that their senders sign with lie with those of the sources, encrypted
doors/letters/       what came and could not be read, a file each, until somebody reads it again or lets it go
"""

import datetime as dt
import json
import os
import secrets
import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from yaad.book.disk import appearing
from yaad.book.sources.vault import Vault, key_path
from yaad.errors import InputError, UnknownName
from yaad.server.doors.reading import JSON, as_body, body_of
from yaad.text import LANGUAGES, Message, render

FOLDER, FILE, LETTERS = "doors", "doors.json", "letters"
FORM, WEBHOOK = "form", "webhook"
KINDS = (FORM, WEBHOOK)
MOST_DOORS, MOST_LETTERS, MOST_SITES = 50, 1000, 20
LONGEST_NAME, LONGEST_CONSENT = 100, 1000
KEY_BYTES, SECRET_BYTES = 24, 32
_changing = threading.Lock()


@dataclass(frozen=True)
class Door:
    """One way in.

    Attributes:
        id: as it is kept.
        name: as people call it.
        kind: a word of `KINDS`.
        key: the part of its address that nobody guesses.
        source, campaign: of what comes by it, where the sender says none.
        lang: of the public form.
        consent: what the customer is asked to agree to; empty: nothing is asked.
        sites: addresses of the pages that may show the form inside of them.
        is_open: it is answered.
    """

    id: str
    name: str
    kind: str
    key: str
    source: str = ""
    campaign: str = ""
    lang: str = "he"
    consent: str = ""
    sites: tuple[str, ...] = ()
    is_open: bool = True


@dataclass(frozen=True)
class Letter:
    """Something that came and could not be read.

    Attributes:
        why: key of the sentence that says so; `values` what it names.
        content_type, body: as it was sent.
    """

    id: str
    door: str
    at: str
    why: str
    content_type: str
    body: str
    values: dict[str, str] = field(default_factory=dict)

    @property
    def said(self) -> Message:
        """Why it could not be read."""
        return Message(self.why, dict(self.values))

    @property
    def came(self) -> dt.datetime:
        """When it came."""
        return dt.datetime.fromisoformat(self.at)


class Doors:
    """The doors of the book in a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folder = root / FOLDER
        self._vault = Vault(root, key_path(os.environ))

    def all(self) -> tuple[Door, ...]:
        """All of them, in the order in which they were made."""
        try:
            plain = json.loads((self._folder / FILE).read_text("utf-8"))
        except FileNotFoundError:
            return ()
        return tuple(Door(**{**one, "sites": tuple(one["sites"])}) for one in plain)

    def of(self, door_id: str) -> Door:
        """One of them.

        Raises:
            UnknownName: there is none.
        """
        found = next((one for one in self.all() if one.id == door_id), None)
        if found is None:
            raise UnknownName("door", door_id, ())
        return found

    def by_key(self, key: str) -> Door | None:
        """The door of an address, while it is open."""
        found = [one for one in self.all() if secrets.compare_digest(one.key.encode(), key.encode())]
        return found[0] if found and found[0].is_open else None

    def make(self, asked: Door, now: dt.datetime) -> Door:
        """A new door, with an address and a secret of its own.

        Raises:
            InputError: it cannot be as it is asked for, or there are too many.
        """
        made = replace(checked(asked), id=secrets.token_hex(6), key=secrets.token_urlsafe(KEY_BYTES))
        with _changing:
            if len(self.all()) >= MOST_DOORS:
                raise InputError(Message("inquiries.too_many_doors", {"n": MOST_DOORS}))
            self._write((*self.all(), made))
        if made.kind == WEBHOOK:
            self.keep_secret(made, secrets.token_urlsafe(SECRET_BYTES), now)
        return made

    def change(self, door: Door) -> Door:
        """A door as it is from now on; its kind, its address and its secret stay.

        Raises:
            InputError: it cannot be so.
            UnknownName: there is none.
        """
        with _changing:
            before = self.of(door.id)
            after = replace(checked(door), kind=before.kind, key=before.key)
            self._write(tuple(after if one.id == door.id else one for one in self.all()))
        return after

    def rotate(self, door_id: str, now: dt.datetime) -> Door:
        """Give a door another address and another secret: the ones before are no way in any more."""
        with _changing:
            after = replace(self.of(door_id), key=secrets.token_urlsafe(KEY_BYTES))
            self._write(tuple(after if one.id == door_id else one for one in self.all()))
        if after.kind == WEBHOOK:
            self.keep_secret(after, secrets.token_urlsafe(SECRET_BYTES), now)
        return after

    def keep_secret(self, door: Door, secret: str, now: dt.datetime) -> None:
        """Keep the secret that the senders of a door sign with."""
        self._vault.keep(_sealed(door), FOLDER, secret.strip(), now)

    def secret(self, door: Door) -> str:
        """The secret that the senders of a door sign with."""
        return self._vault.secret(_sealed(door), FOLDER)

    # ---- what could not be read -----------------------------------------------------------------------------------

    def letters(self) -> list[Letter]:
        """What came and could not be read, the latest first."""
        found = []
        for path in sorted((self._folder / LETTERS).glob("*.json"), reverse=True):
            try:
                found.append(Letter(**json.loads(path.read_text("utf-8"))))
            except (ValueError, TypeError, OSError):  # it went meanwhile
                continue
        return found

    def letter(self, letter_id: str) -> Letter:
        """One of them.

        Raises:
            UnknownName: there is none.
        """
        found = next((one for one in self.letters() if one.id == letter_id), None)
        if found is None:
            raise UnknownName("letter", letter_id, ())
        return found

    def put_aside(self, door: Door, why: Message, body: bytes, content_type: str, now: dt.datetime) -> bool:
        """Keep what could not be read; False where there are too many of them already."""
        folder = self._folder / LETTERS
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if sum(1 for _ in folder.glob("*.json")) >= MOST_LETTERS:
            return False
        letter_id = f"{now.astimezone(dt.UTC):%Y%m%d%H%M%S}{secrets.token_hex(4)}"
        told, content_type = _readable(body, content_type)
        values = {
            name: render(one, door.lang) if isinstance(one, Message) else str(one) for name, one in why.values.items()
        }
        letter = Letter(letter_id, door.id, now.isoformat(), why.key, content_type[:200], told, values)
        with appearing(folder / f"{letter_id}.json") as partial:
            partial.touch(mode=0o600)
            partial.write_text(json.dumps(asdict(letter), ensure_ascii=False), "utf-8")
        return True

    def let_go(self, letter_id: str) -> None:
        """Throw a letter away: it was read, or is nothing."""
        (self._folder / LETTERS / f"{self.letter(letter_id).id}.json").unlink(missing_ok=True)

    def _write(self, doors: Iterable[Door]) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with appearing(self._folder / FILE) as partial:
            partial.touch(mode=0o600)
            partial.write_text(json.dumps([asdict(one) for one in doors], ensure_ascii=False), "utf-8")


def _readable(body: bytes, content_type: str) -> tuple[str, str]:
    """What came, and of what kind it is kept: written out, so that who is erased from the book is found in it too."""
    try:
        return as_body(body_of(body, content_type)).decode("utf-8", "replace"), JSON
    except InputError:
        return body.decode("utf-8", "replace"), content_type


def checked(door: Door) -> Door:
    """A door whose name, words and sites can be used.

    Raises:
        InputError: says which cannot, and what can.
    """
    name = " ".join(door.name.split())
    if not name or len(name) > LONGEST_NAME:
        raise InputError(Message("inquiries.door_name", {"n": LONGEST_NAME}))
    if door.kind not in KINDS or door.lang not in LANGUAGES:
        raise InputError(Message("inquiries.door_kind"))
    if max(map(len, (door.source, door.campaign))) > LONGEST_NAME or len(door.consent) > LONGEST_CONSENT:
        raise InputError(Message("inquiries.too_long", {"n": LONGEST_CONSENT}))
    return replace(door, name=name, sites=_sites(door.sites))


def _sites(told: Sequence[str]) -> tuple[str, ...]:
    """Sites as a browser names them: ``https://`` and a host, nothing behind it."""
    found = tuple(dict.fromkeys(one.strip().rstrip("/").lower() for one in told if one.strip()))
    for site in found:
        scheme, _, host = site.partition("://")
        if scheme != "https" or not host or not all(one.isascii() and (one.isalnum() or one in ".-:") for one in host):
            raise InputError(Message("inquiries.bad_site", {"site": site[:100]}))
    if len(found) > MOST_SITES:
        raise InputError(Message("inquiries.too_many_sites", {"n": MOST_SITES}))
    return found


def _sealed(door: Door) -> str:
    return f"door-{door.id}"
