"""Scenes for the recommendation: a noon, units, an incident, and the situation they make."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.vocabulary.dispatching import UnitState
from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending import (
    Coverage,
    IncidentView,
    Ranked,
    Recommendation,
    Situation,
    UnitView,
    Work,
    recommend,
)
from services.dispatch.domain.recommending.coverage import reached

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def ago(seconds: float) -> datetime:
    """So many seconds before noon."""
    return NOON - timedelta(seconds=seconds)


def incident(priority: Priority = Priority.P1, **changes: Any) -> IncidentView:
    """An incident that has just come in, target ten minutes."""
    values: dict[str, Any] = {"id": "i1", "priority": priority, "opened_at": NOON, "target_s": 600.0} | changes
    return IncidentView(**values)


def idle(unit: str, **changes: Any) -> UnitView:
    """An available unit with a fresh position."""
    values: dict[str, Any] = {"id": unit, "state": UnitState.AVAILABLE, "position_at": NOON} | changes
    return UnitView(**values)


def bound(unit: str, priority: Priority = Priority.P3, on_scene: bool = False, diversions: int = 0) -> UnitView:
    """A unit on its way to, or at, an incident `w-<unit>`."""
    work = Work(f"w-{unit}", priority, ago(60), on_scene, diversions)
    return idle(unit, state=UnitState.ON_SCENE if on_scene else UnitState.EN_ROUTE, work=work)


def situation(times: Mapping[UnitView, float], known: IncidentView | None = None, **changes: Any) -> Situation:
    """Units with their seconds until on scene."""
    seconds = {unit.id: each for unit, each in times.items()}
    values: dict[str, Any] = {
        "incident": known or incident(),
        "units": tuple(times),
        "seconds": seconds,
        "now": NOON,
    } | changes
    return Situation(**values)


def coverage(
    weights: tuple[float, ...], by_unit: Mapping[str, str], by_post: Mapping[str, str] | None = None
) -> Coverage:
    """Points in reach as a string a unit, '1' where reached."""

    def packed(reach: Mapping[str, str]) -> dict[str, bytes]:
        return {
            each: reached([0.0 if point == "1" else 9.0 for point in points], 1.0) for each, points in reach.items()
        }

    return Coverage(weights, packed(by_unit), packed(by_post or {}))


def best(known: Situation | Recommendation) -> Ranked:
    """Who goes; somebody must."""
    first = (recommend(known) if isinstance(known, Situation) else known).best
    assert first is not None
    return first


def seconds_of(known: Ranked) -> float:
    """Its seconds, which must be known."""
    assert known.seconds is not None
    return known.seconds
