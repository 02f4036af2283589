"""The verb `chances`: the win chance of each open deal, with progress while the past is played again."""

from typing import TYPE_CHECKING

from yaad.faces.cli.imports import progress
from yaad.faces.cli.verbs import Asked, figures

if TYPE_CHECKING:
    from yaad.show import Result


@figures
def chances(asked: Asked) -> "Result":
    """How likely each open deal is to close."""
    with asked.opened() as book, progress(asked.screen.lang) as on_progress:
        return book.win_chances(on_progress)
