"""The system's own alarms as incidents: a P1 for the shift lead that sends nobody and ends by itself.

An alarm that stands is a row of `system_alarms`; an incident that somebody dismissed meanwhile is not opened anew.
"""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import delete, insert, select

from schemas.vocabulary.dispatching import IncidentEvent, TaskState
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Phase
from services.dispatch.actions import intake
from services.dispatch.actions.intake import Times
from services.dispatch.actions.keeping import keep
from services.dispatch.domain.incident import resolved
from services.dispatch.domain.report import Report
from services.dispatch.domain.system_alarms import SystemAlarm, changes, placed, said
from services.dispatch.messages import derived_id
from services.dispatch.store.tables import current_packs, system_alarms
from services.dispatch.store.work import Work

OVER = "system_recovered"


async def settle(work: Work, alarm: SystemAlarm, found: Mapping[str, int], times: Times) -> None:
    """Brings the alarm in line with what was found, by centre: begins where it is new, ends where it is over."""
    await work.lock_scope(alarm.device)
    centres = frozenset((await work.conn.execute(select(current_packs.c.centre))).scalars())
    query = select(system_alarms.c.centre, system_alarms.c.incident_id).where(system_alarms.c.name == alarm)
    standing = {row.centre: row.incident_id for row in await work.conn.execute(query)}
    todo = changes(placed(found, centres), frozenset(standing))
    for centre, count in sorted(todo.begin.items()):
        await _begin(work, alarm, centre, count, times)
    for centre in sorted(todo.end):
        await _end(work, alarm, centre, standing[centre])


async def _begin(work: Work, alarm: SystemAlarm, centre: str, count: int, times: Times) -> None:
    report = Report(
        signal_id=derived_id("system_alarm", alarm, centre, work.now.isoformat()),
        centre=centre,
        device=alarm.device,
        device_kind=DeviceKind.SYSTEM,
        nature=Nature.SYSTEM,
        phase=Phase.RAISE,
        received_at=work.now,
        # One that people still have open is joined; two different failures of the system are two incidents.
        subject=alarm.device,
        attributes={"alarm": alarm.value, "count": count},
    )
    incident_id = await intake.receive(work, report, times)
    assert incident_id is not None, "what raises ends on a card"
    case = await intake.load(work, incident_id)
    case.amend(address=str(said(alarm, count)))
    keep(work, case)
    row = {"name": alarm, "centre": centre, "incident_id": incident_id, "since": work.now}
    await work.conn.execute(insert(system_alarms).values(row))


async def _end(work: Work, alarm: SystemAlarm, centre: str, incident_id: str) -> None:
    """Resolves the incident, unless it is finished already or people have engaged somebody: then it is theirs."""
    where = (system_alarms.c.name == alarm, system_alarms.c.centre == centre)
    await work.conn.execute(delete(system_alarms).where(*where))
    case = await intake.load(work, incident_id)
    if not case.incident.unfinished or case.engaged:
        return
    for task in list(case.tasks.values()):
        if not task.state.finished:
            case.put(replace(task, state=TaskState.CANCELLED, closed_at=work.now))
    case.incident = resolved(case.incident, work.now)
    case.touched = True
    case.record(IncidentEvent.RESOLVED, OVER, detail={"alarm": alarm.value})
    keep(work, case)
