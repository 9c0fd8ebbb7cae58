"""The recommendation for an incident: who should go now, why, and why not the others."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from schemas.vocabulary.dispatching import ResponderKind
from services.chassis.problems import Problem
from services.dispatch.actions.advising import Advice, NoSlot, NothingToFill, advise
from services.dispatch.api.answers.recommending import RecommendationShown
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Doors, not_found
from services.dispatch.domain.recommending import Ranked, Refused
from services.dispatch.store.work import look
from services.dispatch.wording import REASONS, REFUSALS, RULES, Words

router = APIRouter(prefix="/v1/incidents", tags=["incidents"])
NOTHING: dict[NoSlot, Words] = {
    NoSlot.NOT_BY_UNIT: Words(
        "Seules les patrouilles sont proposées ; demandez kind=patrol.", "Only patrols are ranked; ask for kind=patrol."
    ),
    NoSlot.FINISHED: Words("L'incident est terminé ; rouvrez-le d'abord.", "The incident has ended; reopen it first."),
    NoSlot.NOT_ASKED_FOR: Words(
        "Aucune patrouille n'y est demandée ; demandez un renfort (backup).",
        "No patrol is asked for; ask for one (backup).",
    ),
    NoSlot.SLOTS_TAKEN: Words(
        "Toutes les places sont prises ; demandez un renfort (backup).", "All slots are taken; ask for more (backup)."
    ),
}
Kind = Annotated[ResponderKind, Query(description="the kind of responder; units are ranked for patrols")]


@router.get("/{incident_id}/recommendation", **answers(RecommendationShown, 404, 409))
async def read_recommendation(door: Doors, incident_id: str, kind: Kind = ResponderKind.PATROL) -> dict[str, Any]:
    """Ranked and refused units for the next free slot, as things stand now. Reads only; 409 if no slot is free."""
    try:
        advice = await look(door.engine, door.library, lambda work: advise(work, incident_id, kind))
    except NothingToFill as error:
        words = NOTHING[error.reason]
        title, detail = "Aucune place à pourvoir / no slot to fill", f"{words.fr} / {words.en}"
        raise Problem(409, "no-slot", title, detail, reason=error.reason, allowed=["backup"]) from error
    if advice is None:
        raise not_found("incident", incident_id)
    return _view(incident_id, advice)


def _view(incident_id: str, advice: Advice) -> dict[str, Any]:
    found = advice.recommendation
    rule = RULES[found.rule]
    return {
        "incident_id": incident_id,
        "task_id": advice.task.id,
        "kind": advice.task.kind,
        "free_slots": advice.free_slots,
        "rule": found.rule,
        "rule_fr": rule.fr,
        "rule_en": rule.en,
        "ranked": [_ranked(known, place < found.shown, advice) for place, known in enumerate(found.ranked)],
        "refused": [_refused(known, advice) for known in found.refused],
        "travel": advice.basis,
        "busy_fraction": round(found.busy_fraction, 4),
        "computed_at": advice.computed_at.isoformat(),
    }


def _ranked(known: Ranked, recommended: bool, advice: Advice) -> dict[str, Any]:
    words = REASONS[known.reason]
    return {
        "unit": known.unit,
        "call_sign": advice.call_signs[known.unit],
        "reason": known.reason,
        "reason_fr": words.fr,
        "reason_en": words.en,
        "seconds": known.seconds,
        "coverage_loss": known.coverage_loss,
        "diverts": known.diverts,
        "gain_s": known.gain_s,
        "recommended": recommended,
    }


def _refused(known: Refused, advice: Advice) -> dict[str, Any]:
    words = REFUSALS[known.reason]
    return {
        "unit": known.unit,
        "call_sign": advice.call_signs[known.unit],
        "reason": known.reason,
        "reason_fr": words.fr,
        "reason_en": words.en,
        "seconds": known.seconds,
        "detail": known.detail,
    }
