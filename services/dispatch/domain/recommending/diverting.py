"""Diversion: taking a unit that is on its way to something less urgent, when life is in danger."""

from collections.abc import Iterable

from services.dispatch.domain.recommending.reasons import Reason, Refusal
from services.dispatch.domain.recommending.recommendation import Ranked, Refused
from services.dispatch.domain.recommending.situation import Situation, UnitView


def gains(
    situation: Situation, divertible: Iterable[UnitView], best_idle_s: float | None
) -> tuple[list[Ranked], list[Refused]]:
    """Units worth diverting, with the gain over `best_idle_s`, the best free unit's seconds, and those that are not.

    With no free unit left (None) anything is a gain. The incident that loses its unit stands in `diverts`: it must be
    dispatched again at once, in the same transaction.
    """
    worth: list[Ranked] = []
    refused: list[Refused] = []
    for unit in divertible:
        seconds = situation.seconds[unit.id]
        gain = None if best_idle_s is None else best_idle_s - seconds
        if gain is not None and gain < situation.policy.divert_gain_s:
            refused.append(Refused(unit.id, Refusal.GAIN_TOO_SMALL, seconds))
        elif unit.work is not None:
            worth.append(Ranked(unit.id, Reason.DIVERTED, seconds, None, unit.work.incident, gain))
    return worth, refused
