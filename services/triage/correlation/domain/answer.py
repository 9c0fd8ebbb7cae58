"""The answer about one alarm: immutable, and enough to say again exactly what was said.

All state of correlation is the set of these answers: a situation is the answers that name it, its newest
revision is how it stands. So an answer that is written twice, or a table that is ahead of what was
acknowledged, changes nothing.
"""

from dataclasses import dataclass

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, MatchReason
from services.triage.correlation.domain.geometry import Point


@dataclass(frozen=True, slots=True)
class Member:
    """One alarm in a situation, and why it is there. `distance_m`: to the situation, when it joined."""

    alarm_id: str
    device: str
    kind: DeviceKind
    nature: Nature
    at: float
    point: Point | None
    site: str | None
    subject: str | None
    reason: MatchReason
    distance_m: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The situation as it stood after one alarm.

    `previous`: the alarm whose answer came before this one in the same situation. `doubt` and `weakest`: see
    `confidence`. `moves`: a position only, which adds no member.
    """

    situation_id: str
    revision: int
    filed: str
    member: Member
    moves: bool
    previous: str | None
    doubt: float
    weakest: float
    confidence: float
    sources: int
    total: int
    opened_at: float
    last_at: float
    nature: Nature
    point: Point | None
    site: str | None
    sector: str | None
