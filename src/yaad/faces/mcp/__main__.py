"""``python -m yaad.faces.mcp --book DIR``: the tools of one book for an agent that starts this process."""

import argparse
import os
import sys
from pathlib import Path

from yaad.errors import YaadError
from yaad.text import LANGUAGES


def main() -> int:
    """Answer until the agent goes; an error goes to the error output, since the other one belongs to the agent."""
    asked = argparse.ArgumentParser(prog="yaad mcp")
    asked.add_argument("--book", required=True, type=Path)
    asked.add_argument("--lang", choices=LANGUAGES, default=os.environ.get("YAAD_LANG", "en"))
    told = asked.parse_args()
    from yaad.faces.mcp.serving import serve_book

    try:
        serve_book(told.book, told.lang)
    except YaadError as error:
        sys.stderr.write(error.say(told.lang) + "\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
