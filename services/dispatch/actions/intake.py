"""An alarm arrives: it joins the incident it belongs to, or opens one and engages by its run card."""

from dataclasses import dataclass
from datetime import timedelta

from schemas.vocabulary.dispatching import Engagement, IncidentEvent, IncidentState
from schemas.vocabulary.natures import NATURES, Nature, Priority
from schemas.vocabulary.signals import Phase
from services.dispatch.actions import engaging, kiosks
from services.dispatch.actions.annotating import annotate, attach_waiting
from services.dispatch.actions.keeping import keep
from services.dispatch.domain.distress import outranking
from services.dispatch.domain.incident import Incident
from services.dispatch.domain.joining import join
from services.dispatch.domain.report import Place, Report
from services.dispatch.domain.run_card import Ground, Plan, choose, plan
from services.dispatch.messages import derived_id
from services.dispatch.packs import Book, bare_book
from services.dispatch.store import case as cases
from services.dispatch.store import signals
from services.dispatch.store.case import Case
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
    await work.lock_scope(report.lock_scope)
    known = await signals.incident_of_signal(work.conn, report.signal_id)
    if known is not None:
        return known
    if report.phase.annotates:
        return await annotate_or_open(work, report, times)
    again = await signals.repeated(work.conn, report)
    if again is not None:
        await signals.link(work, again, report, signals.REPEAT)
        return again
    incident, joined = join(report, await signals.unfinished(work.conn, report))
    if incident is not None:
        return await link(work, incident.id, report, joined, times)
    earlier = await signals.finished_before(work.conn, report, times.link_within)
    return await open_incident(work, report, times, linked_to=earlier)


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


async def link(work: Work, incident_id: str, report: Report, reason: str, times: Times) -> str:
    """Puts an alarm on the card of an unfinished incident, without a second engagement, and looks again at its card."""
    case = await load(work, incident_id)
    if not case.incident.unfinished:
        return await open_incident(work, report, times, linked_to=case.incident.id)
    await signals.link(work, case.incident.id, report, signals.ALARM)
    case.alarms = None
    sources = await signals.sources(work.conn, case.incident.id)
    case.amend(signals=case.incident.signals + 1, sources=sources, place=_place_after(case.incident, report))
    detail = {"signal_id": report.signal_id, "device": report.device, "nature": report.nature}
    case.record(IncidentEvent.SIGNAL_LINKED, reason, detail=detail)
    if report.nature is Nature.KIOSK_SOS:
        await kiosks.close_by_sos(work, report.device, case.incident.id)
    await reconsider(work, case, report.nature, times, confirmed=await _to_be_confirmed(work, case.book, report))
    keep(work, case)
    await attach_waiting(work, case, report.signal_id)
    return case.incident.id


async def open_incident(work: Work, report: Report, times: Times, *, linked_to: str | None) -> str:
    """Opens an incident for an alarm and does what its run card asks."""
    book = await work.book(report.centre) or bare_book(report.centre)
    incident = _new_incident(report, book, linked_to)
    case = Case(incident, book, alarms=[report.signal_id])
    silence = report.silence_id or await signals.silence_over(work, report)
    confirmed = silence is not None or _told_or_under_test(work, book, report)
    decided = decide(case, report.nature, confirmed=confirmed)
    _apply_plan(case, decided)
    detail = {"signal_id": report.signal_id, "device": report.device, "linked_to": linked_to, "silence": silence}
    case.record(IncidentEvent.OPENED, decided.ground, detail=detail, inputs={"pack_version": book.version})
    # The row must stand before the signal that refers to it.
    await cases.upsert_incident(work.conn, case.incident)
    await signals.link(work, incident.id, report, signals.ALARM)
    if report.nature is Nature.KIOSK_SOS:
        await kiosks.close_by_sos(work, report.device, incident.id)
    engaging.add_tasks(work, case, decided.card, decided.ground)
    if decided.automatic:
        await engaging.engage(work, case, times.offer, decided.ground)
    keep(work, case)
    await attach_waiting(work, case, report.signal_id)
    return incident.id


async def reconsider(work: Work, case: Case, nature: Nature, times: Times, *, confirmed: bool) -> None:
    """Looks at the run cards again with an alarm of `nature`: may raise the priority and add tasks, never takes back.

    `confirmed`: the new alarm stands under a silence or test, so that an operator must confirm what it asks for.
    """
    waits = case.incident.engagement is Engagement.OPERATOR_CONFIRMED
    decided = decide(case, nature, confirmed=confirmed or (held(case) and waits))
    before = case.incident.priority
    better = decided.card.priority.rank < before.rank
    starts = decided.automatic and waits and not held(case) and decided.card.priority.rank <= before.rank
    if not (better or starts):
        return
    _apply_plan(case, decided)
    if better:
        case.amend(nature=nature)
        detail = {"from": before, "to": decided.card.priority, "run_card": decided.card.id}
        case.record(IncidentEvent.PRIORITY_RAISED, decided.ground, detail=detail)
    if not waits:
        case.amend(engagement=Engagement.AUTOMATIC, verify_first=False)
    engaging.add_tasks(work, case, decided.card, decided.ground)
    if decided.automatic:
        await engaging.engage(work, case, times.offer, decided.ground)


def decide(case: Case, nature: Nature, *, confirmed: bool) -> Plan:
    """The run card for an alarm of `nature` on the incident as it now stands, and whether it starts by itself."""
    book, incident = case.book, case.incident
    card = choose(book.cards, nature, incident.sources, book.site_kind(incident.site))
    return outranking(plan(card, nature, confirmed), nature)


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


def held(case: Case) -> bool:
    """True if an operator was to confirm because of a silence or test; more alarms do not lift that."""
    return "silenced" in case.incident.flags


async def _to_be_confirmed(work: Work, book: Book, report: Report) -> bool:
    """True where a silence, a test or screening's word asks for an operator before anyone is sent."""
    return _told_or_under_test(work, book, report) or await signals.silence_over(work, report) is not None


def _told_or_under_test(work: Work, book: Book, report: Report) -> bool:
    site = book.sites.get(report.site) if report.site else None
    under_test = site is not None and site.under_test_until is not None and site.under_test_until > work.now
    told = report.operator_confirmed or report.silence_id is not None
    return told or under_test


def _apply_plan(case: Case, decided: Plan) -> None:
    card = decided.card
    flags = case.incident.flags
    if decided.ground is Ground.SILENCED_URGENT and "silenced" not in flags:
        flags = (*flags, "silenced")
    case.amend(
        priority=card.priority,
        run_card=card.id,
        verify_first=card.verify_first and not decided.automatic,
        engagement=Engagement.AUTOMATIC if decided.automatic else Engagement.OPERATOR_CONFIRMED,
        target_at=case.incident.opened_at + timedelta(seconds=card.target_s),
        flags=flags,
    )


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
