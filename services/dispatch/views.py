"""Incidents and assignments as consoles, tablets and the API see them: one shape for all three."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from schemas.vocabulary.natures import NATURES
from services.dispatch.domain.assignment import Assignment, allowed
from services.dispatch.domain.escalating import next_level
from services.dispatch.domain.incident import Incident
from services.dispatch.domain.report import Place
from services.dispatch.packs import Book
from services.dispatch.store.case import Case


def incident_view(incident: Incident, book: Book | None) -> dict[str, Any]:
    """The incident itself, as a row of the console's list; `book` is its version of the pack."""
    words = NATURES[incident.nature]
    return {
        "incident_id": incident.id,
        "centre": incident.centre,
        "commune": incident.commune,
        "sector": incident.sector,
        "site": incident.site,
        "device": incident.device,
        "nature": incident.nature,
        "nature_fr": words.fr,
        "nature_en": words.en,
        "priority": incident.priority,
        "state": incident.state,
        "address": incident.address,
        "position": place_view(incident.place),
        "run_card": incident.run_card,
        "engagement": incident.engagement,
        "verify_first": incident.verify_first,
        "verification": incident.verification,
        "confidence": incident.confidence,
        "sources": incident.sources,
        "signals": incident.signals,
        "folded": incident.folded,
        "opened_at": moment(incident.opened_at),
        "acknowledged_at": moment(incident.acknowledged_at),
        "acknowledged_by": incident.acknowledged_by,
        "resolved_at": moment(incident.resolved_at),
        "closed_at": moment(incident.closed_at),
        "target_at": moment(incident.target_at),
        "linked_to": incident.linked_to,
        "merged_into": incident.merged_into,
        "attention": incident.attention,
        "escalation": escalation_view(incident, book),
        "flags": list(incident.flags),
        "pack_version": incident.pack_version,
        "version": incident.version,
        "revision": incident.revision,
    }


def case_view(case: Case) -> dict[str, Any]:
    """The incident with its tasks, assignments, hand-overs and work orders."""
    state = case.snapshot()
    parts = {name: state[name] for name in ("tasks", "assignments", "hand_overs", "work_orders")}
    return incident_view(case.incident, case.book) | parts


def assignment_view(assignment: Assignment) -> dict[str, Any]:
    """One assignment with the steps that are possible from where it is."""
    return {
        "assignment_id": assignment.id,
        "unit": assignment.unit,
        "epoch": assignment.epoch,
        "incident_id": assignment.incident_id,
        "task_id": assignment.task_id,
        "slot": assignment.slot,
        "state": assignment.state,
        "reason": assignment.reason,
        "active": assignment.state.active,
        "allowed": allowed(assignment.state),
        "offered_at": moment(assignment.offered_at),
        "due_at": moment(assignment.due_at),
        "accepted_at": moment(assignment.accepted_at),
        "en_route_at": moment(assignment.en_route_at),
        "on_scene_at": moment(assignment.on_scene_at),
        "ended_at": moment(assignment.ended_at),
    }


def tablet_view(incident: Incident, book: Book, signal_ids: list[str], protected: Mapping[str, str]) -> dict[str, Any]:
    """What an officer needs to know of the incident. `protected`: what is to be known at protected addresses, by id."""
    card = book.card(incident.run_card)
    site = book.sites.get(incident.site) if incident.site else None
    words = NATURES[incident.nature]
    return {
        "incident_id": incident.id,
        "nature": incident.nature,
        "nature_fr": words.fr,
        "nature_en": words.en,
        "priority": incident.priority,
        "position": place_view(incident.place),
        "site": incident.site,
        "site_name": site.name if site else None,
        "address": incident.address,
        "notes_fr": site.notes_fr if site else "",
        "notes_en": site.notes_en if site else "",
        "instructions_fr": card.instructions_fr if card else "",
        "instructions_en": card.instructions_en if card else "",
        "protected_instructions": protected.get(incident.protected_address or ""),
        "signal_ids": signal_ids,
        "traceparent": incident.traceparent,
    }


def escalation_view(incident: Incident, book: Book | None) -> dict[str, Any] | None:
    """How far the incident's run card is escalated, and what would come next; None where it has no levels."""
    card = book.card(incident.run_card) if book else None
    if card is None or not card.levels:
        return None
    reached = card.levels[incident.escalation - 1] if incident.escalation else None
    further = next_level(card, incident.escalation)
    return {
        "level": incident.escalation,
        "levels": len(card.levels),
        "name_fr": reached.name_fr if reached else None,
        "name_en": reached.name_en if reached else None,
        "next_fr": further.name_fr if further else None,
        "next_en": further.name_en if further else None,
        "next_at": moment(incident.escalate_at),
    }


def place_view(place: Place | None) -> dict[str, Any] | None:
    """A place as JSON."""
    return {"lat": place.lat, "lon": place.lon, "accuracy_m": place.accuracy_m} if place else None


def moment(at: datetime | None) -> str | None:
    """A moment as RFC 3339."""
    return at.isoformat() if at else None
