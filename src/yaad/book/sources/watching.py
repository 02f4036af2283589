"""A watched folder: files that arrive are imported once they are whole, and laid aside with a text of how it went.

FOLDER/deals.csv            arrives; with deals.csv.yaml beside it, that is its mapping
FOLDER/done/deals.csv       it is in the book; deals.csv.txt is the account
FOLDER/asked/deals.csv      it leaves something open; deals.csv.txt has the questions and the lines that answer them
FOLDER/failed/deals.csv     it cannot be used; deals.csv.txt says why
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

import yaml

from yaad.book.reports import ImportReport
from yaad.book.sources.telling import Counts, Told, account, told
from yaad.errors import BookError, InputError, OpenQuestion, Question, YaadError
from yaad.text import Message, render

MAPPING = ".yaml"
"""Ending that a file's mapping adds to the file's whole name."""
TEXT = ".txt"
UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".filepart")
"""Endings that programs give to files that are still on their way."""

Importing = Callable[[Path, Path | None], ImportReport]
"""Imports a file, with its mapping where it has one."""
Seen = dict[Path, tuple[int, int]]
"""File → size and time of its last change."""


class State(StrEnum):
    """How it went with a file; also the name of the folder that it is laid into."""

    DONE = "done"
    ASKED = "asked"
    FAILED = "failed"


@dataclass(frozen=True)
class Came:
    """What became of a file that came.

    Attributes:
        state: how it went.
        told: the account, the questions, or the reason, in every language.
        counts: its rows; none where it was not imported.
        said: the same in the language of the run, with the files that were written beside the book.
        questions: what it leaves open, each question in every language.
    """

    state: State
    told: Told
    counts: Counts
    said: str
    questions: tuple[Told, ...] = ()


@dataclass(frozen=True)
class Handled:
    """A file that arrived and was dealt with.

    Attributes:
        name: of the file as it arrived.
        state: how it went.
        path: where it lies now.
        came: what became of it.
    """

    name: str
    state: State
    path: Path
    came: Came

    @property
    def said(self) -> str:
        """The account, the questions, or why it failed."""
        return self.came.said


class WatchedFolder:
    """A folder whose files go into a book."""

    def __init__(self, folder: Path, importing: Importing, lang: str) -> None:
        """Begin to watch.

        Raises:
            InputError: there is no such folder.
        """
        if not folder.is_dir():
            raise InputError(Message("sources.no_folder", {"path": str(folder)}))
        self.folder, self.lang = folder, lang
        self._import = importing
        self._seen: Seen = {}

    def sweep(self) -> Iterator[Handled]:
        """Deal with the files that have not changed since the last sweep, the oldest first.

        Raises:
            BookError: the book is absent, damaged, or somebody else is writing: the files stay where they are.
        """
        before, self._seen = self._seen, _arrivals(self.folder)
        whole = [path for path, size in self._seen.items() if before.get(path) == size]
        for path in sorted(whole, key=lambda path: (self._seen[path][1], path.name)):
            if path.is_file():
                yield self._handle(path)

    @property
    def waiting(self) -> int:
        """How many files lie there that were not dealt with."""
        return len(_arrivals(self.folder))

    def _handle(self, path: Path) -> Handled:
        mapping = path.with_name(path.name + MAPPING)
        how = Message("sources.how_to_answer", {"name": path.name, "mapping": mapping.name})
        came = brought_in(path, mapping if mapping.is_file() else None, self._import, self.lang, how)
        return Handled(path.name, came.state, lay_aside(path, self.folder, came.state, came.said), came)


def brought_in(path: Path, mapping: Path | None, importing: Importing, lang: str, how_to_answer: Message) -> Came:
    """Import a file and say how it went.

    Raises:
        BookError: the book is absent, damaged, or somebody else is writing.
    """
    try:
        report = importing(path, mapping)
    except OpenQuestion as open_:
        return left_open(open_, how_to_answer, lang)
    except BookError:
        raise
    except YaadError as error:
        return _came(State.FAILED, told(error.say), lang)
    except Exception as error:  # noqa: BLE001 - one file that meets a fault of ours must not keep the others waiting
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        return _came(State.FAILED, told(partial(render, Message("sources.fault", {"what": what}))), lang)
    return accounted(report, lang)


def left_open(open_: OpenQuestion, how_to_answer: Message, lang: str) -> Came:
    """What came and leaves something open."""
    said = told(lambda one: asked_text(open_, how_to_answer, one))
    questions = tuple(told(partial(render, question.text)) for question in open_.questions)
    return Came(State.ASKED, said, Counts(), said[lang], questions)


def accounted(report: ImportReport, lang: str) -> Came:
    """What came in, with the account of its import."""
    without_paths = told(lambda one: account(report, one, with_paths=False))
    return Came(State.DONE, without_paths, Counts.of(report), account(report, lang))


def _came(state: State, said: Told, lang: str) -> Came:
    return Came(state, said, Counts(), said[lang])


def asked_text(open_: OpenQuestion, how_to_answer: Message, lang: str) -> str:
    """Questions, how they are answered, and the lines of a mapping that do."""
    return f"{open_.say(lang)}\n\n{render(how_to_answer, lang)}\n\n{map_lines(open_.questions)}"


def lay_aside(path: Path, folder: Path, state: State, said: str) -> Path:
    """Put a file, with its mapping and the text of how it went, into the folder of its state; gives its place."""
    mapping = path.with_name(path.name + MAPPING)
    beside = folder / state.value
    beside.mkdir(exist_ok=True)
    to = _free(beside, path.name)
    if mapping.is_file():
        mapping.replace(to.with_name(to.name + MAPPING))
    to.with_name(to.name + TEXT).write_text(said + "\n", "utf-8")
    path.replace(to)
    return to


def map_lines(questions: Sequence[Question]) -> str:
    r"""The lines of a mapping that answer questions, each key once.

    >>> from yaad.errors import Question
    >>> lines = ["dates: {a: iso}", "dates: {b: iso}", "zone: UTC"]
    >>> map_lines([Question(line, Message("errors.kind_deal"), map_line=line) for line in lines])
    'dates: {a: iso, b: iso}\nzone: UTC'
    """
    found: dict[str, object] = {}
    others = []
    for line in (question.map_line for question in questions if question.map_line):
        try:
            plain = yaml.safe_load(line)
        except yaml.YAMLError:
            plain = None
        if not isinstance(plain, dict):
            others.append(line)
            continue
        for key, value in plain.items():
            before = found.get(key)
            found[key] = before | value if isinstance(before, dict) and isinstance(value, dict) else value
    return "\n".join([*(_yaml_line(key, value) for key, value in found.items()), *others])


def _yaml_line(key: str, value: object) -> str:
    inner = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, sort_keys=False, width=10**6)
    return f"{key}: {inner.removesuffix('...' + chr(10)).strip()}"


def _arrivals(folder: Path) -> Seen:
    """The files that lie in a folder, without hidden ones, links, mappings and what is still on its way."""
    found: Seen = {}
    for path in folder.iterdir():
        own = path.name.startswith((".", "~$")) or path.suffix.lower() in (*UNFINISHED, MAPPING)
        if own or path.is_symlink() or not path.is_file():
            continue
        stat = path.stat()
        found[path] = (stat.st_size, stat.st_mtime_ns)
    return found


def _free(folder: Path, name: str) -> Path:
    """A name that nothing in the folder has yet."""
    path, number = folder / name, 2
    while path.exists():
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
        number += 1
    return path
