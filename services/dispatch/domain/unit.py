"""A unit as the ranking sees it."""

from dataclasses import dataclass
from datetime import datetime

from schemas.vocabulary.dispatching import ResponderKind, UnitState
from services.dispatch.domain.report import Place
from services.dispatch.domain.roster import Line


@dataclass(frozen=True, slots=True)
class Unit:
    """One patrol or crew. `busy` while it has an active assignment; `epoch` of its newest one.

    `moving_to`: the post that it is ordered to, under the move-up `move_up`. `lines`: those of its roster that are in
    force or come soon. `in_distress`: its officer's call for help is open.
    """

    id: str
    centre: str
    call_sign: str
    kind: ResponderKind
    state: UnitState
    capabilities: frozenset[str]
    epoch: int
    busy: bool
    retiring: bool = False
    place: Place | None = None
    position_at: datetime | None = None
    move_up: str | None = None
    moving_to: str | None = None
    lines: tuple[Line, ...] = ()
    in_distress: bool = False
