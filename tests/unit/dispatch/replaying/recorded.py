"""Events as dispatch records them, made from the decisions themselves and passed through JSON as PostgreSQL does."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from schemas.vocabulary.dispatching import IncidentEvent
from services.dispatch.domain.recommending import Situation, recommend
from services.dispatch.domain.recommending.recording import as_inputs
from services.dispatch.domain.replaying import Finding, Record, Replaying
from services.dispatch.domain.run_card import Card, Facts
from services.dispatch.domain.run_card_recording import Question
from services.dispatch.domain.run_card_recording import as_inputs as card_inputs
from tests.unit.dispatch.builders import NOON

VERSION = "v1"


def record(event: str, inputs: Mapping[str, Any], reason: str = "", **more: Any) -> Record:
    """One event of incident i1."""
    plain: dict[str, Any] = {"incident": "i1", "version": 1, "actor": "system", "at": NOON, "detail": {}}
    return Record(event=event, inputs=json.loads(json.dumps(inputs)), reason=reason, **plain | more)


def offer(situation: Situation, slot: int = 0, **more: Any) -> Record:
    """The event of a decision about one slot: an offer to the recommended unit, or that nobody is there."""
    advice = recommend(situation)
    best = advice.best
    inputs = {
        "clock": situation.now.isoformat(),
        "pack_version": VERSION,
        "travel": "streets",
        "situation": as_inputs(situation),
        "recommendation": advice.as_output(),
        "recommended": best.unit if best else None,
    }
    if best is None:
        return record(IncidentEvent.TASK_WAITING, inputs, "no_unit_free", **{"detail": {"task_id": "t1"}} | more)
    detail = {"unit": best.unit, "slot": slot}
    return record(IncidentEvent.UNIT_OFFERED, inputs, best.reason, **{"detail": detail} | more)


def opening(facts: Facts, cards: Iterable[Card], **more: Any) -> Record:
    """The event of an incident that was opened under these run cards."""
    question = Question(facts, False)
    decided = question.answer(cards)
    return record(IncidentEvent.OPENED, card_inputs(question, decided, NOON, VERSION), decided.ground, **more)


def evaluated(*records: Record, stored: Iterable[Card] = (), changed: Iterable[Card] | None = None) -> list[Finding]:
    """All findings of these events."""
    replaying = Replaying({VERSION: tuple(stored)}, None if changed is None else {VERSION: tuple(changed)})
    return [finding for known in records for finding in replaying.take(known)]


def told(finding: Finding) -> dict[str, tuple[Any, Any]]:
    """Recorded and evaluated by aspect, with the kind of responder where there are several."""
    return {
        f"{each.aspect} {each.of}" if each.of else str(each.aspect): (each.recorded, each.evaluated)
        for each in finding.differences
    }
