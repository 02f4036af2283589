"""Figures of the running server, as Prometheus reads them; of routes and companies together, never of people."""

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from yaad.server.beside import in_line

KIND = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0)
"""Seconds."""

REGISTRY = CollectorRegistry()
REQUESTS = Counter("yaad_requests", "Answers given", ["route", "method", "status"], registry=REGISTRY)
SECONDS = Histogram("yaad_request_seconds", "Seconds until an answer", ["route"], buckets=BUCKETS, registry=REGISTRY)


class Standing(Collector):
    """Figures that are looked up when they are asked for.

    Args:
        jobs: how many run, how many wait.
        asking: questions that the engine answers now.
        lag: entries of all journals that are in no table yet, and the most of one company.
    """

    def __init__(
        self, jobs: Callable[[], tuple[int, int]], asking: Callable[[], int], lag: Callable[[], tuple[int, int]]
    ) -> None:
        self._jobs, self._asking, self._lag = jobs, asking, lag

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figures as they are now."""
        running, waiting = self._jobs()
        jobs = GaugeMetricFamily("yaad_jobs", "Jobs by where they stand", labels=["state"])
        jobs.add_metric(["running"], running)
        jobs.add_metric(["waiting"], waiting)
        yield jobs
        yield GaugeMetricFamily("yaad_questions", "Questions that the engine answers", value=self._asking())
        yield GaugeMetricFamily("yaad_line", "Pages and figures whose counting is not begun yet", value=in_line())
        whole, most = self._lag()
        lag = GaugeMetricFamily("yaad_journal_lag", "Entries that are in no table yet", labels=["of"])
        lag.add_metric(["all"], whole)
        lag.add_metric(["company"], most)
        yield lag


def text(standing: Standing) -> bytes:
    """All figures in the form that Prometheus reads."""
    now = CollectorRegistry()
    now.register(standing)
    return generate_latest(REGISTRY) + generate_latest(now)
