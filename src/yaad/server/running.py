"""How a server of companies runs: where it listens and how much it does at once, told by the environment.

``YAAD_LISTEN``            ``host:port`` on which the process listens; the port of an address of this machine, else
                           ``127.0.0.1:8765``
``YAAD_PROXY``             addresses of the proxies whose word is taken for who asks, with commas; ``127.0.0.1``
``YAAD_JOBS``              jobs at once, such as imports; the others wait in turn; 2
``YAAD_JOB_MEMORY``        megabytes that a job may take; 4096
``YAAD_JOB_MINUTES``       minutes of processor time that a job may take; 120
``YAAD_QUESTIONS``         questions that the engine answers at once, 1 to 64; as many as there are processors, 4 to 8
``YAAD_METRICS_TOKEN``     who shows it may read ``/metrics`` from elsewhere; without it only this machine may
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from yaad.errors import InputError
from yaad.text import Message

USUAL = "127.0.0.1:8765"
LEAST_TOKEN = 16
FEWEST, MOST = 4, 8
"""Questions at once, whatever the number of processors."""


@dataclass(frozen=True)
class Running:
    """How the process runs.

    Attributes:
        host, port: on which it listens.
        proxies: whose word is taken for who asks.
        jobs: at once.
        job_memory: bytes of a job.
        job_seconds: of processor time of a job.
        questions: that the engine answers at once.
        metrics_token: by which metrics are read from elsewhere; empty: not at all.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    proxies: str = "127.0.0.1"
    jobs: int = 2
    job_memory: int = 4096 << 20
    job_seconds: int = 7200
    questions: int = FEWEST
    metrics_token: str = ""

    @classmethod
    def from_environment(cls, said: Mapping[str, str]) -> "Running":
        """As the environment says.

        Raises:
            InputError: something is not usable; says which variable and what it takes.
        """
        host, port = _listen(said)
        token = said.get("YAAD_METRICS_TOKEN", "")
        if token and len(token) < LEAST_TOKEN:
            raise InputError(Message("house.short_token", {"variable": "YAAD_METRICS_TOKEN", "n": LEAST_TOKEN}))
        return cls(
            host=host,
            port=port,
            proxies=said.get("YAAD_PROXY", "") or "127.0.0.1",
            jobs=_number(said, "YAAD_JOBS", 2, 1, 64),
            job_memory=_number(said, "YAAD_JOB_MEMORY", 4096, 256, 1 << 20) << 20,
            job_seconds=_number(said, "YAAD_JOB_MINUTES", 120, 1, 10_000) * 60,
            questions=_number(said, "YAAD_QUESTIONS", usual_questions(), 1, 64),
            metrics_token=token,
        )


def usual_questions() -> int:
    """As many as there are processors, within bounds."""
    return max(FEWEST, min(MOST, os.cpu_count() or FEWEST))


def _listen(said: Mapping[str, str]) -> tuple[str, int]:
    wrong = InputError(Message("house.bad_listen", {"variable": "YAAD_LISTEN"}))
    try:
        parts = urlsplit(f"//{said.get('YAAD_LISTEN', '') or _usual(said)}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise wrong from None
    if not host or port is None or parts.path or parts.query or parts.username:
        raise wrong
    return host, port


def _usual(said: Mapping[str, str]) -> str:
    """The port of the address where people of this machine alone reach it."""
    try:
        address = urlsplit(said.get("YAAD_ADDRESS", ""))
        is_here = address.scheme == "http" and address.port
    except ValueError:  # it is told as what it is: no address
        return USUAL
    return f"127.0.0.1:{address.port}" if is_here else USUAL


def _number(said: Mapping[str, str], variable: str, usual: int, least: int, most: int) -> int:
    typed = said.get(variable, "").strip()
    if not typed:
        return usual
    if not typed.isdecimal() or not least <= int(typed[:12]) <= most:
        raise InputError(Message("house.bad_number", {"variable": variable, "least": least, "most": most}))
    return int(typed)
