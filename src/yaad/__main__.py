"""``python -m yaad`` is the command line."""

from yaad.faces.cli import main

main()
