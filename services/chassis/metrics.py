"""Metrics as a closed vocabulary: each is declared once, with type, unit, labels and meaning.

Names follow the Prometheus conventions. Labels are bounded: enums, topics, services; never an id.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

# When a counter began is a series more for each of them, and nobody asks.
disable_created_metrics()  # type: ignore[no-untyped-call]
LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0)


@dataclass(frozen=True)
class Declared:
    """One line of the metric list."""

    name: str
    kind: str
    unit: str
    labels: tuple[str, ...]
    meaning: str


DECLARED: list[Declared] = []


def _declare(name: str, kind: str, unit: str, labels: Sequence[str], meaning: str) -> None:
    DECLARED.append(Declared(name, kind, unit, tuple(labels), meaning))


def counter(
    name: str, meaning: str, *, unit: str, labels: Sequence[str] = (), begins: Iterable[Sequence[str]] = ()
) -> Counter:
    """A counter; `name` ends in `_total`.

    `begins`: values of the labels that stand at 0 from the start, for those that an alert watches. For Prometheus the
    first value of a series is no increase, and the rate of a series that is not there is not 0.
    """
    _declare(name, "counter", unit, labels, meaning)
    made = Counter(name, meaning, labels)
    for values in begins:
        made.labels(*values)
    return made


def gauge(name: str, meaning: str, *, unit: str, labels: Sequence[str] = ()) -> Gauge:
    """A gauge."""
    _declare(name, "gauge", unit, labels, meaning)
    return Gauge(name, meaning, labels)


def histogram(
    name: str,
    meaning: str,
    *,
    unit: str = "seconds",
    labels: Sequence[str] = (),
    buckets: Sequence[float] = LATENCY_BUCKETS,
) -> Histogram:
    """A histogram; latency in seconds unless told otherwise."""
    _declare(name, "histogram", unit, labels, meaning)
    return Histogram(name, meaning, labels, buckets=tuple(buckets))


RECORDS_READ = counter("vigie_kafka_records_read_total", "Records read from a topic.", unit="records", labels=["topic"])
RECORDS_SENT = counter(
    "vigie_kafka_records_sent_total",
    "Records by topic and what the broker said.",
    unit="records",
    labels=["topic", "result"],
)
DELIVERY_SECONDS = histogram(
    "vigie_kafka_delivery_seconds", "From produce to the broker's acknowledgement.", labels=["topic"]
)
DEAD_LETTERS = counter(
    "vigie_dead_letters_total",
    "Records that could not be read and were kept aside.",
    unit="records",
    labels=["topic"],
)
DEGRADED = gauge(
    "vigie_degraded",
    "1 while a named health check fails but the process goes on.",
    unit="1",
    labels=["check"],
)
RESTARTS_OF_LOOPS = counter(
    "vigie_loop_retries_total",
    "Times a loop retried after a fault outside it.",
    unit="retries",
    labels=["loop"],
)
HTTP_SECONDS = histogram(
    "vigie_http_request_seconds",
    "From a request to the beginning of its answer, by method, route and class of status.",
    labels=["method", "route", "status"],
)
LAG = gauge(
    "vigie_kafka_consumer_lag",
    "Records of a topic that are there and were not handled yet by this process.",
    unit="records",
    labels=["topic"],
)
