"""Which signals are traced, and what the services behind are told about it."""

import dataclasses
from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Phase
from services.chassis import telemetry
from services.ingest.domain.signal import Place, Understood
from services.ingest.reception import NotAccepted, RefusalReason
from services.ingest.tracing import NAME, Tracing
from tests.unit.ingest.world import World

LAMP = Understood("lamp-1", DeviceKind.SENSOR, Place("57463", "v"), Nature.LAMP_OUT, b"")
TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """What is recorded, by a provider of this test's own."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(telemetry, "tracer", lambda: provider.get_tracer("test"))
    yield exporter
    provider.shutdown()


@pytest.mark.parametrize(
    ("nature", "phase", "share", "recorded"),
    [
        (Nature.SOS, Phase.RAISE, 0.0, True),
        (Nature.SOS, Phase.RESTORE, 0.0, True),
        (Nature.INTRUSION, Phase.RAISE, 0.0, True),
        (Nature.INTRUSION, Phase.RESTORE, 0.0, False),
        (Nature.TAMPER, Phase.RAISE, 0.0, False),
        (Nature.TAMPER, Phase.RAISE, 0.5, True),
        (Nature.LAMP_OUT, Phase.HEARTBEAT, 0.0, False),
    ],
)
def test_what_may_bring_somebody_is_traced_always(
    spans: InMemorySpanExporter, nature: Nature, phase: Phase, share: float, recorded: bool
) -> None:
    """Of the rest a share; the records of what is not traced say so to every service behind."""
    understood = dataclasses.replace(LAMP, nature=nature, phase=phase)
    with Tracing(share, lambda: 0.4).span(understood) as span:
        [(_, header)] = telemetry.inject([])
        assert telemetry.sampled(header.decode()) is span.is_recording() is recorded
    assert len(spans.get_finished_spans()) == recorded


def test_who_traces_a_signal_himself_finds_it(spans: InMemorySpanExporter) -> None:
    """A gateway's sampled traceparent reaches its signal's span, by the request's."""
    sampled, not_sampled = (telemetry.resume(f"00-{TRACE}-b7ad6b7169203331-{flags}") for flags in ("01", "00"))
    for parent in (sampled, not_sampled):
        with (
            telemetry.tracer().start_as_current_span("POST /v1/signals", parent),
            Tracing(0.0).span(LAMP) as span,
        ):
            assert format(span.get_span_context().trace_id, "032x") == TRACE
    assert [found.name for found in spans.get_finished_spans()] == [NAME, "POST /v1/signals"]


@pytest.mark.parametrize(("nature", "recorded"), [(Nature.SOS, True), (Nature.LAMP_OUT, False)])
def test_a_caller_cannot_take_the_trace_from_what_may_bring_somebody(
    spans: InMemorySpanExporter, nature: Nature, recorded: bool
) -> None:
    """A gateway that samples its own traces out says so in `traceparent`: of an SOS we keep ours, under its id."""
    parent = telemetry.extract([("traceparent", f"00-{TRACE}-b7ad6b7169203331-00".encode())])
    with (
        telemetry.tracer().start_as_current_span("POST /v1/signals", parent),
        Tracing(0.0).span(dataclasses.replace(LAMP, nature=nature)) as span,
    ):
        context = span.get_span_context()
        assert (format(context.trace_id, "032x"), bool(context.trace_flags.sampled)) == (TRACE, recorded)
    assert [found.name for found in spans.get_finished_spans()] == [NAME] * recorded


async def test_bytes_that_nobody_could_read_have_a_trace(spans: InMemorySpanExporter) -> None:
    """The dead letter leads to it, whatever the caller bids."""
    world = World()
    parent = telemetry.extract([("traceparent", f"00-{TRACE}-b7ad6b7169203331-00".encode())])
    with telemetry.tracer().start_as_current_span("POST /v1/signals", parent):
        assert await world.rejected.keep(b"?", "no frame", "generic 192.0.2.1")
    [rejected] = spans.get_finished_spans()
    [headers] = world.lanes.dead_headers
    assert rejected.context is not None
    span_id = format(rejected.context.span_id, "016x")
    assert dict(headers)["traceparent"] == f"00-{TRACE}-{span_id}-01".encode()
    assert rejected.status.status_code is trace.StatusCode.ERROR


def test_what_was_not_acknowledged_is_recorded_late(spans: InMemorySpanExporter) -> None:
    """In the trace that its records name, as long as its device waited."""
    tracing = Tracing(0.0)
    with tracing.span(LAMP) as span:
        tracing.failed(span, 2.5, {"door": "generic"}, NotAccepted(RefusalReason.JOURNAL_FULL))
    [late] = spans.get_finished_spans()
    assert late.name == NAME
    assert late.context is not None
    assert late.context.trace_id == span.get_span_context().trace_id
    assert late.start_time is not None
    assert late.end_time is not None
    assert 2.5 <= (late.end_time - late.start_time) / 1e9 < 3.5
    assert (late.status.status_code, dict(late.attributes or {})) == (
        trace.StatusCode.ERROR,
        {"door": "generic"},
    )
