"""Start of the process: ``python -I <this folder> <task as JSON>``."""

import io
import sys
import types
from pathlib import Path


def _alone() -> None:
    """Let this folder be imported without the rooms around it: they would cost a second, and are no business of it."""
    here = Path(__file__).resolve().parent
    for above, name in ((2, "yaad"), (1, "yaad.intake"), (0, "yaad.intake.reading")):
        module = types.ModuleType(name)
        module.__path__ = [str(here.parents[above])]
        sys.modules[name] = module


if __name__ == "__main__":
    _alone()
    from yaad.intake.reading.apart.work import main

    sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="surrogatepass", newline="")
    main(sys.argv[1])
