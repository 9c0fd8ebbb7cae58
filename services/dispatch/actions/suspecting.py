"""Possible duplicates across sectors: suspected when an incident opens or moves, settled by an operator for good."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from schemas.vocabulary.dispatching import IncidentEvent, IncidentState
from services.dispatch.domain.attention import POSSIBLE_DUPLICATE, louder
from services.dispatch.domain.duplicates import DuplicatePolicy, Likely, as_inputs, compare
from services.dispatch.domain.incident import Incident, NotAllowed
from services.dispatch.domain.likeness import may_be_told_twice
from services.dispatch.metrics import DUPLICATES
from services.dispatch.store import duplicates
from services.dispatch.store.case import Case
from services.dispatch.store.pipeline import Row, Sent
from services.dispatch.store.work import Work

Asking = Callable[[Sent], Awaitable[list[list[Row]]]]
"""`Work.ask`, or `pipeline.ask` of a connection."""
POLICY = DuplicatePolicy()
REJECT = "reject_duplicate"
OVER = frozenset({IncidentState.MERGED, IncidentState.CLOSED})


async def look(work: Work, case: Case) -> None:
    """Records which earlier incidents this one may be, if there are any that were not named before."""
    likely = [known for known, _ in await comparable(work.ask, case.incident)]
    fresh = [known for known in likely if known.suspected and known.candidate.incident not in case.incident.duplicates]
    if not fresh:
        return
    ids = [known.candidate.incident for known in fresh]
    inputs = as_inputs(case.incident.nature, likely, POLICY, work.now)
    case.amend(
        duplicates=(*case.incident.duplicates, *ids),
        attention=louder(case.incident.attention, POSSIBLE_DUPLICATE),
    )
    reason = fresh[0].nature_likeness
    case.record(IncidentEvent.DUPLICATES_SUSPECTED, reason, inputs=inputs, detail={"suspected": ids})
    DUPLICATES.labels("suspected").inc(len(ids))


async def comparable(asking: Asking, incident: Incident) -> list[tuple[Likely, Row]]:
    """All unfinished incidents near this one with their scores and rows, the likeliest first; none once it is over."""
    place = incident.place
    if place is None or not incident.unfinished or not may_be_told_twice(incident.nature):
        return []
    [near] = await asking(duplicates.nearby(incident, place, POLICY))
    rows = {row["id"]: row for row in near}
    found = [duplicates.candidate_of(row, incident, place) for row in rows.values()]
    return [(likely, rows[likely.candidate.incident]) for likely in compare(incident.nature, found, POLICY)]


async def reject(work: Work, case: Case, other: Case, actor: str) -> None:
    """An operator says that the two are not one: final for the pair. Again it changes nothing. Raises NotAllowed."""
    for one in (case, other):
        if one.incident.state in OVER:
            raise NotAllowed(one.incident.state, REJECT, [])
    if await duplicates.told_apart(work.conn, case.incident.id, other.incident.id):
        return
    for one, its_other in ((case, other), (other, case)):
        one.amend(revision=one.incident.revision + 1)
        settle(one, {its_other.incident.id})
        detail: dict[str, Any] = {"with": its_other.incident.id}
        one.record(IncidentEvent.DUPLICATE_REJECTED, "operator", actor=actor, detail=detail)
    DUPLICATES.labels("rejected").inc()


def settle(case: Case, others: Iterable[str]) -> None:
    """Takes these off the incident's possible duplicates; without any left it no longer calls for that."""
    gone = set(others)
    left = tuple(known for known in case.incident.duplicates if known not in gone)
    if left == case.incident.duplicates:
        return
    quiet = not left and case.incident.attention == POSSIBLE_DUPLICATE
    case.amend(duplicates=left, attention=None if quiet else case.incident.attention)
