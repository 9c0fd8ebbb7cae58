"""The figures of a run, under the keys that DESIGN.md names."""

from typing import Any

from demo.ledger import Ledger
from demo.measure.doubles import double_assignments
from demo.measure.latency import alarm_to_tablet, percentiles
from demo.measure.losses import acknowledge_cameras, lost


def summarise(ledger: Ledger, started_at: str) -> dict[str, Any]:
    """`started_at` (RFC 3339): incidents opened before it belong to an earlier run."""
    acknowledge_cameras(ledger)
    latency = alarm_to_tablet(ledger)
    return {
        "signals_sent": len(ledger.sent),
        "signals_acknowledged": sum(sent.acknowledged_at is not None for sent in ledger.sent),
        "signals_lost": len(lost(ledger)),
        "incidents": sum(incident["opened_at"] >= started_at for incident in ledger.incidents.values()),
        "assignments": len({event.assignment_id for event in ledger.tablet_events}),
        "double_assignments": len(double_assignments(ledger.tablet_events)),
        "alarms_measured": len(latency.measured_ms),
        "alarms_without_unit": latency.without_unit,
        "work_orders": len(ledger.work_orders),
        "alarm_to_tablet_ms": percentiles(latency.measured_ms),
    }
