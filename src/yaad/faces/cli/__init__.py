"""The command line: one verb a question. It parses, asks the book, prints; it holds no rule and no arithmetic.

Exit 0; 2 with a clear text on stderr and nothing on stdout for anything the user can mend; 1 for a fault of ours (its
traceback with ``YAAD_DEBUG=1``). Heavy imports stand inside the verbs, so that ``yaad --help`` answers at once.
"""

from yaad.faces.cli.main import main

__all__ = ["main"]
