"""A span for each record that somebody traces, and nothing but the header for the others."""

from schemas.codec import header
from services.chassis import telemetry
from services.chassis.telemetry import RawHeaders

Headers = list[tuple[str, bytes]]


class Tracing:
    """`recording` false: no exporter is set, so contexts are only passed on. `name` is the span's."""

    def __init__(self, name: str, recording: bool) -> None:
        self._name, self.recording = name, recording

    def wants(self, parent: bytes | None) -> bool:
        """True if a record with this `traceparent` gets a span."""
        return self.recording and parent is not None and telemetry.sampled(parent.decode("utf-8", "replace"))

    def passed_on(self, headers: RawHeaders, start_ns: int, attributes: dict[str, str]) -> Headers:
        """The trace headers for the outputs of a record; a span if its trace is sampled."""
        parent = header(headers, "traceparent")
        if parent is None or not self.recording or not telemetry.sampled(parent):
            return [] if parent is None else [("traceparent", parent.encode())]
        span = telemetry.tracer().start_span(
            self._name, context=telemetry.extract(headers), start_time=start_ns, attributes=dict(attributes)
        )
        span.end()
        own = span.get_span_context()
        return [("traceparent", f"00-{own.trace_id:032x}-{own.span_id:016x}-{own.trace_flags:02x}".encode())]
