"""What ingest's OpenAPI document promises to those who write clients from it alone."""

from typing import Any

import jsonschema
import pytest

from tests.unit.ingest.test_http_doors import application
from tests.unit.ingest.world import World

DOORS = {
    "/v1/signals",
    "/v1/kiosks/{kiosk}/calls",
    "/v1/kiosks/{kiosk}/heartbeat",
    "/v1/sos",
    "/v1/sos/{sos_id}/positions",
    "/v1/sos/{sos_id}/cancel",
}
NO_KEY = {"/v1/kiosks/{kiosk}/heartbeat"}
"""Every heartbeat counts: there is nothing to be idempotent about."""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document as served."""
    return application(World()).openapi()


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with the document's components at hand."""
    return {**schema, "components": document["components"]}


def test_every_door_is_there(document: dict[str, Any]) -> None:
    """The doors of the design are in the document, each as a POST."""
    assert {path for path, methods in document["paths"].items() if "post" in methods} >= DOORS


@pytest.mark.parametrize("path", sorted(DOORS))
def test_every_door_tells_its_answers(document: dict[str, Any], path: str) -> None:
    """Each door states 202, 413, 422 and 503 with Retry-After, errors as problem documents, and its key header."""
    operation = document["paths"][path]["post"]
    assert {"202", "413", "422", "503"} <= operation["responses"].keys()
    for status in ("413", "422", "503"):
        assert "application/problem+json" in operation["responses"][status]["content"]
    assert "Retry-After" in operation["responses"]["503"]["headers"]
    headers = {
        parameter["name"].lower() for parameter in operation.get("parameters", []) if parameter["in"] == "header"
    }
    assert ("idempotency-key" in headers) is (path not in NO_KEY)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """No `$ref` of the document is broken."""

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [found for item in value.values() for found in references(item)]
        return [found for item in value for found in references(item)] if isinstance(value, list) else []

    for reference in references(document):
        assert reference.startswith("#/components/schemas/")
        assert reference.rsplit("/", 1)[1] in document["components"]["schemas"]


def test_examples_fit_their_schemas(document: dict[str, Any]) -> None:
    """Every example of a schema validates against it."""
    checked = 0
    for schema in document["components"]["schemas"].values():
        for example in schema.get("examples", []):
            jsonschema.validate(example, resolved(document, schema))
            checked += 1
    assert checked >= 6
    body = document["paths"]["/v1/signals"]["post"]["requestBody"]["content"]["application/json"]
    for example in body["examples"].values():
        jsonschema.validate(example["value"], resolved(document, body["schema"]))
