"""Promise 2 as the tablets saw it: a unit never has two active assignments, a task slot never two units."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import groupby

from demo.ledger import TabletEvent

ACTIVE = frozenset({"offered", "accepted", "en_route", "on_scene"})


def double_assignments(events: Iterable[TabletEvent]) -> list[str]:
    """A sentence for each unit or slot that was bound twice at one time; empty is good.

    Events are replayed in stream order, which is commit order; those of one transaction count together, since
    within it a slot may be taken from one unit and given to the next in any order.
    """
    ordered = sorted(events, key=lambda event: (event.position, event.assignment_id))
    active: dict[str, TabletEvent] = {}
    found: dict[str, None] = {}
    for _, together in groupby(ordered, key=lambda event: event.moment):
        for event in together:
            if event.state in ACTIVE:
                active[event.assignment_id] = event
            else:
                active.pop(event.assignment_id, None)
        for sentence in _twice(active.values()):
            found[sentence] = None
    return list(found)


def _twice(active: Iterable[TabletEvent]) -> list[str]:
    units: dict[str, set[str]] = defaultdict(set)
    slots: dict[tuple[str, int], set[str]] = defaultdict(set)
    for event in active:
        units[event.unit].add(event.assignment_id)
        slots[event.task_id, event.slot].add(event.assignment_id)
    found = {f"unit {unit}": ids for unit, ids in units.items()}
    found |= {f"task {task}, slot {slot}": ids for (task, slot), ids in slots.items()}
    return [f"{what}: {', '.join(sorted(ids))}" for what, ids in found.items() if len(ids) > 1]
