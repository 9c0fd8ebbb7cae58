"""Answers as the table keeps them: a JSON array of about 400 bytes, with the partition they belong to."""

from collections.abc import Callable
from typing import Any

import orjson

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, MatchReason
from services.triage.correlation.domain.answer import Answer, Member
from services.triage.correlation.domain.geometry import Point
from services.triage.correlation.domain.situation import MEMBERS_SHOWN

VERSION = 1


class UnknownFormat(Exception):
    """A value that this release cannot read; the state must not be guessed."""


def dump(answer: Answer, partition: int) -> bytes:
    """The value for the table."""
    m = answer.member
    return orjson.dumps(
        [
            VERSION,
            partition,
            answer.situation_id,
            answer.revision,
            answer.filed,
            [m.alarm_id, m.device, m.kind, m.nature, m.at, _plain(m.point), m.site, m.subject, m.reason, m.distance_m],
            answer.moves,
            answer.previous,
            answer.doubt,
            answer.weakest,
            answer.confidence,
            answer.sources,
            answer.total,
            answer.opened_at,
            answer.last_at,
            answer.nature,
            _plain(answer.point),
            answer.site,
            answer.sector,
        ]
    )


def load(value: bytes) -> tuple[int, Answer]:
    """Partition and answer. Raises UnknownFormat."""
    try:
        version, partition, *fields = orjson.loads(value)
        if version != VERSION:
            raise UnknownFormat(f"version {version}")
        return partition, _answer(fields)
    except (ValueError, TypeError, IndexError) as error:
        raise UnknownFormat(str(error)) from error


def shown_members(answer: Answer, find: Callable[[str], bytes | None]) -> tuple[Member, ...]:
    """The newest fifty members up to this answer, oldest first, by walking back from answer to answer."""
    members: list[Member] = []
    step: Answer | None = answer
    while step is not None and len(members) < MEMBERS_SHOWN:
        if not step.moves:
            members.append(step.member)
        value = find(step.previous) if step.previous is not None else None
        step = load(value)[1] if value is not None else None
    return tuple(reversed(members))


def _answer(fields: list[Any]) -> Answer:
    situation_id, revision, filed, member, moves, previous, doubt, weakest, confidence, sources, total, *rest = fields
    opened_at, last_at, nature, point, site, sector = rest
    return Answer(
        situation_id,
        revision,
        filed,
        _member(member),
        moves,
        previous,
        doubt,
        weakest,
        confidence,
        sources,
        total,
        opened_at,
        last_at,
        Nature(nature),
        _point(point),
        site,
        sector,
    )


def _member(fields: list[Any]) -> Member:
    alarm_id, device, kind, nature, at, point, site, subject, reason, metres = fields
    return Member(
        alarm_id,
        device,
        DeviceKind(kind),
        Nature(nature),
        at,
        _point(point),
        site,
        subject,
        MatchReason(reason),
        metres,
    )


def _plain(point: Point | None) -> list[float] | None:
    return None if point is None else [point.lat, point.lon, point.accuracy_m]


def _point(fields: list[float] | None) -> Point | None:
    return None if fields is None else Point(*fields)
