"""The incident: its states, which transition is allowed from where, and what may still change it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from schemas.vocabulary.dispatching import Engagement, IncidentState
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.domain.report import Place


class Action(StrEnum):
    """What an operator may do to an incident."""

    ACKNOWLEDGE = "acknowledge"
    VERIFY = "verify"
    DISMISS = "dismiss"
    REOPEN = "reopen"
    ASSIGN = "assign"
    BACKUP = "backup"
    MERGE = "merge"
    UNMERGE = "unmerge"
    SPLIT = "split"
    CLOSE = "close"
    ESCALATE = "escalate"
    NOTE = "note"


_LIVE = frozenset({Action.ACKNOWLEDGE, Action.VERIFY, Action.DISMISS, Action.ASSIGN, Action.BACKUP, Action.MERGE})
_LIVE |= {Action.ESCALATE}
ALLOWED: dict[IncidentState, frozenset[Action]] = {
    IncidentState.OPEN: _LIVE | {Action.SPLIT, Action.NOTE},
    IncidentState.IN_PROGRESS: _LIVE | {Action.SPLIT, Action.NOTE},
    IncidentState.RESOLVED: frozenset({Action.ACKNOWLEDGE, Action.REOPEN, Action.CLOSE, Action.NOTE, Action.SPLIT}),
    IncidentState.CLOSED: frozenset({Action.NOTE}),
    IncidentState.DISMISSED: frozenset({Action.REOPEN, Action.CLOSE, Action.NOTE}),
    IncidentState.MERGED: frozenset({Action.UNMERGE, Action.NOTE}),
}


class NotAllowed(Exception):
    """The transition does not exist from this state; `allowed` names those that do."""

    def __init__(self, state: str, wanted: str, allowed: list[str]) -> None:
        super().__init__(f"{wanted} is not possible from {state}")
        self.state, self.wanted, self.allowed = state, wanted, allowed


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident. `version` counts its events, `revision` operators' decisions only (the ETag).

    `escalation`: levels of its run card that were added, 0 for none; the next is due at `escalate_at`.
    `protected_address`: the id of the protected address that it lies at; what stands there is PostgreSQL's alone.
    `duplicates`: earlier incidents that it may be, as suspected when it opened or moved, until an operator rejects or
    merges.
    """

    id: str
    centre: str
    nature: Nature
    priority: Priority
    state: IncidentState
    opened_at: datetime
    pack_version: str
    commune: str | None = None
    sector: str | None = None
    site: str | None = None
    device: str | None = None
    place: Place | None = None
    address: str | None = None
    subject: str | None = None
    run_card: str | None = None
    engagement: Engagement = Engagement.OPERATOR_CONFIRMED
    verify_first: bool = False
    confidence: float | None = None
    sources: int = 1
    signals: int = 1
    folded: int = 0
    version: int = 0
    revision: int = 1
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    verified_at: datetime | None = None
    verified_by: str | None = None
    verification: str | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    target_at: datetime | None = None
    linked_to: str | None = None
    merged_into: str | None = None
    state_before_merge: IncidentState | None = None
    split_by_operator: bool = False
    attention: str | None = None
    escalation: int = 0
    escalate_at: datetime | None = None
    protected_address: str | None = None
    traceparent: str | None = None
    flags: tuple[str, ...] = field(default=())
    duplicates: tuple[str, ...] = field(default=())

    @property
    def unfinished(self) -> bool:
        """True while people still work on it."""
        return self.state in {IncidentState.OPEN, IncidentState.IN_PROGRESS}


def check(incident: Incident, action: Action) -> None:
    """Raises NotAllowed, naming what is allowed, if `action` does not exist from the incident's state."""
    allowed = ALLOWED[incident.state]
    if action not in allowed:
        raise NotAllowed(incident.state, action, sorted(allowed))


def resolved(incident: Incident, now: datetime) -> Incident:
    """The incident once all its tasks are finished."""
    return replace(incident, state=IncidentState.RESOLVED, resolved_at=now, attention=None, escalate_at=None)


class Standing(Protocol):
    """What of an incident decides which of two a merge keeps."""

    @property
    def id(self) -> str: ...
    @property
    def state(self) -> IncidentState: ...
    @property
    def priority(self) -> Priority: ...
    @property
    def opened_at(self) -> datetime: ...
    @property
    def acknowledged_at(self) -> datetime | None: ...


def outranks(one: Standing, other: Standing, engaged_one: bool, engaged_other: bool) -> bool:
    """True if `one` is further advanced than `other`: the one that a merge keeps. The older wins a tie."""
    progress = {IncidentState.OPEN: 0, IncidentState.IN_PROGRESS: 1, IncidentState.RESOLVED: 2}
    left = (engaged_one, progress.get(one.state, 0), one.acknowledged_at is not None, -one.priority.rank)
    right = (engaged_other, progress.get(other.state, 0), other.acknowledged_at is not None, -other.priority.rank)
    return left > right or (left == right and (one.opened_at, one.id) < (other.opened_at, other.id))
