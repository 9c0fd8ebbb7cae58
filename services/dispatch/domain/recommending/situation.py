"""What the recommendation looks at: one incident, all units, seconds between them, coverage, utilisation, clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from schemas.vocabulary.dispatching import UnitState
from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending.coverage import Coverage
from services.dispatch.domain.recommending.policy import Policy


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident with one free slot. `target_s`: seconds from `opened_at` to the first unit on scene.

    `declined`: units that declined this slot or let its offer lapse; they come last. `asked_lately`: those of them
    that are not asked again yet. `callers`: units that ask for help themselves and are not sent.
    `diversions`: how often it lost a unit that was on its way.
    `reliefs`: how often it was given a sooner one instead.
    """

    id: str
    priority: Priority
    opened_at: datetime
    target_s: float
    capabilities: frozenset[str] = frozenset()
    declined: frozenset[str] = frozenset()
    asked_lately: frozenset[str] = frozenset()
    callers: frozenset[str] = frozenset()
    diversions: int = 0
    reliefs: int = 0

    def remaining_s(self, now: datetime) -> float:
        """Seconds until the target is missed; negative once it is."""
        return self.target_s - (now - self.opened_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Work:
    """What a unit is bound to. `on_scene` ends any thought of diverting it; `diversions` are its incident's."""

    incident: str
    priority: Priority
    since: datetime
    on_scene: bool = False
    diversions: int = 0


@dataclass(frozen=True, slots=True)
class UnitView:
    """A unit as the recommendation sees it. Times are aware; None where nothing is known or set."""

    id: str
    state: UnitState
    capabilities: frozenset[str] = frozenset()
    position_at: datetime | None = None
    work: Work | None = None
    rest_until: datetime | None = None
    duty_until: datetime | None = None
    retiring: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """All inputs of one decision.

    `seconds`: unit id → seconds until it would be on scene (turnout and travel) if it left now; a unit without an
    entry is unreachable, `unreachable` says why. `utilisation`: busy share of the units on duty, 0…1, smoothed.
    """

    incident: IncidentView
    units: tuple[UnitView, ...]
    seconds: Mapping[str, float]
    now: datetime
    utilisation: float = 0.0
    coverage: Coverage | None = None
    unreachable: Mapping[str, str] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
