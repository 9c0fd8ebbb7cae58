"""What stands in a request's span."""

from opentelemetry.sdk.trace import TracerProvider

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
