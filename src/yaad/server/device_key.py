"""The key by which a device knows whose entries wait on it: it stays when the key that signs sessions is another one.

Who renews ``YAAD_SECRET_KEY`` ends every session; what people wrote without a network, and have not sent yet, has to be
theirs all the same once they have signed in again. It is made of the key of that day, so that a home that is restored
under the same key knows its devices too.
"""

import secrets
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.crypto import salted_hmac

NAME = "device.key"


@lru_cache(maxsize=8)
def device_key(folder: Path) -> str:
    """The key of the server in a home; made once.

    Args:
        folder: the home.
    """
    path = folder / NAME
    if not path.exists():
        made = folder / f"{NAME}.{secrets.token_hex(4)}"
        made.touch(mode=0o600)
        own = salted_hmac("yaad.device.key", "home", secret=settings.SECRET_KEY, algorithm="sha256")
        made.write_text(own.hexdigest(), "ascii")
        try:
            path.hardlink_to(made)  # whole or not at all, and of two who make it at once the first one counts
        except FileExistsError:
            pass
        except OSError:  # a disk without links
            if not path.exists():
                made.replace(path)
        finally:
            made.unlink(missing_ok=True)
    return path.read_text("ascii").strip()
