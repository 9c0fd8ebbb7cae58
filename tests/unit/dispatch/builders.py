"""Incidents, units, reports and cards as the tests of dispatch's decisions need them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.vocabulary.dispatching import AssignmentState, Engagement, IncidentState, ResponderKind, UnitState
from schemas.vocabulary.natures import Nature, Priority
from schemas.vocabulary.signals import DeviceKind, Phase
from services.dispatch.domain.assignment import Assignment
from services.dispatch.domain.incident import Incident
from services.dispatch.domain.report import Place, Report
from services.dispatch.domain.run_card import Card, Facts, Need
from services.dispatch.domain.unit import Unit

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HERE = Place(49.12, 6.17)


def incident(identifier: str = "i1", **more: Any) -> Incident:
    """An open P1 fire at the school."""
    plain: dict[str, Any] = {
        "centre": "57463",
        "nature": Nature.FIRE,
        "priority": Priority.P1,
        "state": IncidentState.OPEN,
        "opened_at": NOON,
        "pack_version": "v1",
        "site": "school",
        "device": "panel",
    }
    return Incident(id=identifier, **plain | more)


def report(nature: Nature = Nature.FIRE, **more: Any) -> Report:
    """A fire alarm of the school's panel."""
    plain: dict[str, Any] = {
        "signal_id": "s1",
        "centre": "57463",
        "device": "panel",
        "device_kind": DeviceKind.PANEL,
        "phase": Phase.RAISE,
        "received_at": NOON,
        "site": "school",
    }
    return Report(nature=nature, **plain | more)


def unit(identifier: str = "pm-1", kilometres: float = 1.0, **more: Any) -> Unit:
    """A free patrol that far north of HERE, with a fresh position."""
    plain: dict[str, Any] = {
        "centre": "57463",
        "call_sign": identifier,
        "kind": ResponderKind.PATROL,
        "state": UnitState.AVAILABLE,
        "capabilities": frozenset(),
        "epoch": 0,
        "busy": False,
        "place": Place(HERE.lat + kilometres / 111.2, HERE.lon),
        "position_at": NOON - timedelta(minutes=1),
    }
    return Unit(id=identifier, **plain | more)


def assignment(state: AssignmentState, epoch: int = 3, **more: Any) -> Assignment:
    """The third assignment of a unit."""
    plain: dict[str, Any] = {"incident_id": "i1", "task_id": "t1", "slot": 0, "unit": "pm-1", "offered_at": NOON}
    return Assignment(id="a1", epoch=epoch, state=state, **plain | more)


def card(identifier: str, *natures: Nature, **more: Any) -> Card:
    """An automatic P1 card for one patrol."""
    plain: dict[str, Any] = {
        "priority": Priority.P1,
        "engagement": Engagement.AUTOMATIC,
        "needs": (Need(ResponderKind.PATROL),),
    }
    return Card(identifier, frozenset(natures), **plain | more)


def facts(nature: Nature = Nature.INTRUSION, **more: Any) -> Facts:
    """One source, by day, at a place of which nothing is known."""
    plain: dict[str, Any] = {"sources": 1, "site_kind": None, "site_open": None, "night": False, "protected": False}
    return Facts(nature, **plain | more)
