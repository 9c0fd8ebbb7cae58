"""Bodies and errors that the HTTP doors answer with, and how they are described in OpenAPI."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.problems import MEDIA_TYPE, Problem
from services.ingest.reception import NotAccepted, Receipt

SIGNAL_ID = "5b0fb0a4-3c1f-5e0c-9a55-2f6c4b0f1d11"


class Accepted(BaseModel):
    """One durable signal. `repeat`: it had been received before and is stored once, under this same id."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"signal_id": SIGNAL_ID, "repeat": False}]})

    signal_id: str
    repeat: bool


class ProblemDocument(BaseModel):
    """RFC 9457. A 401 states its `reason` and our `time` in Unix seconds."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[dict[str, str]] = Field(default_factory=list)
    reason: str | None = None
    time: str | None = None


def accepted(receipt: Receipt) -> Accepted:
    """The receipt as the doors state it."""
    return Accepted(signal_id=receipt.signal_id, repeat=receipt.repeat)


def unavailable(error: NotAccepted) -> Problem:
    """503 with Retry-After: nothing is durable, the same request again is safe."""
    return Problem(
        503,
        error.reason.value.replace("_", "-"),
        "Signal non enregistré / signal not stored",
        f"Répétez la même requête dans {error.retry_after_s} s. / Repeat the same request in {error.retry_after_s} s.",
        {"Retry-After": str(error.retry_after_s)},
    )


def _described(description: str, status: int, kind: str) -> dict[str, Any]:
    example = {"type": f"urn:vigie:problem:{kind}", "title": description, "status": status, "detail": ""}
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {"description": description, "content": {MEDIA_TYPE: {"schema": schema, "example": example}}}


def described_body(model: type[BaseModel], required: bool = True) -> dict[str, Any]:
    """OpenAPI of a body that the route reads by itself, as far as it can be read."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}


ERRORS: dict[int | str, dict[str, Any]] = {
    401: {
        **_described("Appareil non reconnu / device not recognised", 401, "not-signed"),
        "headers": {"WWW-Authenticate": {"description": "docs/devices.md", "schema": {"type": "string"}}},
    },
    413: _described("Requête trop grande / request too large", 413, "too-large"),
    422: _described("Requête invalide / invalid request", 422, "invalid"),
    503: {
        **_described("Signal non enregistré, répétez / not stored, repeat", 503, "not-acknowledged"),
        "headers": {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}},
    },
}
"""The error answers of every door, for `responses=`."""
