"""The answer about a new alarm: it joins a situation, or opens one."""

import uuid

from schemas.vocabulary.natures import NATURES, Nature
from schemas.vocabulary.signals import MatchReason
from services.triage.correlation.domain.alarm_seen import AlarmSeen
from services.triage.correlation.domain.answer import Answer, Member
from services.triage.correlation.domain.confidence import standing
from services.triage.correlation.domain.geometry import Point
from services.triage.correlation.domain.match import Match
from services.triage.correlation.domain.situation import OpenSituation

NAMESPACE = uuid.UUID("5d1c9a6e-2f0e-5c0c-9a53-7f0c5b8f2e41")


def situation_id(first_alarm: str) -> str:
    """UUIDv5 of the first alarm's id."""
    return str(uuid.uuid5(NAMESPACE, first_alarm))


def opened(alarm: AlarmSeen) -> Answer:
    """The answer where no situation takes the alarm."""
    if alarm.is_access_call:
        reason = MatchReason.ACCESS_CALL_ALONE
    else:
        reason = MatchReason.FIRST if alarm.point is not None else MatchReason.NO_POSITION
    return Answer(
        situation_id=situation_id(alarm.alarm_id),
        revision=1,
        filed=alarm.filed,
        member=_member(alarm, reason, None),
        moves=False,
        previous=None,
        doubt=1.0,
        weakest=1.0,
        confidence=1.0,
        sources=1,
        total=1,
        opened_at=alarm.at,
        last_at=alarm.at,
        nature=alarm.nature,
        point=alarm.point,
        site=alarm.site,
        sector=alarm.sector,
    )


def joined(alarm: AlarmSeen, match: Match) -> Answer:
    """The answer where `match` takes the alarm. It depends on the situation and the alarm alone."""
    situation, head = match.situation, match.situation.head
    moves = alarm.moves and match.reason is MatchReason.SAME_SUBJECT
    further = not moves and alarm.device not in situation.devices
    doubt = head.doubt * (1.0 - match.link) if further else head.doubt
    weakest = head.weakest if moves else min(head.weakest, match.link)
    sources = head.sources + further
    return Answer(
        situation_id=head.situation_id,
        revision=head.revision + 1,
        filed=head.filed,
        member=_member(alarm, match.reason, match.distance_m),
        moves=moves,
        previous=head.member.alarm_id,
        doubt=doubt,
        weakest=weakest,
        confidence=standing(doubt, weakest, sources),
        sources=sources,
        total=head.total + (not moves),
        opened_at=min(head.opened_at, alarm.at),
        last_at=max(head.last_at, alarm.at),
        nature=_graver(head.nature, alarm.nature),
        point=_where(situation, alarm),
        site=head.site or alarm.site,
        sector=head.sector,
    )


def _member(alarm: AlarmSeen, reason: MatchReason, metres: float | None) -> Member:
    return Member(
        alarm.alarm_id,
        alarm.device,
        alarm.kind,
        alarm.nature,
        alarm.at,
        alarm.point,
        alarm.site,
        alarm.subject,
        reason,
        None if metres is None else round(metres, 1),
    )


def _graver(held: Nature, new: Nature) -> Nature:
    """The nature that people should read: the one of higher priority, else the first."""
    return new if NATURES[new].priority.rank < NATURES[held].priority.rank else held


def _where(situation: OpenSituation, alarm: AlarmSeen) -> Point | None:
    """The first known position stays, so that a chain of alarms cannot drift; a person who moves is followed."""
    if alarm.point is not None and alarm.moving_kind and alarm.at >= situation.head.last_at:
        return alarm.point
    return situation.head.point or alarm.point
