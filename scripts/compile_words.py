"""Compile the catalogues of words (.po) into the form the product reads (.mo)."""

import datetime as dt
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent.parent / "src" / "yaad" / "text" / "locale"


def main() -> int:
    for path in sorted(LOCALE.rglob("*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.parent.name, abort_invalid=True)
        # The same words give the same bytes on any day.
        catalogue.creation_date = catalogue.revision_date = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
        with path.with_suffix(".mo").open("wb") as out:
            write_mo(out, catalogue, use_fuzzy=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
