"""Which unit was offered, or that none was there, asked again."""

from collections.abc import Iterable

from schemas.vocabulary.dispatching import IncidentEvent
from services.dispatch.domain.filling import BY_OPERATOR
from services.dispatch.domain.recommending import Ranked, Recommendation, Situation, recommend
from services.dispatch.domain.recommending.recording import from_inputs
from services.dispatch.domain.replaying.asking import Both, under
from services.dispatch.domain.replaying.findings import Aspect, Difference, Reservation, differing
from services.dispatch.domain.replaying.record import Json, Record

Found = tuple[tuple[Difference, ...], tuple[Reservation, ...]]


def compare(record: Record, both: Both | None) -> Found:
    """Raises as `recording.from_inputs`. `both`: what run cards ask of the incident, None where they are the same."""
    situation, missing = under(from_inputs(record.inputs["situation"]), both)
    advice, told = recommend(situation), record.inputs["recommendation"]
    found = (
        *_slot(record, both),
        *_sent(record, situation, advice, told),
        *differing(Aspect.RULE, told["rule"], advice.rule.value),
        *_refused(told["refused"], advice),
    )
    return found or _ranking(told, advice), missing


def _sent(record: Record, situation: Situation, advice: Recommendation, told: Json) -> tuple[Difference, ...]:
    if record.reason in BY_OPERATOR:  # What it is compared with is the recommendation, not the choice.
        aspect, unit, best = Aspect.RECOMMENDED, record.inputs["recommended"], advice.best
    else:
        resting = frozenset(record.inputs.get("resting", ()))
        offered = record.event == IncidentEvent.UNIT_OFFERED
        aspect, unit = Aspect.UNIT, record.detail["unit"] if offered else None
        best = next((known for known in advice.ranked if known.unit not in resting), None)
    before = next((known for known in told["ranked"] if known["unit"] == unit), None)
    return (
        *differing(aspect, unit, best.unit if best else None),
        *differing(Aspect.SECONDS, before["seconds"] if before else None, best.seconds if best else None),
        *differing(Aspect.DIVERTS, before["diverts"] if before else None, best.diverts if best else None),
    )


def _slot(record: Record, both: Both | None) -> tuple[Difference, ...]:
    """A slot that only the recorded run card asked for."""
    slot = record.detail.get("slot")
    if both is None or slot is None or not both.after.patrols <= slot < both.before.patrols:
        return ()
    return (Difference(Aspect.SLOT, slot + 1, None),)


def _refused(told: Iterable[Json], advice: Recommendation) -> tuple[Difference, ...]:
    before = {known["unit"]: str(known["reason"]) for known in told}
    after = {known.unit: known.reason.value for known in advice.refused}
    changed = sorted(unit for unit in before.keys() | after.keys() if before.get(unit) != after.get(unit))
    return differing(Aspect.REFUSED, _words(changed, before), _words(changed, after))


def _words(units: Iterable[str], reasons: dict[str, str]) -> str:
    return ", ".join(f"{unit} {reasons[unit]}" for unit in units if unit in reasons)


def _ranking(told: Json, advice: Recommendation) -> tuple[Difference, ...]:
    """The whole order with its figures, looked at only where the decision itself is the same."""
    before = [_figures(known["unit"], known["reason"], known["seconds"]) for known in told["ranked"]]
    after = [_of(known) for known in advice.ranked]
    return differing(Aspect.RANKING, ", ".join(before), ", ".join(after))


def _of(known: Ranked) -> str:
    return _figures(known.unit, known.reason.value, known.seconds)


def _figures(unit: str, reason: str, seconds: float | None) -> str:
    return f"{unit} {reason}" if seconds is None else f"{unit} {reason} {seconds:.0f} s"
