"""JSON Schema (draft 2020-12) of each message, one file each; and of the city pack, for editors of pack files."""

from typing import Any

from schemas.pack.pack import CityPack
from schemas.registry import MESSAGES
from schemas.wire import WireModel

DIALECT = "https://json-schema.org/draft/2020-12/schema"
CITY_PACK = "city-pack"


def json_schemas() -> dict[str, dict[str, Any]]:
    """The documents by name: CloudEvents type, or `city-pack`."""
    documents = {kind: _document(kind, model) for kind, model in MESSAGES.items()}
    return documents | {CITY_PACK: _document(CITY_PACK, CityPack)}


def _document(name: str, model: type[WireModel]) -> dict[str, Any]:
    schema = model.model_json_schema()
    if "$defs" in schema:
        schema["$defs"] = dict(sorted(schema["$defs"].items()))
    return {"$schema": DIALECT, "$id": f"urn:vigie:schema:{name}"} | schema
