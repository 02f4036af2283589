"""A job that was told to stop: what its process knows, whichever of its modules asks."""

import threading


class Stopped(BaseException):
    """The job was cancelled; no ordinary handler catches it on its way out."""


asked = threading.Event()
"""Set once the process was told to end."""
