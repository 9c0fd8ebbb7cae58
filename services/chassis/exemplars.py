"""Which trace stands behind a measured time: OpenMetrics exemplars, for `Histogram.observe(…, exemplar=…)`."""

from opentelemetry import trace

from services.chassis import telemetry

Exemplar = dict[str, str] | None


def here() -> Exemplar:
    """Of the current span; None where nothing of it is recorded."""
    span = trace.get_current_span()
    return {"trace_id": f"{span.get_span_context().trace_id:032x}"} if span.is_recording() else None


def of(traceparent: str | None) -> Exemplar:
    """Of a stored W3C `traceparent`; None where there is none or nothing of it was recorded."""
    if traceparent is None or not telemetry.sampled(traceparent):
        return None
    return {"trace_id": traceparent.split("-")[1]}
