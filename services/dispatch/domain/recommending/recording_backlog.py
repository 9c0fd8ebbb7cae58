"""Inputs of a matching as JSON values and back: what its situations have in common stands once.

50 incidents × 60 units would be 3,000 views of units if each situation were recorded for itself.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from services.dispatch.domain.recommending.matching import Backlog
from services.dispatch.domain.recommending.recording import UnknownForm, as_inputs, from_inputs
from services.dispatch.domain.recommending.situation import Situation

BACKLOG_FORM = 1
"""Number of this form; raised when it changes its meaning. The situations carry the number of their own form."""
SHARED: Mapping[str, str] = {
    "clock": "now",
    "units": "units",
    "utilisation": "utilisation",
    "coverage": "coverage",
    "policy": "policy",
}
"""What the situations of a backlog usually have in common: its name in the record → its name in the situation."""
OWN = ("incident", "seconds", "unreachable")


def backlog_as_inputs(backlog: Backlog) -> dict[str, Any]:
    """JSON values only; `backlog_from_inputs` is its inverse.

    `shared` is the first situation's; each situation names only what differs from it, its `seconds` as a list in the
    order of the units, null where there is no time.
    """
    if not backlog.situations:
        return {"form": BACKLOG_FORM, "shared": {}, "situations": []}
    first = backlog.situations[0]
    shared = {name: value for name, value in as_inputs(first).items() if name not in OWN}
    return {"form": BACKLOG_FORM, "shared": shared, "situations": [_out(known, first) for known in backlog.situations]}


def backlog_from_inputs(inputs: Mapping[str, Any]) -> Backlog:
    """The inverse of `backlog_as_inputs`. Raises UnknownForm, and KeyError or ValueError where it is damaged."""
    if inputs.get("form") != BACKLOG_FORM:
        raise UnknownForm(f"a backlog has form {inputs.get('form')!r}, this version reads {BACKLOG_FORM}")
    return Backlog(tuple(_in(known, inputs["shared"]) for known in inputs["situations"]))


def _out(situation: Situation, first: Situation) -> dict[str, Any]:
    same = {name for name, field in SHARED.items() if getattr(situation, field) == getattr(first, field)}
    lean = replace(
        situation,
        units=() if "units" in same else situation.units,
        coverage=None if "coverage" in same else situation.coverage,
    )
    own = {name: value for name, value in as_inputs(lean).items() if name not in same and name != "form"}
    return own | {"seconds": [situation.seconds.get(unit.id) for unit in situation.units]}


def _in(known: Mapping[str, Any], shared: Mapping[str, Any]) -> Situation:
    whole = {**shared, **known}
    timed = zip(whole["units"], whole["seconds"], strict=True)
    return from_inputs(whole | {"seconds": {unit["id"]: each for unit, each in timed if each is not None}})
