"""What people said of the company, carried on entry by entry: whoever writes one does not fold all of them anew.

At any moment it equals the fold of all entries. It is folded anew when an entry was taken back, when the entry that
was looked at last is another one by now – somebody was erased, or the folder is another book's –, and for an earlier
moment than the last one.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from yaad.facts.journal import Journal
from yaad.facts.said import opt_outs_of, settings_of, with_setting
from yaad.model import Entry, OptOutEntry, RetractEntry, SettingEntry, Settings

MOST = 64
"""Books of which it is kept."""
OptedOut = Mapping[str, Mapping[str, OptOutEntry]]


@dataclass(frozen=True)
class Said:
    """What the company has said up to an entry.

    Attributes:
        last: the last entry that was looked at, of whatever kind; None before the first.
        mark: what tells that entries were written anew.
        opt_outs: see `yaad.facts.said.opt_outs_of`.
        settings: see `yaad.facts.said.settings_of`.
    """

    last: Entry | None = None
    mark: object = None
    opt_outs: OptedOut = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)

    @property
    def seq(self) -> int:
        """Number of the last entry."""
        return 0 if self.last is None else self.last.seq

    def after(self, entries: Iterable[Entry]) -> "Said":
        """The same with further entries, none of which takes one back."""
        opt_outs, settings, last = self.opt_outs, self.settings, self.last
        for entry in entries:
            last = entry
            if isinstance(entry, OptOutEntry):
                opt_outs = dict(opt_outs)  # without such an entry it stays the same one
                for handle in entry.handles:
                    asked = {what: one for what, one in opt_outs.pop(handle, {}).items() if what != entry.what}
                    if entry.is_out:
                        asked[entry.what] = entry
                    if asked:
                        opt_outs[handle] = asked
            elif isinstance(entry, SettingEntry):
                settings = with_setting(settings, entry)
        return Said(last, self.mark, opt_outs, settings)


_KNOWN: OrderedDict[Path, Said] = OrderedDict()
_lock = threading.Lock()


def said_of(root: Path, journal: Journal, upto: int | None = None, mark: object = None) -> Said:
    """What the company of a book has said up to an entry, or by now.

    Args:
        root: the book's folder.
        journal: of the book.
        upto: number of the entry; None: the last one.
        mark: changes when entries were written anew.
    """
    place, until = root.resolve(), journal.last_seq if upto is None else upto
    with _lock:
        known = _KNOWN.get(place)
    found = _carried(known, journal, until, mark) if known is not None else None
    if found is None:
        found = _anew(journal, until, mark)
    with _lock:
        if upto is None or known is None or found.seq >= known.seq:  # what is asked of an earlier moment is not kept
            _KNOWN[place] = found
            _KNOWN.move_to_end(place)
        while len(_KNOWN) > MOST:
            _KNOWN.popitem(last=False)
    return found


def _carried(known: Said, journal: Journal, until: int, mark: object) -> Said | None:
    """The known one with the entries since; None where it has to be folded anew."""
    if known.last is None or known.mark != mark or known.seq > until:
        return None
    entries = [entry for entry in journal.since(known.seq - 1) if entry.seq <= until]
    if not entries or entries[0] != known.last:
        return None
    if any(isinstance(entry, RetractEntry) for entry in entries[1:]):
        return None
    return known.after(entries[1:]) if len(entries) > 1 else known


def _anew(journal: Journal, until: int, mark: object) -> Said:
    entries = [entry for entry in journal.of_company() if entry.seq <= until]
    last = next(iter(journal.since(until - 1, 1)), None) if until else None
    return Said(last, mark, opt_outs_of(entries), settings_of(entries))
