"""From the sender's send to the tablet's receipt, for urgent signals whose run card engages by itself."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from demo.ledger import Ledger

WAITED = frozenset({"task_waiting", "no_unit_left"})


@dataclass(frozen=True)
class Latency:
    """`measured_ms`: one value an alarm that caused an offer. `without_unit`: alarms that found no free unit."""

    measured_ms: list[float]
    without_unit: int
    joined: int
    """Alarms of an incident that was offered already: they rightly send nobody."""


def alarm_to_tablet(ledger: Ledger) -> Latency:
    """Measures each urgent, acknowledged signal once; a repeat is no alarm of its own."""
    measured: list[float] = []
    without_unit = joined = 0
    for sent in ledger.sent:
        if not sent.urgent or sent.repeat or sent.acknowledged_at is None:
            continue
        signal = ledger.signal_of(sent)
        incident = ledger.incident_of(signal) if signal else None
        if incident is None or ledger.incidents.get(incident, {}).get("engagement") != "automatic":
            continue
        offers = ledger.offers(incident)
        first = min((offer.received_at for offer in offers), default=None)
        if first is not None and first < sent.sent_at:
            joined += 1
        elif first is None or WAITED & set(_before_offer(ledger.incident_events.get(incident, []))):
            without_unit += 1
        else:
            measured.append((first - sent.sent_at) * 1000)
    return Latency(measured, without_unit, joined)


def _before_offer(events: list[str]) -> list[str]:
    """What happened to an incident before its first offer."""
    return events[: events.index("unit_offered")] if "unit_offered" in events else events


def first_assignment_s(ledger: Ledger, stack_started_at: str | None) -> float | None:
    """Seconds from the stack's start to its first offer; None if either is unknown."""
    first = min((event.moment for event in ledger.tablet_events), default=None)
    if first is None or stack_started_at is None:
        return None
    return (datetime.fromisoformat(first) - datetime.fromisoformat(stack_started_at)).total_seconds()


def percentiles(values: Sequence[float]) -> dict[str, float | None]:
    """p50, p95, p99 (nearest rank) and max, rounded to 0.1; null where nothing was measured."""
    if not values:
        return {"p50": None, "p95": None, "p99": None, "max": None}
    ordered = sorted(values)

    def rank(share: float) -> float:
        return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 1)

    return {"p50": rank(0.50), "p95": rank(0.95), "p99": rank(0.99), "max": round(ordered[-1], 1)}
