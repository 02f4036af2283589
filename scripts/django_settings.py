"""Settings by which the type checker knows the tables; nothing is served by them."""

import tempfile
from pathlib import Path

from yaad.server.home import Home
from yaad.server.settings import settings_of_server

globals().update(settings_of_server(Home(Path(tempfile.gettempdir()) / "yaad-typed", "http://127.0.0.1:1", "-" * 60)))
