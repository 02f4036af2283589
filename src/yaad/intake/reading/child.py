"""The process that parses one file made elsewhere, within limits; the parent lives whatever the file does to it."""

import csv
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from yaad.errors import InputError
from yaad.intake.files import Source
from yaad.text import Message

APART = Path(__file__).parent / "apart"


@dataclass(frozen=True)
class Limits:
    """Ceilings of the child process.

    Attributes:
        memory: bytes of address space.
        seconds: processor time, and half of the time on the clock.
        most: bytes of all members of the archive unpacked.
        ratio: unpacked to packed.
    """

    memory: int = 3 << 30
    seconds: int = 120
    most: int = 1 << 30
    ratio: int = 100


LIMITS = Limits()


class Child:
    """The process; ended by `close`, or by its clock.

    Attributes:
        about: what it said first.
    """

    def __init__(self, source: Source, limits: Limits = LIMITS, *, recount: str = "", folder: str = "") -> None:
        """Start it and hear what the file holds.

        Args:
            source: the file.
            limits: of the process.
            recount: a part whose rows are to be counted by a second parser, and nothing else.
            folder: where an archive is unpacked.

        Raises:
            InputError: what the child refuses, or the child died.
        """
        self._source = source
        plain = {"path": str(source.path.resolve()), "format": source.format.value, "recount": recount}
        told = json.dumps(plain | {"folder": folder} | vars(limits))
        command = [sys.executable, "-I", str(APART), told]
        pipe, away = subprocess.PIPE, subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=away)  # noqa: S603 - our own script
        self._clock = threading.Timer(limits.seconds * 2, self._process.kill)
        self._clock.daemon = True
        self._clock.start()
        assert self._process.stdout is not None
        self._out = TextIOWrapper(self._process.stdout, encoding="utf-8", errors="surrogatepass", newline="")
        try:
            self.about = self._hear()
        except BaseException:
            self.close()
            raise

    def _hear(self) -> dict[str, Any]:
        line = self._out.readline()
        about: dict[str, Any] = json.loads(line) if line.strip() else {"refused": "workbook_too_big", "values": {}}
        if "refused" in about:
            values = {"name": self._source.name, **about["values"]}
            raise InputError(Message(f"intake.{about['refused']}", values), file=self._source.name)
        return about

    def rows(self, part: str) -> Iterator[list[str]]:
        """The rows of a part.

        Raises:
            InputError: the child died midway: what it told is not all of the part.
        """
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(part).encode() + b"\n")
            self._process.stdin.close()
        csv.field_size_limit(sys.maxsize)  # how long a cell may be is no business of the pipe
        try:
            yield from csv.reader(self._out, strict=True)
        except csv.Error:
            raise self._too_big() from None
        if self._process.wait() != 0:
            raise self._too_big()

    def _too_big(self) -> InputError:
        return InputError(Message("intake.workbook_too_big", {"name": self._source.name}), file=self._source.name)

    def close(self) -> None:
        """End the process."""
        self._clock.cancel()
        self._process.kill()
        self._process.wait()
        self._out.close()
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()


def recount(source: Source, part: str, limits: Limits = LIMITS) -> int:
    """Rows of a part with a value, as a second parser in a process of its own finds them."""
    child = Child(source, limits, recount=part)
    child.close()
    return int(child.about["rows"])
