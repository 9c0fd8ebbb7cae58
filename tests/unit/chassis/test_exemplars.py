"""Metrics as OpenMetrics: with the trace behind a measured time, for who accepts that."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from services.chassis import exemplars
from services.chassis.health import Health
from services.chassis.metrics import DELIVERY_SECONDS
from services.chassis.operations import answer

OPEN = "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_a_recorded_trace_stands_beside_its_time() -> None:
    """The document is valid OpenMetrics and its bucket names the trace; counters do not say when they began."""
    DELIVERY_SECONDS.labels("exemplary").observe(0.003, exemplars.of(f"00-{TRACE}-00f067aa0ba902b7-01"))
    status, kind, body = answer("/metrics", Health("test"), OPEN)
    assert (status, kind.split(";")[0]) == (200, "application/openmetrics-text")
    samples = [sample for family in text_string_to_metric_families(body.decode()) for sample in family.samples]
    found = [s.exemplar for s in samples if s.labels.get("topic") == "exemplary" and s.exemplar is not None]
    assert [(told.labels, told.value) for told in found] == [({"trace_id": TRACE}, 0.003)]
    assert not [sample.name for sample in samples if sample.name.endswith("_created")]


def test_who_does_not_accept_openmetrics_gets_the_plain_text() -> None:
    """Prometheus's own format knows no exemplars."""
    _, kind, body = answer("/metrics", Health("test"), "text/plain")
    assert kind.startswith("text/plain")
    assert b"trace_id=" not in body


@pytest.mark.parametrize("unrecorded", [None, f"00-{TRACE}-00f067aa0ba902b7-00"])
def test_what_nobody_recorded_is_not_named(unrecorded: str | None) -> None:
    """A link to a trace that is nowhere would mislead."""
    assert exemplars.of(unrecorded) is None
    assert exemplars.here() is None


def test_the_current_span_is_named_while_it_is_recorded() -> None:
    """In a span that is recorded the exemplar is its trace."""
    with TracerProvider().get_tracer("test").start_as_current_span("x") as span:
        assert exemplars.here() == {"trace_id": trace.format_trace_id(span.get_span_context().trace_id)}
