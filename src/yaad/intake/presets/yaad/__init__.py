"""Tables that a book of Yaad was exported to."""

from yaad.intake.presets.yaad.tables import as_given

__all__ = ["as_given"]
