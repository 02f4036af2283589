"""Why a file is not read, and the two checks that all archives share."""

import re
import zipfile
from collections.abc import Iterable

BLOCK = 1 << 20
PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
LONGEST_PROLOG = 1 << 16
OFFICE = ("[Content_Types].xml", "mimetype", "xl/workbook.xml", "content.xml")
MOST_MEMBERS = 10_000


class Refused(Exception):
    """The file is not read; `key` is the end of a message's key, `values` what it says."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def check_sizes(members: Iterable[zipfile.ZipInfo], most: int, ratio: int) -> None:
    """Refuse an archive that grows beyond all use when it is unpacked.

    Raises:
        Refused: it does, as a whole or in one member.
    """
    found = list(members)
    unpacked = sum(member.file_size for member in found)
    packed = sum(member.compress_size for member in found) or 1
    grows = unpacked > BLOCK and unpacked / packed > ratio
    if unpacked > most or grows or len(found) > MOST_MEMBERS:
        raise Refused("workbook_bomb", unpacked=unpacked // BLOCK)


def check_entities(archive: zipfile.ZipFile) -> None:
    """Refuse an office document with a document type: what it would declare are entities.

    Raises:
        Refused: some member has one, or hides its beginning.
    """
    for member in archive.infolist():
        if member.filename.endswith((".xml", ".rels")):
            with archive.open(member) as file:
                head = file.read(LONGEST_PROLOG)
            begins = PROLOG.match(head)
            root = head[begins.end() if begins else 0 :]
            if root and (root.startswith(b"<!") or not root.startswith(b"<")):
                raise Refused("workbook_entities")
