"""Each way in which one schema may differ from another has its kind, its place and its consequence."""

from typing import Any

import pytest

from schemas.compatibility.change import Change, Consequence, Kind
from schemas.compatibility.compare import Comparison

STRING = {"type": "string"}
NULL = {"type": "null"}
NUMBER = {"type": "number"}
INTEGER = {"type": "integer"}


def message(required: tuple[str, ...] = (), defs: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """A made-up message."""
    return {"type": "object", "title": "Made", "properties": fields, "required": list(required), "$defs": defs or {}}


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[Kind, str]]:
    """Kind and place of each change."""
    return [(change.kind, change.where) for change in Comparison(old, new).changes()]


def enum(*values: str) -> dict[str, Any]:
    """A closed list of words."""
    return {"type": "string", "enum": list(values)}


def point(**fields: Any) -> dict[str, Any]:
    """A message whose field `at` is a nested model behind a reference."""
    nested = {"type": "object", "title": "Point", "properties": fields, "required": sorted(fields)}
    return message(defs={"Point": nested}, at={"anyOf": [{"$ref": "#/$defs/Point"}, NULL]})


@pytest.mark.parametrize(
    ("old", "new", "kind", "where"),
    [
        (message(a=STRING), message(), Kind.FIELD_REMOVED, "a"),
        (message(a=STRING), message(("a",), a=STRING), Kind.FIELD_REQUIRED, "a"),
        (message(), message(("a",), a=STRING), Kind.FIELD_REQUIRED, "a"),
        (message(("a",), a=STRING), message(a=STRING), Kind.FIELD_OPTIONAL, "a"),
        (message(a=STRING), message(a=INTEGER), Kind.NARROWED, "a"),
        (message(a=NUMBER), message(a=INTEGER), Kind.NARROWED, "a"),
        (message(a=INTEGER), message(a=NUMBER), Kind.WIDENED, "a"),
        (message(a=STRING), message(a={"anyOf": [STRING, NULL]}), Kind.WIDENED, "a"),
        (message(a={"anyOf": [STRING, NULL]}), message(a=STRING), Kind.NARROWED, "a"),
        (message(a={"type": ["string", "null"]}), message(a=STRING), Kind.NARROWED, "a"),
        (message(a={}), message(a=STRING), Kind.NARROWED, "a"),
        (message(a=STRING), message(a={}), Kind.WIDENED, "a"),
        (message(a=enum("x", "y")), message(a=enum("x")), Kind.VALUE_REMOVED, "a"),
        (message(a=enum("x")), message(a=enum("x", "y")), Kind.VALUE_ADDED, "a"),
        (message(a=enum("x")), message(a=STRING), Kind.WIDENED, "a"),
        (message(a=STRING), message(a=enum("x")), Kind.NARROWED, "a"),
        (message(a={"type": "string", "const": "x"}), message(a=enum("x", "y")), Kind.VALUE_ADDED, "a"),
        (message(a=STRING), message(a={"type": "string", "maxLength": 9}), Kind.NARROWED, "a"),
        (
            message(a={"type": "string", "maxLength": 9}),
            message(a={"type": "string", "maxLength": 8}),
            Kind.NARROWED,
            "a",
        ),
        (
            message(a={"type": "string", "maxLength": 8}),
            message(a={"type": "string", "maxLength": 9}),
            Kind.WIDENED,
            "a",
        ),
        (message(a={"type": "number", "minimum": 1}), message(a={"type": "number", "minimum": 2}), Kind.NARROWED, "a"),
        (message(a={"type": "number", "minimum": 1}), message(a=NUMBER), Kind.WIDENED, "a"),
        (message(a=STRING), message(a={"type": "string", "pattern": "^x"}), Kind.NARROWED, "a"),
        (message(a={"type": "string", "format": "date-time"}), message(a=STRING), Kind.WIDENED, "a"),
        (
            message(a={"type": "array", "items": STRING}),
            message(a={"type": "array", "items": INTEGER}),
            Kind.NARROWED,
            "a[]",
        ),
        (
            message(a={"type": "array", "prefixItems": [STRING, STRING]}),
            message(a={"type": "array", "prefixItems": [STRING, NUMBER]}),
            Kind.NARROWED,
            "a[1]",
        ),
        (
            message(a={"type": "object", "additionalProperties": STRING}),
            message(a={"type": "object", "additionalProperties": NUMBER}),
            Kind.NARROWED,
            "a.*",
        ),
        (
            message(a={"type": "object"}),
            message(a={"type": "object", "additionalProperties": False}),
            Kind.NARROWED,
            "a",
        ),
        (point(lat=NUMBER, lon=NUMBER), point(lat=NUMBER, lng=NUMBER), Kind.FIELD_REMOVED, "at.lon"),
        (point(lat=NUMBER), point(lat=STRING), Kind.NARROWED, "at.lat"),
    ],
)
def test_change_is_found(old: dict[str, Any], new: dict[str, Any], kind: Kind, where: str) -> None:
    """The change is among those found, at its place, and nothing is found between equal schemas."""
    assert (kind, where) in changes(old, new)
    assert changes(old, old) == []
    assert changes(new, new) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (message(a=STRING), message(a=STRING, b=STRING)),
        (message(a=STRING), message(a={"type": "string", "description": "better", "default": "x", "title": "A"})),
        (message(a={"anyOf": [STRING, NULL]}), message(a={"anyOf": [NULL, STRING]})),
        (message(a=enum("x", "y")), message(a=enum("y", "x"))),
        (point(lat=NUMBER), message(at=point(lat=NUMBER)["$defs"]["Point"] | {"type": ["object", "null"]})),
    ],
)
def test_harmless_change_is_not_reported(old: dict[str, Any], new: dict[str, Any]) -> None:
    """A new optional field, other words about one, another order or another way to write the same need no care."""
    assert changes(old, new) == []


def test_renamed_field_is_a_removal_and_a_requirement() -> None:
    """A rename shows both halves, so that whoever did it sees what readers see."""
    assert changes(message(("a",), a=STRING), message(("b",), b=STRING)) == [
        (Kind.FIELD_REMOVED, "a"),
        (Kind.FIELD_REQUIRED, "b"),
    ]


def test_two_objects_of_one_union_are_told_apart() -> None:
    """A change in one of two models in a union is reported for that one, not as a change of the other."""
    one = {"type": "object", "title": "One", "properties": {"x": STRING}}
    two = {"type": "object", "title": "Two", "properties": {"y": STRING}}
    less = {"type": "object", "title": "Two", "properties": {}}
    assert changes(message(a={"anyOf": [one, two]}), message(a={"anyOf": [less, one]})) == [(Kind.FIELD_REMOVED, "a.y")]


def test_model_that_contains_itself_ends() -> None:
    """A recursive model is compared once around."""
    node = {"type": "object", "title": "Node", "properties": {"next": {"$ref": "#/$defs/Node"}, "v": STRING}}
    old = message(defs={"Node": node}, a={"$ref": "#/$defs/Node"})
    changed = node | {"properties": {"next": {"$ref": "#/$defs/Node"}, "v": INTEGER}}
    new = message(defs={"Node": changed}, a={"$ref": "#/$defs/Node"})
    assert (Kind.NARROWED, "a.v") in changes(old, new)


def test_only_four_kinds_are_a_matter_of_order() -> None:
    """Everything that could lose or stop a record is breaking."""
    order = {kind for kind in Kind if kind.consequence is Consequence.READERS_FIRST}
    assert order == {Kind.FIELD_OPTIONAL, Kind.WIDENED, Kind.VALUE_ADDED, Kind.MESSAGE_ADDED}


def test_change_reads_as_a_sentence() -> None:
    """Place, kind and detail stand in one line."""
    assert str(Change(Kind.VALUE_ADDED, "nature", "'flood'")) == "nature: value added ('flood')"
