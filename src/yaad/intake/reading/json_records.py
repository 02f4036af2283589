"""JSON: a list of records (bare, or under a name beside paging marks), or a record a line; values as they stand.

Numbers are kept as they are written (an id of 20 digits stays that id), names of nested values are joined by a dot,
lists stay JSON.
"""

import codecs
import json
import re
from collections.abc import Iterator, Sequence

from yaad.errors import InputError, OpenQuestion, Question
from yaad.intake.files import BLOCK, Source
from yaad.intake.reading.counting import count_json_lines, count_json_records
from yaad.intake.reading.gathering import Gathered
from yaad.intake.reading.port import CHUNK, Chunk, Found, Hints, Progress, unique_headers
from yaad.intake.reading.text_table import collector_paused
from yaad.intake.report import Reject, Tally
from yaad.text import Message

SPACE = re.compile(r"[ \t\r\n]*")
LONGEST = 1 << 26
"""Letters of one record, beyond which the file is no list of records."""
LINES = (".jsonl", ".ndjson")
SHOWN = 500

Record = dict[str, str | None]


class Number(str):
    """A number as it is written."""

    __slots__ = ()


class Twice(dict[str, object]):
    """An object that has one name twice: which value holds is nowhere said."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Twice(found)


DECODER = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=Number, object_pairs_hook=_object)


class _Text:
    """A file as text, of which a window is held.

    Attributes:
        done: bytes read so far.
    """

    def __init__(self, source: Source) -> None:
        self._file = source.path.open("rb")
        head = self._file.read(4)
        self._file.seek(0)
        self.encoding = json.detect_encoding(head)
        self._decoder = codecs.getincrementaldecoder(self.encoding)()
        self._held, self._place, self._ended, self.done = "", 0, False, 0

    def _more(self) -> bool:
        block = self._file.read(BLOCK)
        self.done += len(block)
        self._ended = not block
        self._held = self._held[self._place :] + self._decoder.decode(block, final=not block)
        self._place = 0
        return not self._ended

    def sign(self) -> str:
        """The next letter that is no space, not yet taken; empty at the end."""
        while True:
            found = SPACE.match(self._held, self._place)
            self._place = found.end() if found else self._place
            if self._place < len(self._held):
                return self._held[self._place]
            if not self._more():
                return ""

    def take(self, sign: str) -> bool:
        """Take this sign, if it is the next one."""
        found = self.sign() == sign
        self._place += found
        return found

    def value(self) -> object:
        """Take the next value.

        Raises:
            ValueError: what stands there is no JSON.
        """
        self.sign()
        while True:
            try:
                value, end = DECODER.raw_decode(self._held, self._place)
            except ValueError:
                if self._ended or len(self._held) - self._place > LONGEST or not self._more():
                    raise
                continue
            if end == len(self._held) and not self._ended and self._more():
                continue  # a number may go on in the next block
            self._place = end
            return value

    def items(self) -> Iterator[object]:
        """The values of a list whose bracket was taken, and its end.

        Raises:
            ValueError: a comma or the end is missing.
        """
        if self.take("]"):
            return
        while True:
            yield self.value()
            if self.take("]"):
                return
            _demand(self.take(","))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _demand(found: object) -> None:
    if not found:
        raise ValueError


class JsonReader:
    """Reader of JSON; see `yaad.intake.reading.port.RecordReader`.

    Records are numbered from 1; where a record is a line, by the lines.
    """

    def __init__(self, source: Source, hints: Hints) -> None:
        """Read the whole file: its columns are known only at its end.

        Raises:
            InputError: broken, no records, or too many columns.
            OpenQuestion: it holds several lists of records.
        """
        self.source = source
        self.tally = Tally()
        self._told = source.part or hints.sheet
        self._gathered = Gathered(source.name)
        self._lists: dict[str, int] = {}  # name of a list of records → its records
        self._chosen, self._others = "", 0  # the list that is read, and values there that are no records
        self._lines = 0
        text = _Text(source)
        self._encoding = text.encoding
        try:
            with collector_paused():
                self._by_line = _has_lines(source, self._encoding)
                self._parse_lines() if self._by_line else self._parse(text)
        except UnicodeDecodeError:
            raise InputError(Message("intake.file_json_encoding", {"name": source.name})) from None
        except (ValueError, RecursionError):
            raise InputError(Message("intake.file_broken_json", {"name": source.name, "n": self._met + 1})) from None
        finally:
            text.close()
        self._check_choice()
        self.headers = unique_headers(list(self._gathered.columns))
        self.found = Found(evidence=[Message("intake.how_json", {"n": self._gathered.count})])

    @property
    def _met(self) -> int:
        """Records met so far, also those that were rejected."""
        return self._gathered.count + len(self.tally.rejects)

    def _check_choice(self) -> None:
        name, filled = self.source.name, {key: count for key, count in self._lists.items() if count}
        if self._told is not None and self._lists and self._told not in self._lists:
            values: dict[str, object] = {"sheet": self._told, "sheets": ", ".join(self._lists)}
            raise InputError(Message("intake.sheet_absent", values), file=name)
        if self._told is None and len(filled) > 1:
            options = {key: Message("intake.option_sheet", {"n": count}) for key, count in filled.items()}
            line = f"sheet: {next(iter(filled))}"
            raise OpenQuestion(
                [Question(f"sheet:{name}", Message("intake.ask_list", {"name": name}), (), options, line)]
            )
        if not self._met:
            raise InputError(Message("intake.file_no_records", {"name": name}))

    # --- a record a line ------------------------------------------------------------------------------------------

    def _parse_lines(self) -> None:
        records: list[Record] = []
        places: list[int] = []
        with self.source.path.open("r", encoding=self._encoding, errors="surrogateescape", newline="\n") as file:
            for number, line in enumerate(file, start=1):
                self._lines = number
                if not line.strip():
                    self.tally.skipped_by["blank"] += 1
                    continue
                record = self._from_line(line, number)
                if record is not None:
                    records.append(record)
                    places.append(number)
                if len(records) >= CHUNK:
                    self._take(records, places)
                    records, places = [], []
        self._take(records, places)

    def _from_line(self, line: str, number: int) -> Record | None:
        try:
            value = DECODER.decode(line.removeprefix("\ufeff"))
        except (ValueError, RecursionError):
            cut = not line.endswith("\n")
            self.tally.flags["looks_cut"] += cut
            self._reject(number, "intake.rejected_cut" if cut else "intake.rejected_bad_json", line.strip())
            return None
        return self._record(value, number)

    # --- one document ---------------------------------------------------------------------------------------------

    def _parse(self, text: _Text) -> None:
        if text.take("["):
            self._take_list(text, "")
        else:
            _demand(text.take("{"))
            self._take_wrapper(text)
        _demand(not text.sign())

    def _take_wrapper(self, text: _Text) -> None:
        """An object: the lists of objects in it are records; where there is none, it is one record itself."""
        whole: list[tuple[str, object]] = []
        ended = text.take("}")
        while not ended:
            key = text.value()
            _demand(isinstance(key, str) and not isinstance(key, Number) and text.take(":"))
            if text.take("["):
                if text.sign() == "{":
                    self._take_list(text, str(key))
                else:
                    whole.append((str(key), list(text.items())))
            else:
                whole.append((str(key), text.value()))
            ended = text.take("}")
            _demand(ended or text.take(","))
        if not self._lists and whole:
            record = self._record(_object(whole), 1)
            self._take([record] if record is not None else [], [1])

    def _take_list(self, text: _Text, key: str) -> None:
        """The records of one list; those of a list that is not meant are only counted."""
        meant = not self._lists if self._told is None or not key else key == self._told
        if meant:
            self._chosen = key
        records: list[Record] = []
        places: list[int] = []
        number = 0
        for number, value in enumerate(text.items(), start=1):
            record = self._record(value, number) if meant else None
            if record is not None:
                records.append(record)
                places.append(number)
            if len(records) >= CHUNK:
                self._take(records, places)
                records, places = [], []
        self._lists[key] = self._lists.get(key, 0) + number
        self._take(records, places)

    # --- both -----------------------------------------------------------------------------------------------------

    def _record(self, value: object, number: int) -> Record | None:
        """A value as a flat record; one that is none is rejected."""
        if not isinstance(value, dict):
            self._others += 1
            self._reject(number, "intake.rejected_no_record", written(value))
            return None
        record: Record = {}
        if not flatten(value, "", record):
            self._reject(number, "intake.rejected_name_twice", written(value))
            return None
        return record

    def _reject(self, number: int, reason: str, raw: str) -> None:
        shown = raw[:SHOWN].encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
        self.tally.rejects.append(Reject(number, "", reason, shown))

    def _take(self, records: Sequence[Record], places: Sequence[int]) -> None:
        if not records:
            return
        try:
            self._gathered.take(records, places)
        except UnicodeEncodeError:
            good = [_is_text(record) for record in records]
            for record, place, keep in zip(records, places, good, strict=True):
                if not keep:
                    shown = {key: ascii(value) for key, value in record.items()}
                    self._reject(place, "intake.rejected_bad_bytes", str(shown))
            kept = [(r, p) for r, p, keep in zip(records, places, good, strict=True) if keep]
            self._gathered.take([record for record, _ in kept], [place for _, place in kept])

    def chunks(self, on_progress: Progress | None) -> Iterator[Chunk]:
        """All records; one that lacks a name has nothing there."""
        yield from self._gathered.chunks(on_progress)

    def counts(self) -> tuple[int, int]:
        """Records met by the parser, and by a count of lines or of brackets."""
        if self._by_line:
            return self._lines, count_json_lines(self.source.path)
        if not self._lists:
            return self._met, 1
        order = list(self._lists).index(self._chosen)
        counted = count_json_records(self.source.path, self._encoding, bare=self._chosen == "", order=order)
        return self._met - self._others, counted


def _has_lines(source: Source, encoding: str) -> bool:
    """Each record stands on a line of its own: the first line is a whole object, and the next begins another."""
    with source.path.open("r", encoding=encoding, errors="replace", newline="\n") as file:
        head = file.read(BLOCK).removeprefix("\ufeff").lstrip()
    first, _, rest = head.partition("\n")
    named = source.name.lower().endswith(LINES)
    if not rest.strip():
        return named and first.startswith("{")
    try:
        return isinstance(DECODER.decode(first), dict) and (named or rest.lstrip().startswith("{"))
    except (ValueError, RecursionError):
        return named and not head.startswith("[")


def flatten(value: dict[str, object], before: str, record: Record) -> bool:
    """Put the values of an object into a flat record; false when two of them have one name.

    >>> record = {}
    >>> flatten({"id": "7", "owner": {"name": "Dana"}, "tags": ["a"], "won": True}, "", record), record
    (True, {'id': '7', 'owner.name': 'Dana', 'tags': '["a"]', 'won': 'true'})
    """
    fine = not isinstance(value, Twice)
    for key, inner in value.items():
        name = before + key
        if isinstance(inner, dict) and inner:
            fine &= flatten(inner, f"{name}.", record)
        else:
            fine &= name not in record
            plain = inner is None or isinstance(inner, str)
            record[name] = (None if inner is None else str(inner)) if plain else written(inner)
    return fine


def written(value: object) -> str:
    """A value as JSON, its numbers as they were written."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        inner = (f"{json.dumps(key, ensure_ascii=False)}: {written(one)}" for key, one in value.items())
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _is_text(record: Record) -> bool:
    texts = [*record, *(value or "" for value in record.values())]
    return not any("\ud800" <= letter <= "\udfff" for text in texts for letter in text)
