"""The recommendation for one slot of one incident."""

from dataclasses import replace

from schemas.vocabulary.natures import Priority
from services.dispatch.domain.recommending.coverage import losses
from services.dispatch.domain.recommending.diverting import gains
from services.dispatch.domain.recommending.eligibility import Field, as_refused, free_for_next, sort_out
from services.dispatch.domain.recommending.reasons import Reason, Refusal, Rule
from services.dispatch.domain.recommending.recommendation import Ranked, Recommendation, Refused
from services.dispatch.domain.recommending.situation import Situation, UnitView

BLIND = {Refusal.POSITION_STALE: Reason.POSITION_STALE, Refusal.POSITION_UNKNOWN: Reason.POSITION_UNKNOWN}


def recommend(situation: Situation) -> Recommendation:
    """Ranked units, best first, and refused ones. For several slots: ask again once the first is bound.

    P1: the smallest time over idle and divertible units and those on call. Otherwise the smallest loss of coverage
    among the idle ones within the target and not much slower than the closest, then those on call. With none of these,
    those whose position is not known. Those who declined always come last. Ties go to the smaller unit id.
    """
    field = sort_out(situation)
    busy = busy_fraction(situation)
    lost = _losses(situation, busy)
    willing, refused = _willing(situation, field, lost)
    if situation.incident.priority is Priority.P1:
        rule, ranked = _by_time(situation, willing)
    else:
        rule, ranked = _by_coverage(situation, willing)
        ranked += _called_in(situation, field)
    if ranked and not _anyone_on_duty(ranked):
        rule = Rule.ONLY_ON_CALL_LEFT
    blind = field.blind
    if not ranked:
        rule = _last_resort(situation, field)
        if situation.policy.send_blindly:
            ranked, blind = _blindly(as_refused(field.blind, situation)), ()
    ranked += [_ranked(unit, Reason.DECLINED_BEFORE, situation, lost) for unit in _nearest(situation, field.declined)]
    refused += as_refused((*field.refused, *blind), situation)
    others = tuple(sorted(refused, key=lambda known: known.unit))
    return Recommendation(situation.incident.id, rule, tuple(ranked), others, busy, situation.policy.shown)


def _anyone_on_duty(ranked: list[Ranked]) -> bool:
    """True if anybody among them need not be called in first."""
    return any(known.reason is not Reason.ON_CALL for known in ranked)


def busy_fraction(situation: Situation) -> float:
    """DMEXCLP's p from utilisation, within the policy's bounds."""
    policy = situation.policy
    return min(max(situation.utilisation, policy.least_busy_fraction), policy.most_busy_fraction)


def _losses(situation: Situation, busy: float) -> dict[str, float]:
    if situation.coverage is None:
        return {}
    return losses(situation.coverage, (u.id for u in situation.units if free_for_next(u, situation)), busy)


def _willing(situation: Situation, field: Field, lost: dict[str, float]) -> tuple[list[Ranked], list[Refused]]:
    """Idle units and those worth diverting, by time, for a P1 also those on call; and those not worth diverting."""
    life = situation.incident.priority is Priority.P1
    free = [*field.idle, *(field.on_call if life else ())]
    best_free_s = min((situation.until_there(unit) for unit in free), default=None)
    gained, refused = gains(situation, field.divertible, best_free_s)
    idle = [_ranked(unit, Reason.SLOWER, situation, lost) for unit in field.idle]
    called = _called_in(situation, field) if life else []
    return sorted([*idle, *called, *gained], key=_time), refused


def _called_in(situation: Situation, field: Field) -> list[Ranked]:
    """Those on call, by time with what they need to come in. They cover nothing, so their going costs no coverage."""
    return [_ranked(unit, Reason.ON_CALL, situation, {}) for unit in _nearest(situation, field.on_call)]


def _by_time(situation: Situation, willing: list[Ranked]) -> tuple[Rule, list[Ranked]]:
    if not willing:
        return Rule.NO_UNIT, []
    first, *others = willing
    if first.diverts is not None:
        return Rule.FASTEST_DIVERTED, willing
    reason = first.reason if first.reason is Reason.ON_CALL else Reason.FASTEST
    return Rule.FASTEST, [replace(first, reason=reason), *others]


def _by_coverage(situation: Situation, willing: list[Ranked]) -> tuple[Rule, list[Ranked]]:
    if not willing:
        return Rule.NO_UNIT, []
    closest = replace(willing[0], reason=Reason.FASTEST)
    others = willing[1:]
    policy = situation.policy
    in_target = policy.target_share * situation.incident.remaining_s(situation.now)
    limit = min(in_target, _time(closest)[0] + policy.slower_than_closest_s)
    within = [known for known in (closest, *others) if _time(known)[0] <= limit]
    if situation.coverage is None:
        return Rule.CLOSEST_WITHOUT_COVERAGE_MODEL, [closest, *others]
    if situation.utilisation > policy.coverage_until_utilisation:
        return Rule.CLOSEST_HIGH_UTILISATION, [closest, *others]
    if not within:
        return Rule.CLOSEST_NONE_WITHIN_TARGET, [closest, *others]
    first, *rest = _weighed(situation, within)
    reason = Reason.FASTEST if first.unit == closest.unit else Reason.KEEPS_COVERAGE
    inside = [replace(known, reason=Reason.WITHIN_TARGET) for known in rest]
    outside = [known for known in others if _time(known)[0] > limit]
    return Rule.LEAST_LOSS_OF_COVERAGE, [replace(first, reason=reason), *inside, *outside]


def _weighed(situation: Situation, within: list[Ranked]) -> list[Ranked]:
    """Least loss first, mixed with time as the policy weighs them; each scaled to 0…1 over the candidates."""
    weight = situation.policy.coverage_weight
    most_lost = max((known.coverage_loss or 0.0 for known in within), default=0.0) or 1.0
    fastest, span = _time(within[0])[0], situation.policy.slower_than_closest_s or 1.0

    def score(known: Ranked) -> tuple[float, float, str]:
        seconds, unit = _time(known)
        loss = (known.coverage_loss or 0.0) / most_lost
        return weight * loss + (1.0 - weight) * (seconds - fastest) / span, seconds, unit

    return sorted(within, key=score)


def _last_resort(situation: Situation, field: Field) -> Rule:
    if field.blind and situation.policy.send_blindly:
        return Rule.SENT_BLINDLY
    return Rule.ONLY_DECLINED_LEFT if field.declined else Rule.NO_UNIT


def _nearest(situation: Situation, units: tuple[UnitView, ...]) -> list[UnitView]:
    return sorted(units, key=lambda unit: (situation.until_there(unit), unit.id))


def _blindly(blind: list[Refused]) -> list[Ranked]:
    """Stale positions by their last known time, then the unknown ones."""
    found = [Ranked(known.unit, BLIND[known.reason], known.seconds) for known in blind]
    return sorted(found, key=lambda known: (known.seconds is None, known.seconds or 0.0, known.unit))


def _ranked(unit: UnitView, reason: Reason, situation: Situation, lost: dict[str, float]) -> Ranked:
    return Ranked(unit.id, reason, situation.until_there(unit), lost.get(unit.id))


def _time(known: Ranked) -> tuple[float, str]:
    return (known.seconds if known.seconds is not None else float("inf")), known.unit
