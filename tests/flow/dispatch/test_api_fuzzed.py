"""Dispatch's API against requests made from its own OpenAPI, over HTTP, on the small city with an incident in it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.messages.dispatching import IncidentChanged
from services.dispatch import messages
from services.dispatch.store import tables
from tests.flow.api_fuzzing import fuzz
from tests.flow.dispatch.builders import ago, sos
from tests.flow.dispatch.world import World, served


async def test_dispatch(world: World, tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """Whatever is sent gets a documented answer of the documented shape, never a 5xx; what was decided meanwhile keeps
    the promises (the end of each test of this folder)."""
    await world.urgent(sos("fuzzed"))
    async with served(world) as url:
        record_property("summary", await asyncio.to_thread(fuzz, url, tmp_path))


async def test_an_empty_key_and_an_empty_actor_are_none(world: World) -> None:
    """Found by Schemathesis: requests with an empty key got each other's answers, an empty X-Actor a 500."""
    incident = await world.urgent(sos("fuzzed"))
    empty = {"Idempotency-Key": "", "X-Actor": ""}
    card = await world.order(incident, "acknowledge", **empty)
    note = await world.order(incident, "notes", {"text": "fuzzed"}, **empty)
    again = await world.order(incident, "notes", {"text": "another"}, **empty)
    assert [card.status_code // 100, note.status_code // 100, again.status_code // 100] == [2, 2, 2], again.text
    shown = await world.card(incident)
    assert shown["acknowledged_by"] == "operator"


async def test_a_scope_with_a_control_character_is_refused(world: World) -> None:
    """Found by Schemathesis: a silence over such a device failed where its event was written."""
    body = {"scope": "device:a\u001cb", "reason": "fuzzed", "ends_at": ago(minutes=-5).isoformat()}
    assert (await world.http.post("/v1/silences", json=body)).status_code == 422
    assert await world.rows(tables.silences) == []


async def test_what_no_event_may_hold_is_the_requests_fault(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a body let something pass that an event does not: 422 with the place, nothing stored, no 5xx."""
    incident = await world.urgent(sos("fuzzed"))

    def refused(*_: object) -> None:
        IncidentChanged.model_validate({})

    monkeypatch.setattr(messages, "event_message", refused)
    answer = await world.order(incident, "acknowledge")
    assert (answer.status_code, answer.json()["errors"][0]["reason"]) == (422, "Field required")
    assert (await world.card(incident))["acknowledged_at"] is None


async def test_an_actor_with_a_control_character_is_refused(world: World) -> None:
    """Found by Schemathesis: a tab in X-Actor was taken, and failed where the event was written: a 500."""
    incident = await world.urgent(sos("fuzzed"))
    for path in (f"/v1/incidents/{incident}/acknowledge", "/v1/units/pm-1/well"):
        answer = await world.http.post(path, headers={"X-Actor": "op\t1"})
        assert answer.status_code == 422, answer.text
    assert (await world.card(incident))["acknowledged_at"] is None
