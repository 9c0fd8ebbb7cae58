"""What the pages' types are generated from: dispatch's OpenAPI document, and schemas/json in the same clothes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deploy.local.layout import REPOSITORY
from schemas.generate.files import JSON_FOLDER
from services.dispatch.api.document import openapi_document

FOLDER = REPOSITORY / "web" / "contract"


def contract() -> dict[Path, str]:
    """Each file with its content."""
    return {FOLDER / "dispatch.json": _text(openapi_document()), FOLDER / "messages.json": _text(messages())}


def messages() -> dict[str, Any]:
    """All message schemas as the components of one document, so that one generator serves both."""
    found: dict[str, Any] = {}
    for file in sorted(JSON_FOLDER.glob("*.json")):
        schema = json.loads(file.read_text(encoding="utf-8"))
        for name, shape in schema.pop("$defs", {}).items():
            found.setdefault(name, _hoisted(shape))
        found[schema["title"]] = _hoisted({key: value for key, value in schema.items() if not key.startswith("$")})
    info = {"title": "Vigie messages", "version": "0"}
    return {"openapi": "3.1.0", "info": info, "paths": {}, "components": {"schemas": found}}


def drift() -> list[str]:
    """The files that are not what the code says now."""
    return [path.name for path, text in contract().items() if not path.exists() or path.read_text("utf-8") != text]


def write() -> None:
    """Brings them up to date."""
    FOLDER.mkdir(exist_ok=True)
    for path, text in contract().items():
        path.write_text(text, encoding="utf-8")


def _hoisted(value: Any) -> Any:
    if isinstance(value, list):
        return [_hoisted(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: item.replace("#/$defs/", "#/components/schemas/") if key == "$ref" else _hoisted(item)
        for key, item in value.items()
    }


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
