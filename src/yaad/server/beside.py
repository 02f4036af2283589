"""Work that is done beside the requests, so that who asks meanwhile is not held up; what is waited for comes first."""

import itertools
import logging
import os
import queue
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass

from django.db import close_old_connections
from django.urls import get_script_prefix, get_urlconf, set_script_prefix, set_urlconf
from django.utils.translation import get_language, override

from yaad.errors import YaadError
from yaad.facts.engines import step_back
from yaad.text import Message

log = logging.getLogger("yaad.beside")
Work = Callable[[], None]

HANDS = max(1, min(4, (os.cpu_count() or 1) // 2))
"""Pieces of work that are done at a time: the engine takes further processors, and answers are to come meanwhile."""
REMEMBERED = 60.0
"""Seconds for which it is known that something was done."""
MOST = 4096
"""Pieces of work that somebody waits for and that are known at a time."""
EACH = 8
"""Pieces of work of one account that wait or are under way at a time; who asks for more is asked to come again."""
NEWS = 0.1
"""What the time of the latest piece of work counts of the time that is expected of one."""
BEHIND_REQUESTS = 5
"""Steps of the system's own priority, of 19, by which the hands stand behind who answers now; jobs stand further."""
WAITED_FOR, UNASKED = 0, 1

_line: queue.PriorityQueue[tuple[int, int, int, Work]] = queue.PriorityQueue()
_numbers = itertools.count()
_lock = threading.Lock()
_hands: list[threading.Thread] = []
_waited: OrderedDict[Hashable, "Piece"] = OrderedDict()
_of: Counter[Hashable] = Counter()
"""Pieces that wait or are under way, by whose they are."""
_turns: dict[Hashable, int] = {}
"""The turn of the latest piece of each who has one: fair queueing by the time at which a piece would begin."""


class TooBusy(YaadError):
    """Too much is asked at a time; in a moment it goes again."""


@dataclass
class _Pace:
    """How fast the line of what is waited for goes.

    Attributes:
        asked: pieces that were put in line.
        begun: of these, those that were begun.
        turn: of the piece that was begun last.
        seconds: that one takes, the latest ones above all.
    """

    asked: int = 0
    begun: int = 0
    turn: int = 0
    seconds: float = 1.0


_pace = _Pace()


class Piece(Future[None]):
    """A piece of work that somebody waits for.

    Attributes:
        about: of what it is done; once it is done it is done anew for another.
        place: in the line of all that were ever asked for.
        ended: when it was done, on the clock of `time.monotonic`.
    """

    def __init__(self, about: object = None, place: int = 0) -> None:
        super().__init__()
        self.about, self.place, self.ended = about, place, 0.0

    def does(self, about: object) -> bool:
        """Whether it still does for who asks: it is at work, or was done for the same a short while ago."""
        return not self.done() or (self.about == about and time.monotonic() - self.ended < REMEMBERED)

    def wait(self) -> float:
        """Seconds until it is probably done; what is under way counts as a whole one."""
        return 0.0 if self.done() else (max(0, self.place - _pace.begun) + 1) * _pace.seconds / HANDS


def beside(work: Work, *, rank: int = UNASKED, turn: int = 0) -> None:
    """Do something soon, on behalf of who asks for it now.

    Args:
        work: what to do.
        rank: `WAITED_FOR` goes before `UNASKED`.
        turn: the lowest goes first: the first piece of each goes before the second of anybody.
    """
    _line.put((rank, turn, next(_numbers), _carried(work)))
    with _lock:
        _hands[:] = [one for one in _hands if one.is_alive()]
        if len(_hands) < HANDS:
            _hands.append(threading.Thread(target=_do, args=(_line,), name="yaad-beside", daemon=True))
            _hands[-1].start()


def _carried(work: Work) -> Work:
    """The work as another thread does it: with all that holds here. Django knows addresses and language by thread."""
    context, urlconf, prefix, language = copy_context(), get_urlconf(), get_script_prefix(), get_language()

    def here() -> None:
        set_urlconf(urlconf)
        set_script_prefix(prefix)
        with override(language):
            work()

    return lambda: context.run(here)


def once(key: Hashable, work: Work, about: object = None, whose: Hashable = None) -> Piece:
    """Do something that somebody waits for; who waits for the same gets the same, also for a while after it was done.

    What goes wrong in it is nobody's here: who waited asks again and is told.

    Args:
        key: tells one piece of work from another.
        work: what to do.
        about: of what it is done, such as a state of the data; what is at work for an earlier one does for a later.
        whose: who asks, so that nobody fills the line of all; None: whoever it is has it for themselves.

    Raises:
        TooBusy: they wait for `EACH` other pieces already.
    """
    with _lock:
        known = _waited.get(key)
        if known is not None and known.does(about):
            return known
        if whose is not None and _of[whose] >= EACH:
            raise TooBusy(Message("server.many_of_yours"))
        turn = _pace.turn
        if whose is not None:  # behind their own earlier ones, and not for ever behind whoever comes later
            turn = max(turn, _turns.get(whose, turn - 1) + 1)
            _turns[whose] = turn
            _of[whose] += 1
        _pace.asked += 1
        made = _waited[key] = Piece(about, _pace.asked)
        _waited.move_to_end(key)
        _forget()

    def done() -> None:
        began = time.monotonic()
        with _lock:
            _pace.begun += 1
            _pace.turn = max(_pace.turn, turn)
        try:
            work()
        except YaadError:
            pass  # such as that it cannot be told
        finally:
            made.ended = time.monotonic()
            with _lock:
                _pace.seconds += NEWS * (made.ended - began - _pace.seconds)
                if whose is not None:
                    _leave(whose)
            made.set_result(None)  # also where it broke off: nobody waits for it for ever

    beside(done, rank=WAITED_FOR, turn=turn)
    return made


def _leave(whose: Hashable) -> None:
    """One piece of theirs is done. Call it locked."""
    _of[whose] -= 1
    if not _of[whose]:
        del _of[whose]
        _turns.pop(whose, None)


def _forget() -> None:
    """Let go of what was done long ago. Call it locked."""
    now = time.monotonic()
    while _waited:
        oldest = next(iter(_waited.values()))
        if not oldest.done() or (now - oldest.ended < REMEMBERED and len(_waited) <= MOST):
            return
        _waited.popitem(last=False)


def in_line() -> int:
    """How many pieces of work are not begun yet."""
    return _line.qsize()


def _do(line: queue.PriorityQueue[tuple[int, int, int, Work]]) -> None:
    step_back(BEHIND_REQUESTS)
    while True:
        *_, work = line.get()
        try:
            try:
                work()
            finally:
                close_old_connections()
        except Exception:  # the next ones are not to blame for it
            log.exception("what was done beside the requests has failed")
