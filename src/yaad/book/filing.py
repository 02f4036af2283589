"""Files on a deal: attached, found, listed."""

import datetime as dt
import uuid
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from yaad.book.file_names import clean_name
from yaad.book.papers import MOST_OF_DEAL, kept_paper, paper, paper_holds
from yaad.book.written import Written
from yaad.errors import InputError, UnknownName
from yaad.facts import KeyTaken, journal_of, undone
from yaad.model import DealEntry, FileEntry
from yaad.text import Message


class Filing(Written):
    """A book in which files are attached to deals."""

    def attach(
        self,
        deal_id: str,
        file_name: str,
        chunks: Iterable[bytes],
        *,
        at: dt.datetime,
        by: str,
        key: str | None = None,
    ) -> DealEntry:
        """Attach a file to a deal.

        Args:
            deal_id: of the deal.
            file_name: as people call it.
            chunks: its bytes.
            at: when.
            by: who attaches it.
            key: idempotency key; the same file with it once more is one file.

        Raises:
            UnknownName: no such deal.
            InputError: it is empty, or too large, or the deal has too many files.
            KeyTaken: something else was written with this key, or the file was taken back since.
            BookError: the disk is full.
        """
        self.deal_now(deal_id)
        key = key or uuid.uuid4().hex
        kept, called = self._kept(key), clean_name(file_name)
        entries = journal_of(self.root).of([deal_id])
        if (
            isinstance(kept, FileEntry)
            and (kept.deal_id, kept.file_name) == (deal_id, called)
            and kept.seq not in undone(entries)
            and paper_holds(self.root, kept.paper, chunks)
        ):
            return kept
        if kept is not None:
            raise KeyTaken(Message("papers.sent_already", {"number": kept.seq}))
        # what was taken back can come again, so its bytes are there still
        if sum(isinstance(one, FileEntry) for one in entries) >= MOST_OF_DEAL:
            raise InputError(Message("papers.too_many", {"n": MOST_OF_DEAL}))
        with kept_paper(self.root, deal_id, key, chunks) as (name, size):
            make = partial(FileEntry, file_name=called, paper=name, size=size)
            return self._append(make, deal_id, at, by, key)

    def files_of_deal(self, deal_id: str) -> list[FileEntry]:
        """The files of a deal that were not taken back, the latest first.

        Raises:
            UnknownName: no such deal, or not for this viewer.
        """
        self.deal_now(deal_id)
        entries = journal_of(self.root).of([deal_id])
        gone = undone(entries)
        return [one for one in reversed(entries) if isinstance(one, FileEntry) and one.seq not in gone]

    def file_of_deal(self, deal_id: str, seq: int) -> tuple[FileEntry, Path]:
        """A file of a deal, and where its bytes lie.

        Raises:
            UnknownName: no such deal, or no such file.
        """
        known = {one.seq: one for one in self.files_of_deal(deal_id)}
        path = paper(self.root, known[seq].paper) if seq in known else None
        if path is None:
            raise UnknownName("file", str(seq), [str(one) for one in known])
        return known[seq], path
