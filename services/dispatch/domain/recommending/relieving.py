"""Relief: a unit has become free that would be with a P1 clearly sooner than the one on its way."""

from dataclasses import dataclass

from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending.eligibility import sort_out
from services.dispatch.domain.recommending.situation import Situation


@dataclass(frozen=True, slots=True)
class Relief:
    """A proposal: `send` instead of `stand_down`, there in `seconds`, which is `gain_s` sooner."""

    incident: str
    stand_down: str
    send: str
    seconds: float
    gain_s: float


def relief(situation: Situation, on_its_way: str) -> Relief | None:
    """The idle unit that would be there at least `relief_gain_s` sooner than `on_its_way`, once per incident.

    The situation is that of an engaged P1 and gives the seconds of the unit on its way too; nobody is diverted.
    None for other priorities, without such a unit, or where the time of the unit on its way is not known.
    """
    incident, policy = situation.incident, situation.policy
    left = situation.seconds.get(on_its_way)
    if incident.priority is not Priority.P1 or incident.reliefs >= policy.reliefs_per_incident or left is None:
        return None
    idle = sort_out(situation).idle
    soonest = min(idle, key=lambda unit: (situation.seconds[unit.id], unit.id), default=None)
    if soonest is None or left - situation.seconds[soonest.id] < policy.relief_gain_s:
        return None
    seconds = situation.seconds[soonest.id]
    return Relief(incident.id, on_its_way, soonest.id, seconds, left - seconds)
