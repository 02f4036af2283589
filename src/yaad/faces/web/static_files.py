"""Our own static files, the shared parts' rules among them."""

from pathlib import Path

from yaad.server.assets import Assets
from yaad.show import parts_css

ASSETS = Assets(Path(__file__).parent / "static", more=(("parts.css", parts_css()),))
"""Styles, scripts, fonts and icons of the pages."""
