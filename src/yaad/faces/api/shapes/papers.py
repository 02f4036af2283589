"""Answers about the files of a deal."""

from yaad.faces.api.shapes.common import Moment, Told


class DealFile(Told):
    """A file of a deal; ``size`` is in bytes."""

    seq: int
    at: Moment
    by: str
    file_name: str
    size: int


class DealFiles(Told):
    """The files of a deal that were not taken back, the latest first."""

    files: list[DealFile]
