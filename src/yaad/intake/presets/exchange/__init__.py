"""Call logs of telephone exchanges."""

from yaad.intake.presets.exchange.log import headless_names, with_calls

__all__ = ["headless_names", "with_calls"]
