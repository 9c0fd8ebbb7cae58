"""Arbitrary messages, drawn from the JSON Schema that their models state."""

from datetime import UTC
from typing import Any

from hypothesis import strategies as st

from schemas.wire import Message

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


def messages_of(model: type[Message]) -> st.SearchStrategy[Message]:
    """Valid messages of that type, optional members present or not."""
    schema = model.model_json_schema()
    return _drawn(schema, schema.get("$defs", {})).map(model.model_validate)


def _drawn(schema: dict[str, Any], defs: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        return _drawn(defs[schema["$ref"].rsplit("/", 1)[1]], defs)
    if "anyOf" in schema:
        return st.one_of([_drawn(known, defs) for known in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = {"object": _object, "array": _array, "string": _string}
    kind = schema.get("type")
    if kind in kinds:
        return kinds[kind](schema, defs)
    simple = {"boolean": st.booleans(), "null": st.none()}
    return simple[kind] if kind in simple else _number(schema, kind)


def _number(schema: dict[str, Any], kind: str | None) -> st.SearchStrategy[Any]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if kind == "integer":
        return st.integers(low if low is not None else -(2**53), high if high is not None else 2**53)
    if kind == "number":
        return st.floats(low, high, allow_nan=False, allow_infinity=False)
    return JSON


def _string(schema: dict[str, Any], _: dict[str, Any]) -> st.SearchStrategy[Any]:
    if schema.get("format") == "date-time":
        return st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.isoformat())
    least, most = schema.get("minLength", 0), schema.get("maxLength", 64)
    if "pattern" in schema:
        matching = st.from_regex(schema["pattern"], fullmatch=True)
        return matching.filter(lambda text: least <= len(text) <= schema.get("maxLength", 10_000))
    return st.text(min_size=least, max_size=min(most, 64))


def _array(schema: dict[str, Any], defs: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "prefixItems" in schema:
        return st.tuples(*(_drawn(item, defs) for item in schema["prefixItems"])).map(list)
    items = _drawn(schema["items"], defs)
    return st.lists(items, min_size=schema.get("minItems", 0), max_size=min(schema.get("maxItems", 3), 3))


def _object(schema: dict[str, Any], defs: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "properties" not in schema:
        inner = schema.get("additionalProperties")
        values = _drawn(inner, defs) if isinstance(inner, dict) else JSON
        return st.dictionaries(st.text(max_size=16), values, max_size=3)
    required = set(schema.get("required", ()))
    members = {name: _drawn(inner, defs) for name, inner in schema["properties"].items()}
    return st.fixed_dictionaries(
        {name: known for name, known in members.items() if name in required},
        optional={name: known for name, known in members.items() if name not in required},
    )
