"""The ids of what lies beside the journal: letters alone, so that no number is ever found in one."""

import hashlib
import re

ID_LETTERS = 20
ID = re.compile(rf"[a-p]{{{ID_LETTERS}}}")
LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def id_of(*parts: str) -> str:
    """The id of some texts: the same for the same ones.

    >>> id_of("D1", "k") == id_of("D1", "k"), id_of("D1", "k") == id_of("D", "1k")
    (True, False)
    """
    told = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(told).hexdigest()[:ID_LETTERS].translate(LETTERS)
