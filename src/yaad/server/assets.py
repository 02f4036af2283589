"""The few files that pages need – styles, scripts, fonts, icons – read once and served by this process itself."""

import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse

TYPES = {".woff2": "font/woff2", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Assets:
    """Files by name; their address carries a hash of all of them, so that a new version is fetched at once.

    Attributes:
        folder: where they lie.
        more: further files, name → text, that lie elsewhere.
    """

    folder: Path
    more: tuple[tuple[str, str], ...] = ()

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Name (with ``/``) → content."""
        found = {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }
        return found | {name: text.encode() for name, text in self.more}

    @cached_property
    def version(self) -> str:
        """A hash of all contents."""
        digest = hashlib.sha256()
        for name, content in sorted(self.files.items()):
            digest.update(name.encode() + b"\0" + content)
        return digest.hexdigest()[:12]

    def address(self, name: str) -> str:
        """The address of a file.

        Raises:
            KeyError: there is no such file.
        """
        if name not in self.files:
            raise KeyError(name)
        return f"/static/{self.version}/{name}"

    def serve(self, _request: HttpRequest, name: str, version: str) -> HttpResponse:
        """The view of one file; an older version's address gives the present file, uncached."""
        if name not in self.files:
            raise Http404(name)
        suffix = Path(name).suffix
        kind = TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        answer = HttpResponse(self.files[name], content_type=kind)
        answer["Cache-Control"] = FOREVER if version == self.version else "no-cache"
        return answer
