"""Limits on one value: enumerations, ranges, lengths, patterns and formats."""

from collections.abc import Iterator

from schemas.compatibility.alternatives import Schema
from schemas.compatibility.change import Change, Kind

_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_EXACT = ("pattern", "format", "uniqueItems", "multipleOf", "propertyNames")


def limit_changes(old: Schema, new: Schema, where: str) -> Iterator[Change]:
    """What the new limits refuse that the old ones took, and the reverse."""
    yield from _values(old, new, where)
    for name in (*_LOWER, *_UPPER):
        before, after = old.get(name), new.get(name)
        if before != after:
            yield _range(name, before, after, where)
    for name in _EXACT:
        before, after = old.get(name), new.get(name)
        if before != after:
            kind = Kind.WIDENED if after is None else Kind.NARROWED
            yield Change(kind, where, f"{name} {before!r} became {after!r}")


def _range(name: str, before: float | None, after: float | None, where: str) -> Change:
    if before is None or after is None:
        kind = Kind.WIDENED if after is None else Kind.NARROWED
    else:
        kind = Kind.NARROWED if (after > before) == (name in _LOWER) else Kind.WIDENED
    return Change(kind, where, f"{name} {before} became {after}")


def _values(old: Schema, new: Schema, where: str) -> Iterator[Change]:
    before, after = _listed(old), _listed(new)
    if before is None and after is None:
        return
    if after is None:
        yield Change(Kind.WIDENED, where, "no longer a closed list")
    elif before is None:
        yield Change(Kind.NARROWED, where, "now a closed list")
    else:
        yield from (Change(Kind.VALUE_REMOVED, where, repr(value)) for value in before if value not in after)
        yield from (Change(Kind.VALUE_ADDED, where, repr(value)) for value in after if value not in before)


def _listed(schema: Schema) -> list[object] | None:
    if "const" in schema:
        return [schema["const"]]
    return schema.get("enum")
