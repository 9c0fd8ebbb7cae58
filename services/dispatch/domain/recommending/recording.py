"""Inputs of a decision as JSON values and back: rule 15, so that replay evaluates the same thing again.

Only ids, times, seconds, weights and bits: no person, no address.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from schemas.vocabulary.dispatching import UnitState
from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending.coverage import Coverage
from services.dispatch.domain.recommending.policy import Policy
from services.dispatch.domain.recommending.situation import IncidentView, Situation, UnitView, Work

FORM = 1
"""Number of this form; raised when a field changes its meaning."""


class UnknownForm(ValueError):
    """The inputs were recorded in a form that this version cannot read."""


def as_inputs(situation: Situation) -> dict[str, Any]:
    """JSON values only (str, int, float, bool, None, list, dict); `from_inputs` is its inverse."""
    coverage = situation.coverage
    return {
        "form": FORM,
        "clock": situation.now.isoformat(),
        "incident": _incident_out(situation.incident),
        "units": [_unit_out(unit) for unit in situation.units],
        "seconds": dict(situation.seconds),
        "unreachable": dict(situation.unreachable),
        "utilisation": situation.utilisation,
        "coverage": None if coverage is None else _coverage_out(coverage),
        "policy": asdict(situation.policy),
    }


def from_inputs(inputs: Mapping[str, Any]) -> Situation:
    """The situation as it was. Raises UnknownForm, and KeyError or ValueError where the record is damaged."""
    if inputs.get("form") != FORM:
        raise UnknownForm(f"inputs have form {inputs.get('form')!r}, this version reads {FORM}")
    coverage = inputs["coverage"]
    return Situation(
        incident=_incident_in(inputs["incident"]),
        units=tuple(_unit_in(unit) for unit in inputs["units"]),
        seconds=dict(inputs["seconds"]),
        now=datetime.fromisoformat(inputs["clock"]),
        utilisation=inputs["utilisation"],
        coverage=None if coverage is None else _coverage_in(coverage),
        unreachable=dict(inputs["unreachable"]),
        policy=Policy(**inputs["policy"]),
    )


def _incident_out(incident: IncidentView) -> dict[str, Any]:
    return {
        "id": incident.id,
        "priority": incident.priority.value,
        "opened_at": incident.opened_at.isoformat(),
        "target_s": incident.target_s,
        "capabilities": sorted(incident.capabilities),
        "declined": sorted(incident.declined),
        "asked_lately": sorted(incident.asked_lately),
        "callers": sorted(incident.callers),
        "diversions": incident.diversions,
        "reliefs": incident.reliefs,
    }


def _incident_in(known: Mapping[str, Any]) -> IncidentView:
    sets = {name: frozenset(known.get(name, ())) for name in ("capabilities", "declined", "asked_lately", "callers")}
    opened_at = datetime.fromisoformat(known["opened_at"])
    return IncidentView(**{**known, **sets, "priority": Priority(known["priority"]), "opened_at": opened_at})


def _unit_out(unit: UnitView) -> dict[str, Any]:
    return {
        "id": unit.id,
        "state": unit.state.value,
        "capabilities": sorted(unit.capabilities),
        "position_at": _time_out(unit.position_at),
        "work": None if unit.work is None else _work_out(unit.work),
        "rest_until": _time_out(unit.rest_until),
        "duty_until": _time_out(unit.duty_until),
        "retiring": unit.retiring,
    }


def _unit_in(known: Mapping[str, Any]) -> UnitView:
    return UnitView(
        id=known["id"],
        state=UnitState(known["state"]),
        capabilities=frozenset(known["capabilities"]),
        position_at=_time_in(known["position_at"]),
        work=None if known["work"] is None else _work_in(known["work"]),
        rest_until=_time_in(known["rest_until"]),
        duty_until=_time_in(known["duty_until"]),
        retiring=known["retiring"],
    )


def _work_out(work: Work) -> dict[str, Any]:
    return asdict(work) | {"priority": work.priority.value, "since": work.since.isoformat()}


def _work_in(known: Mapping[str, Any]) -> Work:
    return Work(**{**known, "priority": Priority(known["priority"]), "since": datetime.fromisoformat(known["since"])})


def _coverage_out(coverage: Coverage) -> dict[str, Any]:
    return {
        "weights": list(coverage.weights),
        "by_unit": {unit: packed.hex() for unit, packed in coverage.by_unit.items()},
        "by_post": {post: packed.hex() for post, packed in coverage.by_post.items()},
    }


def _coverage_in(known: Mapping[str, Any]) -> Coverage:
    return Coverage(
        tuple(known["weights"]),
        {unit: bytes.fromhex(packed) for unit, packed in known["by_unit"].items()},
        {post: bytes.fromhex(packed) for post, packed in known["by_post"].items()},
    )


def _time_out(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _time_in(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
