"""Wire models to domain values and back; the only file that knows both."""

import uuid
from dataclasses import replace
from typing import Any

from schemas.messages.dispatching import AssignmentChanged, IncidentChanged, WorkOrderChanged
from schemas.messages.signal import Alarm, Signal, SignalOutcome
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Phase
from schemas.wire import Origin, Position
from services.chassis import telemetry
from services.chassis.database import without_nul
from services.dispatch.domain.assignment import Assignment
from services.dispatch.domain.incident import Incident
from services.dispatch.domain.report import Place, Report
from services.dispatch.domain.task import WorkOrder
from services.dispatch.store.case import Case, Recorded
from services.dispatch.store.work import Work

NAMESPACE = uuid.UUID("0b0a9a5e-33f1-5d0c-9c2f-8d1f3c6f7a42")


def derived_id(*parts: object) -> str:
    """An id that is the same for the same parts."""
    return str(uuid.uuid5(NAMESPACE, "/".join(str(part) for part in parts)))


def report_of_signal(signal: Signal) -> Report:
    """A signal from the urgent lane."""
    return Report(
        signal_id=signal.signal_id,
        centre=signal.origin.centre,
        commune=signal.origin.commune,
        device=signal.device,
        device_kind=signal.device_kind,
        nature=signal.nature,
        phase=signal.phase,
        received_at=signal.received_at,
        device_at=signal.device_at,
        site=signal.site,
        zone=_storable(signal.zone),
        place_name=_storable(signal.place),
        sector=signal.sector,
        place=place_of(signal.position),
        subject=signal.subject,
        fingerprint=_storable(signal.fingerprint),
        flags=tuple(signal.flags),
        attributes=dict(signal.attributes),
        traceparent=telemetry.traceparent(),
    )


def report_of_alarm(alarm: Alarm) -> Report:
    """A screened alarm, as a situation carries it."""
    return replace(
        report_of_signal(alarm.signal),
        operator_confirmed=alarm.operator_confirmed,
        silence_id=alarm.silence_id,
        first_signal_id=alarm.first_signal_id,
    )


def report_of_outcome(outcome: SignalOutcome) -> Report:
    """What an outcome says of its signal. A signal that nobody could read counts as an alarm to look at."""
    return Report(
        signal_id=outcome.signal_id,
        centre=outcome.origin.centre,
        commune=outcome.origin.commune,
        device=outcome.device,
        device_kind=outcome.device_kind,
        nature=outcome.nature or Nature.UNKNOWN_ALARM,
        phase=outcome.phase or Phase.RAISE,
        received_at=outcome.received_at,
        device_at=outcome.device_at,
        site=outcome.site,
        zone=_storable(outcome.zone),
        place_name=_storable(outcome.place),
        sector=outcome.sector,
        place=place_of(outcome.position),
        subject=outcome.subject,
        first_signal_id=outcome.first_signal_id,
        flags=tuple(outcome.flags),
        attributes=dict(outcome.attributes),
        traceparent=telemetry.traceparent(),
    )


def _storable(text: str | None) -> str | None:
    """Free text of a device as PostgreSQL can hold it."""
    return without_nul(text) if text is not None else None


def place_of(position: Position | None) -> Place | None:
    """A wire position as a place."""
    return Place(position.lat, position.lon, position.accuracy_m) if position else None


def position_of(place: Place | None) -> Position | None:
    """A place as a wire position."""
    return Position(lat=place.lat, lon=place.lon, accuracy_m=place.accuracy_m) if place else None


def origin_of(incident: Incident) -> Origin:
    """Where an incident belongs."""
    return Origin(centre=incident.centre, commune=incident.commune, pack_version=incident.pack_version)


def event_message(work: Work, case: Case, recorded: Recorded) -> IncidentChanged:
    """A recorded decision for `dispatch.events`."""
    incident = case.incident
    return IncidentChanged(
        id=f"{incident.id}:{recorded.version}",
        origin=origin_of(incident),
        incident_id=incident.id,
        version=recorded.version,
        event=recorded.event,
        reason=recorded.reason,
        at=work.now,
        actor=recorded.actor,
        nature=incident.nature,
        priority=incident.priority,
        state=recorded.state | {"site": incident.site, "sector": incident.sector},
        inputs=_without_words(recorded.inputs),
        detail=_without_words(recorded.detail),
    )


def _without_words(values: dict[str, Any]) -> dict[str, Any]:
    """What a person typed stays in PostgreSQL: the topic is kept for a year."""
    return {name: value for name, value in values.items() if name != "why"}


def assignment_message(work: Work, case: Case, assignment: Assignment) -> AssignmentChanged:
    """An assignment for `assignments`."""
    return AssignmentChanged(
        id=f"{assignment.id}:{assignment.state}",
        origin=origin_of(case.incident),
        assignment_id=assignment.id,
        unit=assignment.unit,
        epoch=assignment.epoch,
        incident_id=assignment.incident_id,
        task_id=assignment.task_id,
        slot=assignment.slot,
        state=assignment.state,
        reason=assignment.reason,
        at=work.now,
    )


def order_message(work: Work, case: Case, order: WorkOrder) -> WorkOrderChanged:
    """A work order for `work-orders`."""
    return WorkOrderChanged(
        id=f"{order.id}:{order.state}",
        origin=origin_of(case.incident),
        order_id=order.id,
        incident_id=order.incident_id,
        responder=case.tasks[order.task_id].kind,
        nature=order.nature,
        device=order.device,
        site=order.site,
        position=position_of(case.incident.place),
        state=order.state,
        at=work.now,
    )
