"""Two versions of one message's JSON Schema → the changes between them, each with its place."""

from collections.abc import Iterator

from schemas.compatibility.alternatives import ANY, Alternative, Schema, alternatives
from schemas.compatibility.change import Change, Kind
from schemas.compatibility.limits import limit_changes

Seen = frozenset[tuple[int, int]]


class Comparison:
    """Compares within two documents, which references point into."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old, self._new = old, new

    def changes(self) -> list[Change]:
        """Every change, in the order of the old document's fields."""
        return list(self._schemas(self._old, self._new, "", frozenset()))

    def _schemas(self, old: Schema, new: Schema, where: str, seen: Seen) -> Iterator[Change]:
        before, after = alternatives(old, self._old), alternatives(new, self._new)
        if any(option.type == ANY for option in after):
            if not any(option.type == ANY for option in before):
                yield Change(Kind.WIDENED, where, "now anything")
            return
        matched: set[int] = set()
        for option in before:
            index = _match(option, after)
            if index is None:
                yield Change(Kind.NARROWED, where, f"no longer {_named(option)}")
                continue
            matched.add(index)
            yield from self._pair(option, after[index], where, seen)
        for index, option in enumerate(after):
            if index not in matched:
                yield Change(Kind.WIDENED, where, f"now also {_named(option)}")

    def _pair(self, old: Alternative, new: Alternative, where: str, seen: Seen) -> Iterator[Change]:
        if old.type == "integer" and new.type == "number":
            yield Change(Kind.WIDENED, where, "now also numbers with a fraction")
        pair = (id(old.schema), id(new.schema))
        if pair in seen:
            return
        seen = seen | {pair}
        yield from limit_changes(old.schema, new.schema, where)
        if old.type == "object":
            yield from self._objects(old.schema, new.schema, where, seen)
        elif old.type == "array":
            yield from self._arrays(old.schema, new.schema, where, seen)

    def _objects(self, old: Schema, new: Schema, where: str, seen: Seen) -> Iterator[Change]:
        before, after = old.get("properties", {}), new.get("properties", {})
        was_required, is_required = set(old.get("required", ())), set(new.get("required", ()))
        for name, schema in before.items():
            place = _below(where, name)
            if name not in after:
                yield Change(Kind.FIELD_REMOVED, place)
                continue
            if name in is_required - was_required:
                yield Change(Kind.FIELD_REQUIRED, place)
            if name in was_required - is_required:
                yield Change(Kind.FIELD_OPTIONAL, place)
            yield from self._schemas(schema, after[name], place, seen)
        for name in after:
            if name not in before and name in is_required:
                yield Change(Kind.FIELD_REQUIRED, _below(where, name), "new")
        yield from self._values(old, new, where, seen)

    def _values(self, old: Schema, new: Schema, where: str, seen: Seen) -> Iterator[Change]:
        """Fields that have no name of their own: the values of a mapping."""
        before, after = old.get("additionalProperties", True), new.get("additionalProperties", True)
        if before is not False and after is False:
            yield Change(Kind.NARROWED, where, "no longer accepts unknown fields")
        elif before is False and after is not False:
            yield Change(Kind.WIDENED, where, "now accepts unknown fields")
        elif not isinstance(before, bool) or not isinstance(after, bool):
            yield from self._schemas(_schema(before), _schema(after), _below(where, "*"), seen)

    def _arrays(self, old: Schema, new: Schema, where: str, seen: Seen) -> Iterator[Change]:
        before, after = old.get("prefixItems", []), new.get("prefixItems", [])
        if len(before) != len(after):
            yield Change(Kind.NARROWED, where, f"{len(before)} fixed entries became {len(after)}")
        for index, (one, other) in enumerate(zip(before, after, strict=False)):
            yield from self._schemas(one, other, f"{where}[{index}]", seen)
        yield from self._schemas(_schema(old.get("items")), _schema(new.get("items")), f"{where}[]", seen)


def _match(option: Alternative, options: list[Alternative]) -> int | None:
    same = [index for index, other in enumerate(options) if other.type == option.type]
    titled = [index for index in same if options[index].title == option.title]
    wider = [index for index, other in enumerate(options) if (option.type, other.type) == ("integer", "number")]
    return next(iter(titled + same + wider), None)


def _named(option: Alternative) -> str:
    return f"{option.type} {option.title}" if option.type == "object" and option.title else option.type


def _schema(value: object) -> Schema:
    """A schema; true and an absent one accept anything."""
    return value if isinstance(value, dict) else {}


def _below(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
