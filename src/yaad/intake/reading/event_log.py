"""Event logs (XES, also gzipped), streamed: one record an event, with the attributes of its case beside its own.

The columns are named as process miners name them: ``case:concept:name`` for an attribute of the case, the bare name
for one of the event (IEEE 1849). No document type, no entities.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator
from typing import IO, cast
from xml.parsers import expat

from yaad.errors import InputError
from yaad.intake.files import Source
from yaad.intake.reading.counting import count_events
from yaad.intake.reading.gathering import Gathered
from yaad.intake.reading.port import CHUNK, Chunk, Found, Hints, Progress, unique_headers
from yaad.intake.reading.text_table import collector_paused
from yaad.intake.report import Tally
from yaad.text import Message

BLOCK = 1 << 20
MOST = 8 << 30
"""Bytes of an unpacked log, beyond which it is refused."""

Event = dict[str, str]


class _Handler:
    """What the parser calls; events are gathered until they are taken.

    Attributes:
        parser: to be fed.
        events: complete events so far.
        lines: their first lines.
        hostile: the log declares a document type or entities.
    """

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.ordered_attributes = True
        self.events: list[Event] = []
        self.lines: list[int] = []
        self.hostile = False
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._handlers()

    def _refuse(self, *_: object) -> None:
        self.hostile = True
        raise ValueError

    def _handlers(self) -> tuple[Callable[[str, list[str]], None], Callable[[str], None]]:
        """Called a few times an event, so their state is local: own attributes stand one level below their element."""
        depth = own_depth = 0
        case: Event = {}
        event: Event | None = None
        in_case = False

        def start(name: str, attributes: list[str]) -> None:
            nonlocal depth, own_depth, case, event, in_case
            depth += 1
            if depth == own_depth and len(attributes) == 4 and attributes[0] == "key":
                if event is not None:
                    event[attributes[1]] = attributes[3]
                else:
                    case["case:" + attributes[1]] = attributes[3]
            elif name in ("event", "trace") or name.endswith((":event", ":trace")):
                own_depth = depth + 1
                if name.endswith("event") and in_case:
                    event = dict(case)
                    self.lines.append(self.parser.CurrentLineNumber)
                else:
                    case, event, in_case = {}, None, name.endswith("trace")
                    own_depth = own_depth if in_case else 0

        def end(_name: str) -> None:
            nonlocal depth, own_depth, event, in_case
            if depth < own_depth:
                if event is not None:
                    self.events.append(event)
                    event, own_depth = None, depth
                else:
                    in_case, own_depth = False, 0
            depth -= 1

        return start, end


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
        self._gathered = Gathered(source.name)
        with collector_paused():
            self._parse()
        self.headers = unique_headers(list(self._gathered.columns))
        self.found = Found(evidence=[Message("intake.how_event_log", {"n": self._gathered.count})])

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
        if events:
            self._gathered.take(events, handler.lines[: len(events)])
        del handler.lines[: len(events)]

    def chunks(self, on_progress: Progress | None) -> Iterator[Chunk]:
        """All events; one that lacks an attribute has nothing there."""
        yield from self._gathered.chunks(on_progress)

    def counts(self) -> tuple[int, int]:
        """Events met by the parser, and opening tags of events in the text."""
        return self._gathered.count, count_events(self.source)
