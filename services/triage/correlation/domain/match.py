"""Which open situation an alarm belongs to, and why."""

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.vocabulary.natures import NATURES, Family, compatible
from schemas.vocabulary.signals import MatchReason
from services.triage.correlation.domain import confidence
from services.triage.correlation.domain.alarm_seen import AlarmSeen
from services.triage.correlation.domain.geometry import beyond_doubt_m, distance_m
from services.triage.correlation.domain.reach import Reach
from services.triage.correlation.domain.situation import OpenSituation

RANK = {
    MatchReason.SAME_SUBJECT: 0,
    MatchReason.SAME_DEVICE: 1,
    MatchReason.SAME_SITE_AND_NATURE: 2,
    MatchReason.NEAR_AND_COMPATIBLE: 3,
}


@dataclass(frozen=True, slots=True)
class Match:
    """One link between an alarm and a situation. `distance_m`: plain metres, None if a position is missing."""

    situation: OpenSituation
    reason: MatchReason
    link: float
    distance_m: float | None


def best_match(alarm: AlarmSeen, situations: Iterable[OpenSituation], reach: Reach) -> Match | None:
    """The strongest link: by reason, then confidence, then the situation spoken of last; None if there is none."""
    if alarm.is_access_call:
        return None
    found = (link_to(alarm, situation, reach) for situation in situations)
    return min((match for match in found if match is not None), key=_order, default=None)


def link_to(alarm: AlarmSeen, situation: OpenSituation, reach: Reach) -> Match | None:
    """The link between this alarm and this situation, if there is one."""
    head = situation.head
    apart = alarm.at - head.last_at
    if abs(apart) > reach.within_s or NATURES[head.nature].family is Family.ACCESS:
        return None
    if not all(compatible(alarm.nature, nature) for nature in situation.natures):
        return None
    metres = None if alarm.point is None or head.point is None else distance_m(alarm.point, head.point)
    if alarm.subject is not None and alarm.subject in situation.subjects:
        return Match(situation, MatchReason.SAME_SUBJECT, 1.0, metres)
    if alarm.at - head.opened_at > reach.lasts_s:
        return None
    beyond = None
    if alarm.point is not None and head.point is not None:
        beyond = beyond_doubt_m(alarm.point, head.point, reach.accuracy_cap_m)
    reason = _reason(alarm, situation, beyond, reach)
    if reason is None:
        return None
    same_device = reason is MatchReason.SAME_DEVICE
    value = confidence.link(beyond, apart, alarm.nature, head.nature, reach, same_device=same_device)
    return Match(situation, reason, value, metres)


def _reason(alarm: AlarmSeen, situation: OpenSituation, beyond: float | None, reach: Reach) -> MatchReason | None:
    if alarm.device in situation.devices:
        return MatchReason.SAME_DEVICE
    if alarm.site is not None and alarm.site == situation.head.site and alarm.nature in situation.natures:
        return MatchReason.SAME_SITE_AND_NATURE
    if beyond is not None and beyond <= reach.near_m:
        return MatchReason.NEAR_AND_COMPATIBLE
    return None


def _order(match: Match) -> tuple[int, float, float, str]:
    head = match.situation.head
    return RANK[match.reason], -match.link, -head.last_at, head.situation_id
