"""OpenTelemetry: one tracer a process, W3C `traceparent` in Kafka headers, OTLP or JSON-lines export."""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from services.chassis.settings import ProcessSettings

Headers = list[tuple[str, bytes]]
RawHeaders = Sequence[tuple[str, bytes | str | None]] | None
SCOPE = "vigie"
QUERY = "url.query"
FLUSH_MS = 200
MOST_LINKS = 32
"""Of one span: in a flood the others can be found by the incident."""
_W3C, _IDS = TraceContextTextMapPropagator(), RandomIdGenerator()


class WithoutQuery(SpanProcessor):
    """Takes what stands after the `?` out of spans: people's words, an identity provider's codes."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Before anything exports it."""
        if QUERY in (span.attributes or {}):
            span.set_attribute(QUERY, "…")


def setup(service: str, settings: ProcessSettings) -> TracerProvider:
    """Installs the tracer provider of this process; spans go where the settings say, or nowhere."""
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(WithoutQuery())
    if settings.otel_exporter_otlp_endpoint:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    if settings.traces_file:
        exporter = FileSpanExporter(settings.traces_file, service)
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=FLUSH_MS))
    trace.set_tracer_provider(provider)
    return provider


@cache
def tracer() -> trace.Tracer:
    """The tracer of this process; looking it up anew cost a tenth of each signal."""
    return trace.get_tracer(SCOPE)


@contextmanager
def span(
    name: str,
    parent: Context | None = None,
    kind: trace.SpanKind = trace.SpanKind.INTERNAL,
    attributes: Mapping[str, str | int] | None = None,
    links: Sequence[trace.Link] = (),
) -> Iterator[trace.Span]:
    """A current span. Of an exception that leaves it, it keeps the class: what PostgreSQL says shows stored values."""
    with tracer().start_as_current_span(
        name, parent, kind, attributes, links, record_exception=False, set_status_on_exception=False
    ) as opened:
        try:
            yield opened
        except Exception as error:
            opened.set_attribute("error.type", type(error).__name__)
            opened.set_status(trace.StatusCode.ERROR)
            raise


def called_from_outside() -> bool:
    """True if the current span belongs to a trace that somebody else began and records."""
    span = trace.get_current_span()
    parent = span.parent if isinstance(span, ReadableSpan) else None
    return parent is not None and parent.is_remote and parent.trace_flags.sampled


@contextmanager
def unrecorded() -> Iterator[trace.Span]:
    """Around what is not traced: records sent within it carry a trace id, and bid nobody to record."""
    current = trace.get_current_span().get_span_context()
    trace_id = current.trace_id if current.is_valid else _IDS.generate_trace_id()
    span = trace.NonRecordingSpan(trace.SpanContext(trace_id, _IDS.generate_span_id(), is_remote=False))
    token = context.attach(trace.set_span_in_context(span))
    try:
        yield span
    finally:
        context.detach(token)


def recorded(span: trace.Span) -> Context:
    """The context of an unrecorded span for what is recorded after all: of the same trace."""
    known = span.get_span_context()
    flags = trace.TraceFlags(trace.TraceFlags.SAMPLED)
    parent = trace.SpanContext(known.trace_id, known.span_id, is_remote=False, trace_flags=flags)
    return trace.set_span_in_context(trace.NonRecordingSpan(parent), Context())


def in_any_case() -> Context | None:
    """The context for a span that is recorded even where a caller bids us not to; None where nobody does."""
    current = trace.get_current_span()
    known = current.get_span_context()
    return recorded(current) if known.is_valid and not known.trace_flags.sampled else None


def passed_on(headers: RawHeaders) -> Headers:
    """The trace headers of a record as they are, for what is sent because of it without a span between."""
    return [(name, value.encode()) for name, value in _carrier(headers).items()]


@contextmanager
def of_record(headers: RawHeaders) -> Iterator[None]:
    """Around what is said about a record outside its span: log lines bear the trace that it belongs to."""
    token = context.attach(extract(headers))
    try:
        yield
    finally:
        context.detach(token)


def inject(headers: Headers, where: Context | None = None) -> Headers:
    """`headers` with the trace context (`where`, or the current one) added."""
    carrier: dict[str, str] = {}
    _W3C.inject(carrier, context=where)
    return [*headers, *((key, value.encode()) for key, value in carrier.items())]


def extract(headers: RawHeaders) -> Context:
    """The trace context that a record carries; an empty one if it carries none."""
    return _W3C.extract(_carrier(headers), context=context.Context())


def traceparent() -> str | None:
    """The current context as a W3C `traceparent`, to store beside a row; None outside a span."""
    carrier: dict[str, str] = {}
    _W3C.inject(carrier)
    return carrier.get("traceparent")


def sampled(parent: str) -> bool:
    """True if a `traceparent` bids its readers to record: bit 0 of its flags; others (random) may be set beside it."""
    flags = parent[-2:]
    return all(digit in "0123456789abcdef" for digit in flags) and bool(int(flags, 16) & 1)


def of_batch(records: Sequence[RawHeaders]) -> tuple[Context, list[trace.Link]]:
    """The context that a span over these records goes on from, and links to the others that somebody records.

    From the first that is recorded: the span of a batch is lost where its parent's is. At least one record.
    """
    # Most of a batch is not recorded: looking at its flag costs a tenth of reading its context.
    kept = [headers for headers in records if _is_recorded(headers)]
    contexts = [extract(headers) for headers in (kept or records[:1])]
    own, *others = [trace.get_current_span(found).get_span_context() for found in contexts]
    by_trace = {span.trace_id: span for span in others if span.trace_id != own.trace_id}
    return contexts[0], [trace.Link(span) for span in itertools.islice(by_trace.values(), MOST_LINKS)]


def _is_recorded(headers: RawHeaders) -> bool:
    parent = _carrier(headers).get("traceparent")
    return parent is not None and sampled(parent)


def _carrier(headers: RawHeaders) -> dict[str, str]:
    """What of a record's headers belongs to its trace, as text."""
    return {
        key: value.decode("ascii", "replace") if isinstance(value, bytes) else value
        for key, value in headers or ()
        if key in {"traceparent", "tracestate"} and value is not None
    }


def link(to: str | None) -> None:
    """The current span has to do with that stored `traceparent` as well: two alarms that became one incident."""
    current, other = trace.get_current_span(), trace.get_current_span(resume(to)).get_span_context()
    if current.is_recording() and other.is_valid and other.trace_id != current.get_span_context().trace_id:
        current.add_link(other)


def trace_id_of(parent: str | None) -> str | None:
    """The trace that a stored `traceparent` belongs to, 32 hexadecimal digits."""
    return parent.split("-")[1] if parent else None


def resume(parent: str | None) -> Context:
    """The context of a stored `traceparent`."""
    return extract([("traceparent", parent)] if parent else None)


class FileSpanExporter(SpanExporter):
    """Appends one JSON object a span: for tests, the demo and centres without a collector."""

    def __init__(self, path: Path, service: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")
        self._service = service

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Writes all spans and flushes."""
        for span in spans:
            self._file.write(json.dumps(self._plain(span), ensure_ascii=False, default=str) + "\n")
        self._file.flush()
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Closes the file."""
        self._file.close()

    def _plain(self, span: ReadableSpan) -> dict[str, Any]:
        own, parent = span.get_span_context(), span.parent
        return {
            "service": self._service,
            "name": span.name,
            "trace_id": format(own.trace_id, "032x") if own else None,
            "span_id": format(own.span_id, "016x") if own else None,
            "parent_id": format(parent.span_id, "016x") if parent else None,
            "start_ns": span.start_time,
            "end_ns": span.end_time,
            "status": span.status.status_code.name,
            "attributes": dict(span.attributes or {}),
            "links": [format(link.context.trace_id, "032x") for link in span.links],
        }
