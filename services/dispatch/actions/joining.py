"""What is recorded of the question which incident an alarm belongs to."""

from collections.abc import Iterable
from typing import Any

from schemas.pack.geometry import distance_m
from services.dispatch.domain.arriving import Alarm, Arrival, Candidate, as_inputs
from services.dispatch.domain.incident import Incident
from services.dispatch.domain.report import Place, Report
from services.dispatch.store.case import Case
from services.dispatch.store.work import Work


def arrival(report: Report, unfinished: Iterable[Incident]) -> Arrival:
    """The alarm with the incidents it might belong to."""
    return Arrival(_alarm(report), tuple(_candidate(known, report.place) for known in unfinished))


def claimed_by_situation(report: Report, incident_id: str) -> Arrival:
    """The alarm whose situation has an incident already: correlation's word holds."""
    return Arrival(_alarm(report), claimed=incident_id)


def inputs(work: Work, case: Case, arrival: Arrival | None) -> dict[str, Any]:
    """What replay evaluates again; the clock and the pack alone where joining was no question."""
    plain = {"clock": work.now.isoformat(), "pack_version": case.incident.pack_version}
    return plain if arrival is None else plain | {"joining": as_inputs(arrival)}


def _alarm(report: Report) -> Alarm:
    return Alarm(report.nature, report.device, report.site, report.subject)


def _candidate(known: Incident, place: Place | None) -> Candidate:
    return Candidate(
        known.id, known.opened_at, known.nature, known.device, known.site, known.subject, _metres(known.place, place)
    )


def _metres(one: Place | None, other: Place | None) -> int | None:
    """To ten metres: an explanation for people, not a position."""
    if one is None or other is None:
        return None
    return int(round(distance_m((one.lat, one.lon), (other.lat, other.lon)), -1))
