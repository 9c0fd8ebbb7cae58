"""What stands in a span, and which others it names."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from services.chassis import telemetry
from services.chassis.telemetry import WithoutQuery


def test_what_follows_the_question_mark_is_in_no_span() -> None:
    """People's words and a provider's codes come in addresses: the span keeps the path alone."""
    provider = TracerProvider()
    provider.add_span_processor(WithoutQuery())
    attributes = {"url.path": "/v1/log", "url.query": "text=Mme+Durand&code=abc"}
    with provider.get_tracer("test").start_as_current_span("GET", attributes=attributes) as span:
        assert dict(span.attributes) == {"url.path": "/v1/log", "url.query": "…"}  # type: ignore[attr-defined]
    with provider.get_tracer("test").start_as_current_span("GET", attributes={"url.path": "/"}) as plain:
        assert dict(plain.attributes) == {"url.path": "/"}  # type: ignore[attr-defined]


def headers(trace_id: int, *, recorded: bool) -> list[tuple[str, bytes | str | None]]:
    """Of a record in that trace."""
    return [("traceparent", f"00-{trace_id:032x}-{trace_id:016x}-{int(recorded):02x}".encode())]


def test_a_batch_goes_on_from_its_first_recorded_record_and_links_the_others() -> None:
    """Each recorded trace is named once; those that nobody records are not."""
    batch = [headers(number, recorded=number in {2, 3, 4}) for number in (1, 2, 3, 3, 2, 4, 5)]
    parent, links = telemetry.of_batch([*batch, None])
    assert trace.get_current_span(parent).get_span_context().trace_id == 2
    assert [link.context.trace_id for link in links] == [3, 4]


def test_a_batch_that_nobody_records_goes_on_from_its_first_record() -> None:
    """Its trace id is passed on all the same."""
    parent, links = telemetry.of_batch([headers(7, recorded=False), headers(8, recorded=False)])
    assert trace.get_current_span(parent).get_span_context().trace_id == 7
    assert links == []


def test_two_alarms_that_became_one_are_linked() -> None:
    """The span names the other's trace, not its own, and nothing where none was stored."""
    with TracerProvider().get_tracer("test").start_as_current_span("merge") as span:
        own = span.get_span_context()
        telemetry.link(f"00-{9:032x}-{9:016x}-01")
        telemetry.link(f"00-{own.trace_id:032x}-{9:016x}-01")
        telemetry.link(None)
    assert [link.context.trace_id for link in span.links] == [9]  # type: ignore[attr-defined]


def test_of_an_exception_a_span_keeps_the_class(monkeypatch: pytest.MonkeyPatch) -> None:
    """The span is in error; the exception's words, which may show what was to be stored, are nowhere in it."""
    monkeypatch.setattr(telemetry, "tracer", lambda: TracerProvider().get_tracer("test"))
    with pytest.raises(ValueError, match="Durand"), telemetry.span("work", attributes={"reason": "x"}) as span:
        raise ValueError("DETAIL: Failing row contains (Mme Durand)")
    assert dict(span.attributes) == {"reason": "x", "error.type": "ValueError"}  # type: ignore[attr-defined]
    assert span.status.status_code is trace.StatusCode.ERROR  # type: ignore[attr-defined]
    assert "Durand" not in span.to_json()  # type: ignore[attr-defined]


def test_what_is_said_about_a_record_bears_its_trace() -> None:
    """Outside any span, and also where its trace is not recorded; afterwards nothing does."""
    with telemetry.of_record(headers(7, recorded=False)):
        assert trace.get_current_span().get_span_context().trace_id == 7
    assert not trace.get_current_span().get_span_context().is_valid
    assert telemetry.passed_on([*headers(7, recorded=True), ("ce_id", b"x")]) == headers(7, recorded=True)
    assert telemetry.trace_id_of(f"00-{7:032x}-{7:016x}-01") == f"{7:032x}"
    assert telemetry.trace_id_of(None) is None
