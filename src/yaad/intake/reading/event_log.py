"""Event logs (XES, also gzipped), streamed: one record an event, with the attributes of its case beside its own.

The columns are named as process miners name them: ``case:concept:name`` for an attribute of the case, the bare name
for one of the event (IEEE 1849). No document type, no entities.
"""

import gzip
import zlib
from collections.abc import Iterator
from typing import IO, cast
from xml.parsers import expat

import numpy as np
import pyarrow as pa

from yaad.errors import InputError
from yaad.intake.files import Source
from yaad.intake.reading.counting import count_events
from yaad.intake.reading.port import CHUNK, Chunk, Found, Hints, Progress, unique_headers
from yaad.intake.reading.text_table import collector_paused
from yaad.intake.report import Tally
from yaad.text import Message

BLOCK = 1 << 20
MOST = 8 << 30
"""Bytes of an unpacked log, beyond which it is refused."""

Event = dict[str, str]


class _Handler:
    """What the parser calls; events are gathered until they are taken."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.buffer_text = True
        self.events: list[Event] = []
        self.lines: list[int] = []
        self.hostile = False
        self._case: Event = {}
        self._event: Event | None = None
        self._in_case = False
        self._depth = 0
        self._own_depth = 0

    def _refuse(self, *_: object) -> None:
        self.hostile = True
        raise ValueError

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if name == "event" or name.endswith(":event"):
            self._event = dict(self._case)
            self.lines.append(self.parser.CurrentLineNumber)
            self._own_depth = self._depth + 1
        elif name == "trace" or name.endswith(":trace"):
            self._case = {}
            self._in_case = True
            self._own_depth = self._depth + 1
        elif self._depth == self._own_depth and "key" in attributes:
            self._attribute(attributes["key"], attributes.get("value", ""))

    def _attribute(self, key: str, value: str) -> None:
        if self._event is not None:
            self._event[key] = value
        elif self._in_case:
            self._case[f"case:{key}"] = value

    def _end(self, name: str) -> None:
        if self._depth < self._own_depth:
            if self._event is not None:
                self.events.append(self._event)
                self._event = None
                self._own_depth = self._depth
            elif name == "trace" or name.endswith(":trace"):
                self._in_case = False
                self._own_depth = 0
        self._depth -= 1


class EventLogReader:
    """Reader of XES; see `yaad.intake.reading.port.RecordReader`. A record's place is the line of its event."""

    def __init__(self, source: Source, hints: Hints) -> None:
        """Read the whole log: its columns are known only at its end.

        Raises:
            InputError: broken, cut short, with entities, or too large.
        """
        del hints  # the format leaves nothing to decide
        self.source = source
        self.tally = Tally()
        self._lines: list[int] = []
        self._columns: dict[str, None] = {}  # names in the order of their first event
        self._parts: list[tuple[int, dict[str, pa.Array]]] = []
        self._read = 0
        with collector_paused():
            self._parse()
        self.headers = unique_headers(list(self._columns))
        self.found = Found(evidence=[Message("intake.how_event_log", {"n": self._read})])

    def _parse(self) -> None:
        handler = _Handler()
        opener = gzip.open if self.source.gzipped else open
        done = 0
        try:
            with cast("IO[bytes]", opener(self.source.path, "rb")) as file:
                while block := file.read(BLOCK):
                    done += len(block)
                    if done > MOST:
                        raise InputError(Message("intake.file_too_large", {"name": self.source.name}))
                    handler.parser.Parse(block)
                    if len(handler.events) >= CHUNK:
                        self._take(handler)
                handler.parser.Parse(b"", True)  # noqa: FBT003 - the parser's own signature
        except expat.ExpatError as error:
            raise InputError(
                Message("intake.file_broken_xml", {"name": self.source.name, "row": error.lineno})
            ) from None
        except (OSError, EOFError, zlib.error):
            raise InputError(Message("intake.file_broken", {"name": self.source.name})) from None
        except ValueError:
            key = "intake.workbook_entities" if handler.hostile else "intake.file_broken"
            raise InputError(Message(key, {"name": self.source.name})) from None
        self._take(handler)

    def _take(self, handler: _Handler) -> None:
        """Turn the gathered events into columns of text."""
        events, handler.events = handler.events, []
        for event in events:
            for key in event:
                self._columns.setdefault(key)
        arrays = {key: pa.array([event.get(key) for event in events], pa.string()) for key in self._columns}
        self._parts.append((len(events), arrays))
        self._read += len(events)
        self._lines += handler.lines[: len(events)]
        del handler.lines[: len(events)]

    def chunks(self, on_progress: Progress | None) -> Iterator[Chunk]:
        """All events; a part that lacks a column has nulls there."""
        start = 0
        for count, arrays in self._parts:
            places = np.array(self._lines[start : start + count], np.int64)
            start += count
            yield Chunk(places, [arrays.get(key, pa.nulls(count, pa.string())) for key in self._columns])
            if on_progress is not None:
                on_progress(start, self._read)

    def counts(self) -> tuple[int, int]:
        """Events met by the parser, and opening tags of events in the text."""
        return self._read, count_events(self.source)
