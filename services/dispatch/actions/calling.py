"""Calls that begin at dispatch: an officer in distress, and what an operator takes down from a caller."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from schemas.vocabulary.dispatching import IncidentEvent
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Phase
from services.chassis import telemetry
from services.dispatch.actions import intake, operating
from services.dispatch.actions.intake import Times
from services.dispatch.actions.keeping import keep
from services.dispatch.domain.access import Doubt
from services.dispatch.domain.attention import louder
from services.dispatch.domain.report import Place, Report
from services.dispatch.store.tables import unit_positions, units
from services.dispatch.store.work import Work


@dataclass(frozen=True)
class Call:
    """What an operator entered, without free text and caller: those are notes of the incident."""

    signal_id: str
    centre: str
    nature: Nature
    actor: str
    commune: str | None = None
    sector: str | None = None
    site: str | None = None
    place: Place | None = None


async def enter(work: Work, call: Call, told: Iterable[str], times: Times) -> str | None:
    """Opens or joins the incident of an operator-entered call; returns its id. `told` become lines of its log."""
    report = Report(
        signal_id=call.signal_id,
        centre=call.centre,
        device=f"console:{call.signal_id}",
        device_kind=DeviceKind.CONSOLE,
        nature=call.nature,
        phase=Phase.RAISE,
        received_at=work.now,
        commune=call.commune,
        sector=call.sector,
        site=call.site,
        place=call.place,
        traceparent=telemetry.traceparent(),
    )
    incident = await intake.receive(work, report, times)
    if incident is not None:
        case = await intake.load(work, incident)
        for text in told:
            await operating.note(work, case, text, call.actor)
        keep(work, case)
    return incident


@dataclass(frozen=True)
class Distress:
    """A call for help as it came in. `at`: the tablet's clock; `doubt`: about who sends it."""

    signal_id: str
    at: datetime | None = None
    place: Place | None = None
    doubt: Doubt | None = None


async def distress(work: Work, unit_id: str, call: Distress, times: Times) -> str | None:
    """An officer calls for help: has no epoch, jumps every queue, is never refused. None for an unknown unit."""
    row = (await work.conn.execute(select(units).where(units.c.id == unit_id))).mappings().one_or_none()
    if row is None:
        return None
    report = Report(
        signal_id=call.signal_id,
        centre=row["centre"],
        device=unit_id,
        device_kind=DeviceKind.TABLET,
        nature=Nature.OFFICER_DISTRESS,
        phase=Phase.RAISE,
        received_at=work.now,
        device_at=call.at,
        commune=row["commune"],
        sector=row["sector"],
        place=call.place or await _last_place(work, unit_id),
        subject=f"distress:{unit_id}",
        traceparent=telemetry.traceparent(),
        flags=(call.doubt,) if call.doubt else (),
    )
    incident = await intake.receive(work, report, times)
    if incident is not None and call.doubt is not None:
        await _tell_doubt(work, incident, call.signal_id, unit_id, call.doubt)
    return incident


async def _tell_doubt(work: Work, incident: str, signal_id: str, unit_id: str, doubt: Doubt) -> None:
    """Units are sent all the same; the room sees that the caller may be a stranger, and why."""
    case = await intake.load(work, incident)
    flags = tuple(dict.fromkeys((*case.incident.flags, str(doubt))))
    case.amend(flags=flags, attention=louder(case.incident.attention, doubt))
    case.record(IncidentEvent.SIGNAL_ANNOTATED, doubt, detail={"signal_id": signal_id, "device": unit_id})
    keep(work, case)


async def _last_place(work: Work, unit_id: str) -> Place | None:
    query = select(unit_positions).where(unit_positions.c.unit_id == unit_id)
    row = (await work.conn.execute(query)).mappings().one_or_none()
    return Place(row["lat"], row["lon"], row["accuracy_m"]) if row else None
