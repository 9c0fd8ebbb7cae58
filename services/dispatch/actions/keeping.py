"""Takes a case into the transaction: at its end the case is written, shown and published in one piece."""

from services.chassis import logs, telemetry
from services.dispatch import messages, views
from services.dispatch.domain.welfare import settled
from services.dispatch.metrics import INCIDENT_EVENTS
from services.dispatch.store import case as cases
from services.dispatch.store import fleet, protection
from services.dispatch.store.case import Case
from services.dispatch.store.signals import signal_ids_of
from services.dispatch.store.work import Work

log = logs.get(__name__)


def keep(work: Work, case: Case) -> None:
    """Registers `case` to be written when the transaction ends."""

    if case.incident.id in work.kept:
        return
    work.kept.add(case.incident.id)
    work.cases[case.incident.id] = case

    async def write_ended(work: Work) -> None:
        cases.write_ended(case, work)
        await _show_assignments(work, case, active=False)

    async def write(work: Work) -> None:
        if not (case.touched or case.changed):
            return
        # An assignment may have ended in any way: nobody is asked then any more.
        attention = settled(case.incident.attention, case.assignments.values())
        if attention != case.incident.attention:
            case.amend(attention=attention)
        cases.write(case, work)
        await _tell(work, case)

    work.first.append(write_ended)
    work.before_commit.append(write)


async def _tell(work: Work, case: Case) -> None:
    for recorded in case.recorded:
        work.publish("dispatch.events", messages.event_message(work, case, recorded))
        if work.trial:
            continue
        INCIDENT_EVENTS.labels(recorded.event, case.incident.priority).inc()
        log.info(
            "incident_event",
            incident_id=case.incident.id,
            version=recorded.version,
            incident_event=recorded.event,
            reason=recorded.reason,
            trace_id=telemetry.trace_id_of(case.incident.traceparent),
        )
    # The stream's own `position` takes the place of the card's, so that one travels as `place`.
    told = {"events": [r.event for r in case.recorded], "place": views.place_view(case.incident.place)}
    work.show("incident", views.case_view(case) | told)
    await _show_assignments(work, case, active=True)
    await _show_companions(work, case)
    for order in case.changed_of(case.orders):
        work.show("work_order", {"order_id": order.id, "incident_id": order.incident_id, "state": order.state})
        work.publish("work-orders", messages.order_message(work, case, order))


async def _show_assignments(work: Work, case: Case, *, active: bool) -> None:
    """The ended ones of all cases come before the active ones: nobody ever sees a unit on two at once."""
    changed = [
        known
        for known in case.changed_of(case.assignments)
        if known.state.active is active and known.id not in case.quiet
    ]
    if not changed:
        return
    protected = await protection.instructions(work.conn, [case.incident.protected_address])
    card = views.tablet_view(case.incident, case.book, await _alarms(work, case), protected)
    for assignment in changed:
        work.show("assignment", views.assignment_view(assignment) | {"incident": card}, assignment.unit)
        work.publish("assignments", messages.assignment_message(work, case, assignment))


async def _show_companions(work: Work, case: Case) -> None:
    """Who is there now, to everybody who is; also where one is left alone."""
    changed = [known for known in case.changed_of(case.assignments) if known.id not in case.quiet]
    there = [known for known in case.assignments.values() if known.state.active]
    if changed and there and len(case.assignments) > 1:
        await work.write_down()
        for shown in await fleet.companions(work.conn, [case.incident.id]):
            work.show("companions", shown, audience=sorted({known.unit for known in there}))


async def _alarms(work: Work, case: Case) -> list[str]:
    if case.alarms is not None:
        return case.alarms
    return (await signal_ids_of(work.conn, {case.incident.id})).get(case.incident.id, [])
