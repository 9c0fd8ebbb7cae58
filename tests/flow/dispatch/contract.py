"""Every answer that a flow test gets is held against the OpenAPI document: clients are written from it alone."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from fastapi import FastAPI
from jsonschema import Draft202012Validator

JSON_TYPES = {"application/json", "application/problem+json"}
OPERATIONS = ("/metrics", "/health")


class Contract:
    """The document of an application, with members that it does not name forbidden."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._schema: dict[str, Any] = closed(document)
        made = [(re.sub(r"\{\w+\}", "[^/]+", path), found) for path, found in self._schema["paths"].items()]
        self._paths = [(re.compile(f"{path}$"), found) for path, found in made]

    async def check(self, answer: httpx.Response) -> None:
        """Fails if status, media type or body of `answer` are not what the document says of its route."""
        request = answer.request
        described = self._described(request, answer.status_code)
        if described is None or answer.status_code == 204:
            return
        kind = answer.headers["content-type"].split(";")[0]
        assert kind in described["content"], f"{request.method} {request.url.path} answers {kind}"
        if kind in JSON_TYPES:
            await answer.aread()
            self._validate(described["content"][kind]["schema"], answer)

    def _described(self, request: httpx.Request, status: int) -> dict[str, Any] | None:
        for pattern, operations in self._paths:
            if pattern.match(request.url.path) and request.method.lower() in operations:
                responses: dict[str, Any] = operations[request.method.lower()]["responses"]
                known = responses.get(str(status)) or (responses.get("default") if status >= 500 else None)
                assert known is not None, f"{request.method} {request.url.path} may not answer {status}"
                return dict(known)
        assert status in {404, 405}, f"{request.method} {request.url.path} is not in the document ({status})"
        return None

    def _validate(self, schema: dict[str, Any], answer: httpx.Response) -> None:
        whole = {**schema, "components": self._schema["components"]}
        found = Draft202012Validator(whole).iter_errors(answer.json())
        faults = [f"{fault.json_path}: {fault.message}" for fault in found]
        assert not faults, f"{answer.request.method} {answer.request.url.path}: {faults[:5]}"


_MADE: list[Contract] = []


def hook(app: FastAPI) -> dict[str, list[Callable[[httpx.Response], Awaitable[None]]]]:
    """For httpx.AsyncClient(event_hooks=…). All worlds have the same document: it is made once."""
    if not _MADE:
        _MADE.append(Contract(app.openapi()))
    return {"response": [_MADE[0].check]}


def closed(value: Any, name: str = "") -> Any:
    """The schema with members that it does not name forbidden."""
    if isinstance(value, list):
        return [closed(item) for item in value]
    if not isinstance(value, dict):
        return value
    found = {key: closed(item, key) for key, item in value.items()}
    if "properties" in value and name not in {"Problem", "properties"}:
        found.setdefault("additionalProperties", False)
    return found
