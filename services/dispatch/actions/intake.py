"""An alarm arrives: it joins the incident it belongs to, or opens one and engages by its run card."""

from dataclasses import dataclass, replace
from datetime import timedelta

from schemas.vocabulary.dispatching import IncidentEvent, IncidentState
from schemas.vocabulary.natures import NATURES, Nature, Priority
from schemas.vocabulary.signals import Phase
from services.chassis import telemetry
from services.dispatch.actions import (
    deciding,
    engaging,
    escalating,
    joining,
    kiosks,
    reconsidering,
    suspecting,
    tasking,
)
from services.dispatch.actions.annotating import annotate, attach_waiting
from services.dispatch.actions.keeping import keep
from services.dispatch.domain.arriving import Arrival, place
from services.dispatch.domain.incident import Incident
from services.dispatch.domain.report import Place, Report
from services.dispatch.messages import derived_id
from services.dispatch.packs import Book, bare_book
from services.dispatch.store import case as cases
from services.dispatch.store import signals
from services.dispatch.store.case import Case
from services.dispatch.store.signals import Standing
from services.dispatch.store.work import Work


@dataclass(frozen=True)
class Times:
    """The times that intake needs, from the settings."""

    offer: timedelta
    link_within: timedelta


async def receive(work: Work, report: Report, times: Times) -> str | None:
    """Brings one alarm to its incident and returns the incident's id; None if it only annotates an unknown first.

    The same signal id a second time changes nothing. Takes the lock of the alarm's scope.
    """
    standing = await signals.standing(work, report, times.link_within)
    if standing.incident is not None:
        return standing.incident
    if report.phase.annotates:
        return await annotate_or_open(work, report, times)
    if standing.repeats is not None:
        await signals.link(work, standing.repeats, report, signals.REPEAT)
        return standing.repeats
    arrival = joining.arrival(report, await signals.unfinished(work.conn, report) if standing.near else ())
    into = place(arrival).into
    if into is not None:
        return await link(work, into, report, arrival, times)
    return await open_incident(work, report, times, linked_to=standing.earlier, arrival=arrival, standing=standing)


async def annotate_or_open(work: Work, report: Report, times: Times) -> str | None:
    """An update goes to the card of its first signal; a position whose first message is unknown is the SOS."""
    first = await find_first(work, report)
    if first is not None:
        await annotate(work, first, report)
        return first
    if report.urgent and report.subject and report.phase is Phase.UPDATE:
        return await open_incident(work, report, times, linked_to=None)
    return None


async def find_first(work: Work, report: Report) -> str | None:
    """The incident of the signal that an update follows: by its id, else by what it follows."""
    if report.first_signal_id:
        known = await signals.incident_of_signal(work.conn, report.first_signal_id)
        if known is not None:
            return known
    return await signals.by_subject(work.conn, report)


async def link(work: Work, incident_id: str, report: Report, arrival: Arrival, times: Times) -> str:
    """Puts an alarm on the card of an unfinished incident, without a second engagement, and looks again at its card."""
    case = await load(work, incident_id)
    if not case.incident.unfinished:
        overtaken = replace(arrival, overtaken=True)
        return await open_incident(work, report, times, linked_to=case.incident.id, arrival=overtaken)
    telemetry.link(case.incident.traceparent)
    await signals.link(work, case.incident.id, report, signals.ALARM)
    case.alarms = None
    sources = await signals.sources(work.conn, case.incident.id)
    placed = case.incident.place is not None
    case.amend(signals=case.incident.signals + 1, sources=sources, place=_place_after(case.incident, report))
    detail = {"signal_id": report.signal_id, "device": report.device, "nature": report.nature}
    confirmed = await _to_be_confirmed(work, case.book, report)
    lifts = report.urgent and not confirmed
    seen = await reconsidering.look_again(work, case, report.nature, confirmed=confirmed, lifts=lifts)
    inputs = joining.inputs(work, case, arrival) | seen.inputs_if_nothing_follows
    case.record(IncidentEvent.SIGNAL_LINKED, place(arrival).reason, inputs=inputs, detail=detail)
    if not placed:
        await suspecting.look(work, case)
    if report.nature is Nature.KIOSK_SOS:
        await kiosks.close_by_sos(work, report.device, case.incident.id)
    await reconsidering.follow(work, case, seen, times.offer)
    keep(work, case)
    await attach_waiting(work, case, report.signal_id)
    return case.incident.id


async def open_incident(
    work: Work,
    report: Report,
    times: Times,
    *,
    linked_to: str | None,
    arrival: Arrival | None = None,
    standing: Standing | None = None,
) -> str:
    """Opens an incident for an alarm and does what its run card asks.

    `arrival`: what was asked before about joining another, None where that was no question. `standing`: what was asked
    first, where it was.
    """
    book = await work.book(report.centre) or bare_book(report.centre)
    incident = _new_incident(report, book, linked_to)
    case = Case(incident, book, alarms=[report.signal_id])
    silence = report.silence_id or (standing.silence if standing else await signals.silence_over(work, report))
    confirmed = silence is not None or _told_or_under_test(work, book, report)
    decided = await deciding.decide(work, case, report.nature, silenced=confirmed)
    card, ground, automatic = decided.plan.card, decided.plan.ground, decided.plan.automatic
    deciding.apply(case, decided.plan)
    detail = {"signal_id": report.signal_id, "device": report.device, "linked_to": linked_to, "silence": silence}
    inputs = joining.inputs(work, case, arrival) | decided.inputs
    case.record(IncidentEvent.OPENED, ground, detail=detail, inputs=inputs)
    # The row must stand before the signal that refers to it.
    for statement, row in (cases.incident_row(case.incident), signals.put(work, incident.id, report, signals.ALARM)):
        work.later(statement, [row])
    if report.nature is Nature.KIOSK_SOS:
        await work.write_down()
        await kiosks.close_by_sos(work, report.device, incident.id)
    # Before units are locked: what is looked at here needs none.
    await suspecting.look(work, case)
    tasking.add_tasks(work, case, card, ground)
    if automatic:
        escalating.arm(work, case)
        await engaging.engage(work, case, times.offer, ground)
    keep(work, case)
    await attach_waiting(work, case, report.signal_id)
    return incident.id


async def load(work: Work, incident_id: str) -> Case:
    """The case that an id stands for now, under lock. One that was merged while its lock was waited for leads on."""
    while True:
        kept = await signals.resolve_alias(work.conn, incident_id)
        case = await cases.load(work, kept)
        if case is None:
            raise LookupError(f"incident {kept} is not stored")
        if case.incident.merged_into is None:
            return case
        incident_id = case.incident.merged_into


async def _to_be_confirmed(work: Work, book: Book, report: Report) -> bool:
    """True where a silence, a test or screening's word asks for an operator before anyone is sent."""
    return _told_or_under_test(work, book, report) or await signals.silence_over(work, report) is not None


def _told_or_under_test(work: Work, book: Book, report: Report) -> bool:
    site = book.sites.get(report.site) if report.site else None
    under_test = site is not None and site.under_test_until is not None and site.under_test_until > work.now
    told = report.operator_confirmed or report.silence_id is not None
    return told or under_test


def _place_after(incident: Incident, report: Report) -> Place | None:
    """An officer who presses again may have been driven away since; other alarms do not move their incident."""
    moves = report.nature is Nature.OFFICER_DISTRESS and incident.nature is Nature.OFFICER_DISTRESS
    return (report.place if moves else None) or incident.place or report.place


def _new_incident(report: Report, book: Book, linked_to: str | None) -> Incident:
    site = book.sites.get(report.site) if report.site else None
    device = book.devices.get(report.device)
    place = report.place
    if place is None and (known := device or site) is not None:
        place = Place(known.position.lat, known.position.lon)
    return Incident(
        id=derived_id("incident", report.signal_id),
        centre=report.centre,
        nature=report.nature,
        priority=Priority(NATURES[report.nature].priority),
        state=IncidentState.OPEN,
        opened_at=report.received_at,
        pack_version=book.version,
        commune=report.commune,
        sector=report.sector,
        site=report.site,
        device=report.device,
        place=place,
        address=site.address if site else (device.name if device else None),
        subject=report.subject,
        linked_to=linked_to,
        flags=report.flags,
        traceparent=report.traceparent,
    )
