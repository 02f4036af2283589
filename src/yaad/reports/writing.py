"""Reports written as files, which appear whole or not at all."""

from collections.abc import Callable, Iterator
from pathlib import Path

from yaad.book.disk import appearing
from yaad.errors import InputError
from yaad.reports.pdfs import pdf
from yaad.reports.workbooks import workbook
from yaad.reports.xrays import Xray
from yaad.text import Message

WRITERS: dict[str, Callable[[Xray], bytes]] = {".pdf": pdf, ".xlsx": workbook}


def xray_writer(path: Path) -> Callable[[Xray], None]:
    """What writes an X-ray to a file, by the file's ending.

    Raises:
        InputError: the ending is neither pdf nor xlsx.
    """
    make = WRITERS.get(path.suffix.lower())
    if make is None:
        raise bad_ending(path, WRITERS)

    def write(xray: Xray) -> None:
        content = make(xray)
        with appearing(path) as partial:
            partial.write_bytes(content)

    return write


def bad_ending(path: Path, known: Iterator[str] | dict[str, Callable[[Xray], bytes]] | tuple[str, ...]) -> InputError:
    """The error of a file whose ending says nothing that can be written."""
    return InputError(Message("reports.bad_ending", {"path": str(path), "known": ", ".join(known)}))
