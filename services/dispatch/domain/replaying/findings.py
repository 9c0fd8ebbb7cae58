"""What replay says of one decision: the same, different in these aspects, or not evaluable for this reason."""

from dataclasses import dataclass
from enum import StrEnum

from services.dispatch.domain.replaying.record import Record

Plain = str | int | float | bool | None


class Kind(StrEnum):
    """What was decided."""

    RUN_CARD = "run_card"
    JOINING = "joining"
    MERGING = "merging"
    UNIT = "unit"
    BACKLOG = "backlog"
    RELIEF = "relief"
    ESCALATION = "escalation"
    DUPLICATES = "duplicates"
    OTHER = "other"


class Aspect(StrEnum):
    """In what a decision differs."""

    PRIORITY = "priority"
    RUN_CARD = "run_card"
    ENGAGEMENT = "engagement"
    GROUND = "ground"
    RESPONDERS = "responders"
    CAPABILITIES = "capabilities"
    AGENCY = "agency"
    TARGET = "target"
    ESCALATION = "escalation"
    JOINED = "joined"
    JOINED_BECAUSE = "joined_because"
    MERGE = "merge"
    KEPT = "kept"
    UNIT = "unit"
    RECOMMENDED = "recommended"
    SECONDS = "seconds"
    DIVERTS = "diverts"
    RULE = "rule"
    RANKING = "ranking"
    REFUSED = "refused"
    SLOT = "slot"
    SUSPECTED = "suspected"
    SCORE = "score"


class Obstacle(StrEnum):
    """Why a decision cannot be evaluated again."""

    NO_INPUTS = "no_inputs"
    UNKNOWN_FORM = "unknown_form"
    DAMAGED = "damaged"
    PACK_NOT_STORED = "pack_not_stored"
    DECISION_NOT_STORED = "decision_not_stored"


class Reservation(StrEnum):
    """What a decision under changed run cards had to do without: it was not recorded, being of no use then."""

    COVERAGE_NOT_RECORDED = "coverage_not_recorded"
    OTHER_TRAVEL_PROFILE = "other_travel_profile"
    CARD_UNKNOWN = "card_unknown"


@dataclass(frozen=True, slots=True)
class Difference:
    """One aspect as it was recorded and as it is evaluated now; `of`: the kind of responder, where there are several.

    Numbers are seconds (`seconds`, `target`) or counts (`responders`, `slot`).
    """

    aspect: Aspect
    recorded: Plain
    evaluated: Plain
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One decision evaluated again: without differences and obstacle it is the same."""

    kind: Kind
    record: Record
    differences: tuple[Difference, ...] = ()
    obstacle: Obstacle | None = None
    reservations: tuple[Reservation, ...] = ()


def differing(aspect: Aspect, recorded: Plain, evaluated: Plain, of: str | None = None) -> tuple[Difference, ...]:
    """One difference, or none where the two are equal; seconds and shares to a thousandth."""
    if isinstance(recorded, float | int) and isinstance(evaluated, float | int):
        if abs(recorded - evaluated) <= 0.001:
            return ()
    elif recorded == evaluated:
        return ()
    return (Difference(aspect, recorded, evaluated, of),)
