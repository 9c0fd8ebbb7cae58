"""A schema as the list of kinds of value that it accepts: references followed, unions spread out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
ANY = "any"
_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}


@dataclass(frozen=True)
class Alternative:
    """One kind of value: its JSON type, or `any`, and the schema that limits it."""

    type: str
    schema: Schema

    @property
    def title(self) -> str | None:
        """The name of the model behind an object; tells two objects of one union apart."""
        return self.schema.get("title")


def alternatives(schema: Schema, root: Schema) -> list[Alternative]:
    """Everything that the schema accepts; `root` is the document that its references point into."""
    return list(_spread(schema, root))


def _spread(schema: Schema, root: Schema) -> Iterator[Alternative]:
    if "$ref" in schema:
        yield from _spread(_target(schema["$ref"], root), root)
    elif "anyOf" in schema or "oneOf" in schema:
        for option in schema.get("anyOf", schema.get("oneOf", ())):
            yield from _spread(option, root)
    elif isinstance(schema.get("type"), list):
        for name in schema["type"]:
            yield Alternative(name, schema)
    else:
        yield Alternative(schema.get("type") or _type_of_values(schema), schema)


def _target(reference: str, root: Schema) -> Schema:
    found: Any = root
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    target: Schema = found
    return target


def _type_of_values(schema: Schema) -> str:
    values = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    types = {_TYPES.get(type(value), ANY) for value in values}
    return types.pop() if len(types) == 1 else ANY
