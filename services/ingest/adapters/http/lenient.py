"""Reads a body as far as it can be read: an alarm is not lost for a field that nobody needs in order to come."""

import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)
UNREADABLE = "body: no JSON object"
MAX_DOUBTS = 20


@dataclass(frozen=True, slots=True)
class Read(Generic[M]):
    """The body without what could not be read, and `doubts`: place and reason of each of these, never a value."""

    body: M
    doubts: tuple[str, ...] = ()


class Unusable(Exception):
    """What is needed cannot be read; `doubts` say where and why."""

    def __init__(self, doubts: tuple[str, ...]) -> None:
        super().__init__("; ".join(doubts))
        self.doubts = doubts


def read(raw: bytes, model: type[M]) -> Read[M]:
    """The body as `model`. Fields that cannot be read are left out; raises Unusable where a required one is."""
    value, doubts = _object(raw)
    return read_fields(value, model, doubts)


def read_fields(value: dict[str, Any], model: type[M], doubts: tuple[str, ...] = ()) -> Read[M]:
    """The same for an object that is parsed already."""
    try:
        return Read(model.model_validate(value), doubts)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
    wrong = {str(fault["loc"][0]) for fault in faults if fault["loc"]}
    said = (*doubts, *(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults))[:MAX_DOUBTS]
    rest = {name: known for name, known in value.items() if name not in wrong}
    try:
        return Read(model.model_validate(rest), said)
    except ValidationError as error:
        raise Unusable(said) from error


def _object(raw: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The JSON object in `raw`; an empty one where there is none. Names twice in it are said; the last one counts."""
    twice: list[str] = []

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        taken = dict(found)
        if len(taken) < len(found):
            twice.append("body: a name twice")
        return taken

    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        # Not UTF-8, not JSON, nested too deep, a number of 4,300 digits and more.
        return {}, (UNREADABLE,)
    return (value, tuple(twice[:1])) if isinstance(value, dict) else ({}, (UNREADABLE,))
