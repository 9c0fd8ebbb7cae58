"""An assignment's way, and what becomes of a tablet's report about it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from schemas.vocabulary.dispatching import AssignmentState, UnitState


class Step(StrEnum):
    """What an officer reports about an assignment."""

    ACCEPT = "accept"
    DECLINE = "decline"
    EN_ROUTE = "en-route"
    ON_SCENE = "on-scene"
    CLEAR = "clear"


REACHES: dict[Step, AssignmentState] = {
    Step.ACCEPT: AssignmentState.ACCEPTED,
    Step.DECLINE: AssignmentState.DECLINED,
    Step.EN_ROUTE: AssignmentState.EN_ROUTE,
    Step.ON_SCENE: AssignmentState.ON_SCENE,
    Step.CLEAR: AssignmentState.CLEARED,
}
FROM: dict[AssignmentState, frozenset[Step]] = {
    AssignmentState.OFFERED: frozenset({Step.ACCEPT, Step.DECLINE}),
    AssignmentState.ACCEPTED: frozenset({Step.EN_ROUTE, Step.DECLINE}),
    AssignmentState.EN_ROUTE: frozenset({Step.ON_SCENE}),
    AssignmentState.ON_SCENE: frozenset({Step.CLEAR}),
}
UNIT_STATE: dict[AssignmentState, UnitState] = {
    AssignmentState.OFFERED: UnitState.ASSIGNED,
    AssignmentState.ACCEPTED: UnitState.ASSIGNED,
    AssignmentState.EN_ROUTE: UnitState.EN_ROUTE,
    AssignmentState.ON_SCENE: UnitState.ON_SCENE,
}
_ORDER = [Step.ACCEPT, Step.EN_ROUTE, Step.ON_SCENE, Step.CLEAR]


class Verdict(StrEnum):
    """What a report does. Only `applied` changes the assignment; the others are kept and shown."""

    APPLIED = "applied"
    ALREADY_DONE = "already_done"
    STALE_EPOCH = "stale_epoch"
    ASSIGNMENT_ENDED = "assignment_ended"
    NOT_ALLOWED = "not_allowed"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One unit on one slot of one task. `epoch` grows with each assignment of the unit.

    `welfare_at`: when a unit on scene that said nothing is asked whether it is well, and then when its answer is
    missed; `welfare_asked_at`: since when it is asked.
    """

    id: str
    incident_id: str
    task_id: str
    slot: int
    unit: str
    epoch: int
    state: AssignmentState
    offered_at: datetime
    reason: str = ""
    due_at: datetime | None = None
    accepted_at: datetime | None = None
    en_route_at: datetime | None = None
    on_scene_at: datetime | None = None
    ended_at: datetime | None = None
    welfare_at: datetime | None = None
    welfare_asked_at: datetime | None = None


def moved(assignment: Assignment, state: AssignmentState, reason: str, at: datetime) -> Assignment:
    """The assignment in `state` since `at`; an offer that was answered is due no longer, nor is a welfare check."""
    after = replace(assignment, state=state, reason=reason, due_at=None, welfare_at=None, welfare_asked_at=None)
    match state:
        case AssignmentState.ACCEPTED:
            return replace(after, accepted_at=at)
        case AssignmentState.EN_ROUTE:
            return replace(after, en_route_at=at)
        case AssignmentState.ON_SCENE:
            return replace(after, on_scene_at=at)
        case _:
            return replace(after, ended_at=at)


def judge(assignment: Assignment, step: Step, epoch: int) -> Verdict:
    """What a report of `step` made under `epoch` does to the assignment as it is now."""
    if epoch != assignment.epoch:
        return Verdict.STALE_EPOCH
    if REACHES[step] is assignment.state or _is_behind(assignment.state, step):
        return Verdict.ALREADY_DONE
    if not assignment.state.active:
        return Verdict.ASSIGNMENT_ENDED
    return Verdict.APPLIED if step in FROM[assignment.state] else Verdict.NOT_ALLOWED


def allowed(state: AssignmentState) -> list[str]:
    """The steps that exist from `state`."""
    return sorted(FROM.get(state, frozenset()))


def _is_behind(state: AssignmentState, step: Step) -> bool:
    if step not in _ORDER or not (state.active or state is AssignmentState.CLEARED):
        return False
    reached = next((index for index, known in enumerate(_ORDER) if REACHES[known] is state), -1)
    return _ORDER.index(step) < reached
