"""``python -m yaad`` is the command line."""

import sys

from yaad.faces.cli import main

sys.exit(main())
