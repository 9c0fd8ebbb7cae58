"""A move-up under way: a free unit on its way to a post. It stays available; what ends the order is decided here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from schemas.vocabulary.dispatching import UnitState

ARRIVED_WITHIN_M = 150.0
"""As near as this is at the post: a square or a station yard is about that wide, and positions are 10 to 50 m exact."""
AT_MOST = timedelta(minutes=30)
"""After that the picture it was ordered for is another one."""


class MoveUpEnd(StrEnum):
    """Why a move-up ended."""

    ARRIVED = "arrived"
    ASSIGNED = "assigned"
    UNAVAILABLE = "unavailable"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A move-up with its unit as it is now; `metres_left` to the post, None where either place is not known."""

    ordered_at: datetime
    unit_state: UnitState
    retiring: bool
    metres_left: float | None


def over(move: UnderWay, now: datetime) -> MoveUpEnd | None:
    """Why it has ended by now; None while it goes on. An assignment comes before everything else."""
    if move.unit_state in {UnitState.UNAVAILABLE, UnitState.OFF_DUTY} or move.retiring:
        return MoveUpEnd.UNAVAILABLE
    if move.unit_state is not UnitState.AVAILABLE:
        return MoveUpEnd.ASSIGNED
    if move.metres_left is not None and move.metres_left <= ARRIVED_WITHIN_M:
        return MoveUpEnd.ARRIVED
    return MoveUpEnd.EXPIRED if now - move.ordered_at >= AT_MOST else None
