"""Which signals are traced: what may bring somebody, what a caller traces, what failed; of the others a share.

A span costs a quarter of what ingest does for a signal, and more in each service behind it.
"""

import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from opentelemetry import trace

from schemas.vocabulary.natures import NATURES, Priority
from schemas.vocabulary.signals import Phase
from services.chassis import telemetry
from services.ingest.domain.signal import Understood

NAME = "ingest.receive"
_SOON = frozenset({Priority.P1, Priority.P2})


class Tracing:
    """`share`: 0 … 1 of the signals that nothing bids to trace."""

    def __init__(self, share: float, chance: Callable[[], float] = random.random) -> None:
        self._share, self._chance = share, chance
        self._tracer = telemetry.tracer()  # looking it up costs a tenth of a signal's time

    def span(self, understood: Understood) -> AbstractContextManager[trace.Span]:
        """The signal's span; where it is not traced, the context that tells the services behind us so."""
        if _matters(understood):
            return self._tracer.start_as_current_span(NAME, telemetry.in_any_case())
        if telemetry.called_from_outside() or self._chance() < self._share:
            return self._tracer.start_as_current_span(NAME)
        return telemetry.unrecorded()

    def failed(self, span: trace.Span, waited_s: float, attributes: dict[str, str], error: Exception) -> None:
        """The span, after all, of a signal that was not to be traced and was not acknowledged."""
        if span.is_recording():
            return
        kept = telemetry.recorded(span)
        started = time.time_ns() - round(waited_s * 1e9)
        late = self._tracer.start_span(NAME, context=kept, start_time=started, attributes=dict(attributes))
        late.record_exception(error)
        late.set_status(trace.StatusCode.ERROR, str(error))
        late.end()


def _matters(understood: Understood) -> bool:
    raised = understood.phase is Phase.RAISE
    return understood.takes_urgent_lane or (raised and NATURES[understood.nature].priority in _SOON)
