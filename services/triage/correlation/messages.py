"""Wire models to domain values and back: the only file of correlation that knows both."""

from datetime import UTC, datetime

from schemas.messages.signal import Alarm, Situation, SituationMember
from schemas.vocabulary.signals import Phase
from schemas.wire import Position
from services.triage.correlation.domain.alarm_seen import AlarmSeen
from services.triage.correlation.domain.answer import Answer, Member
from services.triage.correlation.domain.geometry import Point

SOURCE = "vigie/correlation"
ALARMS, SITUATIONS = "alarms", "situations"


def seen(alarm: Alarm) -> AlarmSeen:
    """What the rules see of an alarm."""
    signal = alarm.signal
    return AlarmSeen(
        alarm_id=alarm.alarm_id,
        filed=alarm.event_key,
        device=signal.device,
        kind=signal.device_kind,
        nature=signal.nature,
        at=alarm.screened_at.timestamp(),
        point=_point(signal.position),
        site=signal.site,
        sector=signal.sector,
        subject=signal.subject,
        moves=signal.phase is Phase.UPDATE and alarm.first_signal_id is not None,
    )


def to_situation(alarm: Alarm, answer: Answer, members: tuple[Member, ...]) -> Situation:
    """The situation as it stood after this alarm."""
    return Situation(
        situation_id=answer.situation_id,
        revision=answer.revision,
        origin=alarm.signal.origin,
        sector=answer.sector,
        nature=answer.nature,
        confidence=round(min(1.0, max(0.0, answer.confidence)), 4),
        sources=answer.sources,
        total=answer.total,
        opened_at=_moment(answer.opened_at),
        changed_at=alarm.screened_at,
        position=_position(answer.point),
        site=answer.site,
        alarm=alarm,
        members=tuple(_member(member) for member in members),
    )


def _member(member: Member) -> SituationMember:
    return SituationMember(
        alarm_id=member.alarm_id,
        device=member.device,
        device_kind=member.kind,
        nature=member.nature,
        at=_moment(member.at),
        position=_position(member.point),
        site=member.site,
        reason=member.reason,
        distance_m=member.distance_m,
    )


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(round(at, 3), UTC)


def _point(position: Position | None) -> Point | None:
    return None if position is None else Point(position.lat, position.lon, position.accuracy_m or 0.0)


def _position(point: Point | None) -> Position | None:
    return None if point is None else Position(lat=point.lat, lon=point.lon, accuracy_m=point.accuracy_m or None)
