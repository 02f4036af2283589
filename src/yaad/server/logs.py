"""What the server tells the terminal: one JSON object a line, of numbers and names of routes, never of people.

A line of our own carries the values named in `FIELDS` and no others. Of a line that a library writes only the sentence
stands here, without the values in it: they may be addresses with keys, or mails.
"""

import datetime as dt
import json
import logging
import sys
import traceback
from contextvars import ContextVar
from types import TracebackType

FIELDS = (
    "request", "account", "company", "route", "method", "status", "ms", "action", "seq", "digest", "job", "state",
    "count", "bytes",
)  # fmt: skip
OURS = "yaad"
request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request that this thread answers."""


class Lines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        own = record.name == OURS or record.name.startswith(f"{OURS}.")
        told: dict[str, object] = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage() if own else str(record.msg),
        }
        if found := request_id.get():
            told["request"] = found
        if own:
            told |= {name: getattr(record, name) for name in FIELDS if getattr(record, name, None) is not None}
        if record.exc_info and record.exc_info[0] is not None:
            told |= of_error(record.exc_info[0], record.exc_info[2])
        return json.dumps(told, ensure_ascii=False, default=str)


def of_error(kind: type[BaseException], trace: TracebackType | None) -> dict[str, object]:
    """An error by its kind and where it came from; its text may hold what somebody typed."""
    frames = traceback.extract_tb(trace)
    return {"error": kind.__qualname__, "where": [f"{one.filename}:{one.lineno} {one.name}" for one in frames[-12:]]}


def to_terminal() -> None:
    """Have every logger of the process write such lines to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(logging.INFO)
    logging.getLogger("django.request").setLevel(logging.CRITICAL)  # told with its route by `yaad.server.watching`
