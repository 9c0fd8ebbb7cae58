"""Dispatch's OpenAPI document has every door of DESIGN.md's table, each with its answers and its problems."""

from typing import Any

import pytest

from services.dispatch.api.document import openapi_document
from services.dispatch.domain.access import rule_of

INCIDENT_ORDERS = "acknowledge verify dismiss reopen assign backup merge unmerge split close notes escalate"
DOORS = {
    "GET /v1/incidents": "",
    "GET /v1/incidents/{}": "404",
    "GET /v1/incidents/{}/recommendation": "404 409",
    **{f"POST /v1/incidents/{{}}/{order}": "404 409 412" for order in INCIDENT_ORDERS.split()},
    "POST /v1/incidents/{}/backup": "404 409",
    "POST /v1/incidents/{}/notes": "404 409",
    "GET /v1/incidents/{}/duplicates": "404",
    "POST /v1/incidents/{}/duplicates/{}/reject": "404 409 412",
    "POST /v1/calls": "",
    "GET /v1/kiosk-calls": "",
    **{f"POST /v1/kiosk-calls/{{}}/{order}": "404 409" for order in ("answer", "open", "refuse", "sos")},
    "GET /v1/units": "",
    "PUT /v1/units/{}/position": "404",
    "PUT /v1/units/{}/status": "404 409",
    "POST /v1/units/{}/distress": "404",
    "POST /v1/units/{}/well": "404",
    "POST /v1/positions/owntracks": "404",
    "GET /v1/positions/traccar": "404",
    "POST /v1/positions/traccar": "404",
    "GET /v1/roster": "",
    "POST /v1/roster": "404 409",
    "PUT /v1/roster/{}": "404 409",
    "DELETE /v1/roster/{}": "404",
    "GET /v1/assignments": "",
    **{
        f"POST /v1/assignments/{{}}/{step}": "404 409"
        for step in ("accept", "decline", "en-route", "on-scene", "clear")
    },
    **{f"POST /v1/hand-overs/{{}}/{reply}": "404 409" for reply in ("acknowledge", "refuse", "complete")},
    "POST /v1/urgent": "",
    "GET /v1/coverage": "404",
    "GET /v1/move-ups": "",
    "POST /v1/move-ups": "404 409",
    "DELETE /v1/move-ups/{}": "404",
    "GET /v1/work-orders": "",
    **{f"POST /v1/work-orders/{{}}/{step}": "404 409" for step in ("start", "complete", "already-fixed")},
    "GET /v1/silences": "",
    "POST /v1/silences": "",
    "DELETE /v1/silences/{}": "404",
    "GET /v1/access-register": "",
    "GET /v1/revocations": "",
    "POST /v1/revocations": "409",
    "POST /v1/revocations/{}/lift": "404",
    "GET /v1/legal-holds": "",
    "POST /v1/legal-holds": "404",
    "POST /v1/legal-holds/{}/lift": "404",
    "GET /v1/protected-addresses": "",
    "POST /v1/protected-addresses": "",
    "DELETE /v1/protected-addresses/{}": "404",
    "GET /v1/broadcasts": "404",
    "POST /v1/broadcasts": "404",
    "DELETE /v1/broadcasts/{}": "404",
    "POST /v1/broadcasts/{}/read": "404",
    "GET /v1/stream": "",
    "GET /v1/doors": "",
    "GET /v1/session": "",
    "POST /v1/session": "401 429",
    "DELETE /v1/session": "",
}
WITHOUT_KEY = {"POST /v1/urgent", "POST /v1/session", "POST /v1/positions/owntracks", "POST /v1/positions/traccar"}
"""Ingest's signals carry their own id; signing in twice is signing in; trackers send what their format allows."""
BEFORE_SIGNING_IN = {"/v1/doors", "/v1/session", "/v1/session/begin", "/v1/session/callback"}
WITH_IF_MATCH = {f"POST /v1/incidents/{{}}/{order}" for order in INCIDENT_ORDERS.split()} - {
    "POST /v1/incidents/{}/backup",
    "POST /v1/incidents/{}/notes",
} | {"POST /v1/incidents/{}/duplicates/{}/reject"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document as it is served; nothing is connected for it."""
    return openapi_document()


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Operations by method and path, whatever the path's parameters are called."""
    found: dict[str, dict[str, Any]] = {}
    for path, methods in document["paths"].items():
        plain = "/".join("{}" if part.startswith("{") else part for part in path.split("/"))
        found |= {f"{method.upper()} {plain}": operation for method, operation in methods.items()}
    return found


@pytest.mark.parametrize("door", sorted(DOORS))
def test_the_door_is_there_with_its_problems(operations: dict[str, dict[str, Any]], door: str) -> None:
    """Its good answer has a schema, and each status that can go wrong is a problem document."""
    responses = operations[door]["responses"]
    good = [status for status in responses if status.startswith("2")]
    assert good
    for status in set(good) - {"204"}:
        [content] = responses[status]["content"].values()
        assert content["schema"], status
    for status in (*DOORS[door].split(), "401", "403", "422", "default"):
        assert list(responses[status]["content"]) == ["application/problem+json"], status


@pytest.mark.parametrize("door", sorted(door for door in DOORS if door.startswith("POST")))
def test_every_post_takes_an_idempotency_key(operations: dict[str, dict[str, Any]], door: str) -> None:
    """All but ingest's, whose signals carry their own id, and trackers'; orders on a card also take If-Match."""
    headers = {p["name"].lower() for p in operations[door].get("parameters", []) if p["in"] == "header"}
    assert ("idempotency-key" in headers) == (door not in WITHOUT_KEY)
    assert ("if-match" in headers) == (door in WITH_IF_MATCH)


def test_a_stale_tap_is_documented(operations: dict[str, dict[str, Any]]) -> None:
    """200 and 202 of a step have the same shape, with `applied` and `reason`."""
    responses = operations["POST /v1/assignments/{}/clear"]["responses"]
    assert responses["200"]["content"] == responses["202"]["content"]


def test_no_answer_is_without_a_shape(document: dict[str, Any], operations: dict[str, dict[str, Any]]) -> None:
    """No operation under /v1 answers an object that the document does not describe."""
    for door, operation in operations.items():
        if not door.split()[1].startswith("/v1/"):
            continue
        for status, answer in operation["responses"].items():
            for content in answer.get("content", {}).values():
                schema = content["schema"].get("items", content["schema"])
                assert "$ref" in schema or schema["type"] == "string", f"{door} {status}"


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """No `$ref` of the document is dangling, so that generators of clients accept it."""
    names = set(document["components"]["schemas"])

    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"].removeprefix("#/components/schemas/")} if "$ref" in value else set()
            return own.union(*map(references, value.values()), set())
        return set().union(*map(references, value)) if isinstance(value, list) else set()

    assert references(document) <= names


def test_every_door_says_who_may_use_it(document: dict[str, Any]) -> None:
    """No route under /v1 is without a rule in `domain.access`: it would be closed to everybody who signs in."""
    without = [
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
        if path.startswith("/v1/") and path not in BEFORE_SIGNING_IN and rule_of(method.upper(), path) is None
    ]
    assert without == []


def test_the_streams_events_are_described(document: dict[str, Any]) -> None:
    """Clients find the shape of each kind of event among the schemas."""
    kinds = "Reset Heartbeat Incident Assignment Unit Position KioskCall WorkOrder Silence Pack"
    assert {f"Stream{kind}" for kind in kinds.split()} <= set(document["components"]["schemas"])
