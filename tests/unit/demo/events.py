"""Small ledgers for the tests of the demo's figures."""

from typing import Any

from demo.ledger import Sent, TabletEvent, Way


def sent(signal: str | None, at: float = 0.0, **changes: Any) -> Sent:
    """An urgent HTTP signal, acknowledged 10 ms after `at`."""
    values: dict[str, Any] = {
        "way": Way.HTTP,
        "device": "d",
        "urgent": True,
        "sent_at": at,
        "acknowledged_at": at + 0.01,
        "signal_id": signal,
    }
    return Sent(**(values | changes))


def tablet(position: int, unit: str, assignment: str, state: str, **changes: Any) -> TabletEvent:
    """One state of one assignment, of incident `i`, task `t`, slot 0."""
    values: dict[str, Any] = {
        "moment": f"m{position}",
        "epoch": 1,
        "incident_id": "i",
        "task_id": "t",
        "slot": 0,
        "signal_ids": frozenset(),
        "received_at": float(position),
    }
    return TabletEvent(position=position, unit=unit, assignment_id=assignment, state=state, **(values | changes))


def incident(name: str, **changes: Any) -> dict[str, Any]:
    """An incident as the stream shows it."""
    values: dict[str, Any] = {
        "incident_id": name,
        "version": 1,
        "engagement": "automatic",
        "opened_at": "2026-03-01T12:00:00+00:00",
        "device": "d",
        "site": None,
        "sector": "gare",
        "address": None,
        "priority": "P1",
        "state": "open",
        "nature": "sos",
        "nature_fr": "SOS application",
        "sources": 1,
        "signals": 1,
    }
    return values | changes
