"""The webhooks of a company and how far each has come, in the server's folder of its book.

webhooks/webhooks.json    the webhooks; the secrets that they sign with lie with those of the sources, encrypted
webhooks/<id>.json        how far one has come, and the events that its address did not take

What is sent is told by the journal each time: of an event nothing is kept here but its id, its kind and its place.
"""

import datetime as dt
import json
import os
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from yaad.book.disk import appearing
from yaad.book.events import KINDS
from yaad.book.sources.vault import Vault, key_path
from yaad.errors import InputError, UnknownName
from yaad.server.place import FOLDER as OF_SERVER
from yaad.server.place import Place
from yaad.text import Message

FOLDER, FILE = "webhooks", "webhooks.json"
MOST, MOST_LETTERS = 20, 1000
LONGEST_NAME, LONGEST_ADDRESS = 100, 1000
SECRET_BYTES = 32
BEGINS = "yaadwh_"

Why = dict[str, object]
"""A sentence: its key, and its values."""
_changing = threading.RLock()


@dataclass(frozen=True)
class Webhook:
    """One address that is told.

    Attributes:
        id: as it is kept.
        name: as people call it.
        address: where it is sent.
        kinds: kinds of events that it is told.
        by: who set it up, see `yaad.server.behalf.who`; it is told what they see.
        since: when it was set up.
        is_active: it is told.
        stopped: key of the sentence that says why it stopped by itself; empty: it did not.
    """

    id: str
    name: str
    address: str
    kinds: tuple[str, ...]
    by: str
    since: str
    is_active: bool = True
    stopped: str = ""


@dataclass(frozen=True)
class Letter:
    """An event that an address did not take.

    Attributes:
        id: of the event.
        kind: of it.
        before: the place right before it, see `yaad.book.events.Place`.
        at: when it was given up.
        tries: how often it was sent.
        why: why the last try failed.
        is_due: somebody asked to send it again.
    """

    id: str
    kind: str
    before: str
    at: str
    tries: int
    why: Why
    is_due: bool = False

    @property
    def said(self) -> Message:
        """Why it was not taken."""
        return message_of(self.why)

    @property
    def given_up(self) -> dt.datetime:
        """When."""
        return dt.datetime.fromisoformat(self.at)


@dataclass(frozen=True)
class State:
    """How far a webhook has come.

    Attributes:
        place: behind what was sent or given up.
        tries: how often the next event was sent without being taken.
        next_at: not before then it is tried again; empty: at once.
        why: why the last try failed; empty: it did not.
        last_at: when an event was taken last; empty: none was.
        lost: events that were given up one after the other.
        letters: those that were given up, in order.
    """

    place: str
    tries: int = 0
    next_at: str = ""
    why: Why = field(default_factory=dict)
    last_at: str = ""
    lost: int = 0
    letters: tuple[Letter, ...] = ()

    @property
    def said(self) -> Message | None:
        """Why the last try failed; None where it did not."""
        return message_of(self.why) if self.why else None

    @property
    def taken(self) -> dt.datetime | None:
        """When an event was taken last."""
        return dt.datetime.fromisoformat(self.last_at) if self.last_at else None

    @property
    def again(self) -> dt.datetime | None:
        """When it is tried again."""
        return dt.datetime.fromisoformat(self.next_at) if self.next_at and self.tries else None


class Webhooks:
    """The webhooks of the book in a folder."""

    def __init__(self, root: Path) -> None:
        self._place = Place(root)
        self._folder = root / OF_SERVER / FOLDER
        self._vault = Vault(root, key_path(os.environ))

    def all(self) -> tuple[Webhook, ...]:
        """All of them, in the order in which they were made."""
        try:
            plain = json.loads((self._folder / FILE).read_text("utf-8"))
        except FileNotFoundError:
            return ()
        return tuple(Webhook(**{**one, "kinds": tuple(one["kinds"])}) for one in plain)

    def of(self, webhook_id: str) -> Webhook:
        """One of them.

        Raises:
            UnknownName: there is none.
        """
        found = next((one for one in self.all() if one.id == webhook_id), None)
        if found is None:
            raise UnknownName("option", webhook_id, [])
        return found

    def make(self, asked: Webhook, place: str, now: dt.datetime) -> tuple[Webhook, str]:
        """A new webhook that is told what happens behind a place, and its secret, which is not told again.

        Raises:
            InputError: it cannot be as it is asked for, or there are too many.
        """
        name = " ".join(asked.name.split())
        kinds = tuple(one for one in KINDS if one in asked.kinds)
        if not name or len(name) > LONGEST_NAME:
            raise InputError(Message("outgoing.name", {"n": LONGEST_NAME}))
        if not kinds:
            raise InputError(Message("outgoing.no_kinds"))
        made = replace(asked, id=secrets.token_hex(6), name=name, kinds=kinds, since=now.isoformat())
        with _changing:
            if len(self.all()) >= MOST:
                raise InputError(Message("outgoing.too_many", {"n": MOST}))
            secret = self._keep_secret(made, now)
            self._keep(made.id, State(place))
            self._write((*self.all(), made))
        return made, secret

    def rotate(self, webhook_id: str, now: dt.datetime) -> str:
        """Give a webhook another secret; gives it, this once.

        Raises:
            UnknownName: there is none.
        """
        with _changing:
            return self._keep_secret(self.of(webhook_id), now)

    def switch(self, webhook_id: str, *, is_active: bool, stopped: str = "", by: str | None = None) -> Webhook:
        """Let a webhook be told, or not; it goes on where it had come to.

        Args:
            webhook_id: which.
            is_active: whether it is told.
            stopped: why it stopped by itself.
            by: in whose name it goes on; as before when absent.

        Raises:
            UnknownName: there is none.
        """
        with _changing:
            before = self.of(webhook_id)
            after = replace(before, is_active=is_active, stopped=stopped, by=before.by if by is None else by)
            self._write(tuple(after if one.id == webhook_id else one for one in self.all()))
            if is_active:
                self.change(webhook_id, lambda state: replace(state, tries=0, next_at="", why={}, lost=0))
        return after

    def remove(self, webhook_id: str) -> None:
        """Take a webhook away, with its secret and what it did not take.

        Raises:
            UnknownName: there is none.
        """
        with _changing:
            gone = self.of(webhook_id)
            self._write(tuple(one for one in self.all() if one.id != gone.id))
            self._vault.forget(_sealed(gone))
            (self._folder / f"{gone.id}.json").unlink(missing_ok=True)

    def secret(self, webhook: Webhook) -> str:
        """What a webhook signs with.

        Raises:
            InputError: the key of the secrets is another one or absent, or they were changed.
        """
        return self._vault.secret(_sealed(webhook), webhook.address)

    def state(self, webhook_id: str) -> State:
        """How far a webhook has come.

        Raises:
            UnknownName: it was taken away.
        """
        try:
            plain = json.loads((self._folder / f"{self.of(webhook_id).id}.json").read_text("utf-8"))
        except FileNotFoundError:
            raise UnknownName("option", webhook_id, []) from None
        return State(**{**plain, "letters": tuple(Letter(**one) for one in plain["letters"])})

    def change(self, webhook_id: str, how: Callable[[State], State]) -> State:
        """Carry a webhook on.

        Raises:
            UnknownName: it was taken away meanwhile.
        """
        with _changing:
            after = how(self.state(webhook_id))
            self._keep(webhook_id, after)
        return after

    def letter_again(self, webhook_id: str, event_id: str) -> None:
        """Have an event sent again that was given up.

        Raises:
            UnknownName: there is none.
        """

        def asked(state: State) -> State:
            self._known(state, event_id)
            return replace(
                state,
                letters=tuple(replace(one, is_due=one.is_due or one.id == event_id) for one in state.letters),
            )

        self.change(webhook_id, asked)

    def drop_letter(self, webhook_id: str, event_id: str) -> None:
        """Let go of an event that was given up.

        Raises:
            UnknownName: there is none.
        """

        def dropped(state: State) -> State:
            self._known(state, event_id)
            return replace(state, letters=tuple(one for one in state.letters if one.id != event_id))

        self.change(webhook_id, dropped)

    @staticmethod
    def _known(state: State, event_id: str) -> None:
        if not any(one.id == event_id for one in state.letters):
            raise UnknownName("option", event_id, [])

    def _keep_secret(self, webhook: Webhook, now: dt.datetime) -> str:
        told = BEGINS + secrets.token_urlsafe(SECRET_BYTES)
        self._vault.keep(_sealed(webhook), webhook.address, told, now)
        return told

    def _keep(self, webhook_id: str, state: State) -> None:
        self._put(f"{webhook_id}.json", asdict(state))

    def _write(self, webhooks: tuple[Webhook, ...]) -> None:
        self._put(FILE, [asdict(one) for one in webhooks])

    def _put(self, name: str, plain: object) -> None:
        folder = self._place.folder / FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        with appearing(folder / name) as partial:
            number = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(json.dumps(plain, ensure_ascii=False))
                file.flush()
                os.fsync(file.fileno())


def message_of(why: Mapping[str, object]) -> Message:
    """A kept sentence."""
    values = why.get("values")
    return Message(str(why["key"]), dict(values) if isinstance(values, dict) else {})


def why_of(said: Message) -> Why:
    """A sentence as it is kept."""
    plain = {name: value if isinstance(value, int | float) else str(value) for name, value in said.values.items()}
    return {"key": said.key, "values": plain}


def _sealed(webhook: Webhook) -> str:
    return f"webhook-{webhook.id}"
