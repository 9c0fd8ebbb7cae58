"""Cards looked at again raise, start or add, and never take anything back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.dispatching import Engagement, ResponderKind, TaskState
from schemas.vocabulary.natures import Nature, Priority
from services.dispatch.domain.adding import Addition, missing, on_top
from services.dispatch.domain.reviewing import Review, review
from services.dispatch.domain.run_card import Ground, Need, Plan
from services.dispatch.domain.task import Task
from tests.unit.dispatch.builders import card, incident

PATROL, POLICE = ResponderKind.PATROL, ResponderKind.NATIONAL_POLICE


def task(kind: ResponderKind = PATROL, state: TaskState = TaskState.ENGAGED, **more: Any) -> Task:
    """An engaged task for one patrol."""
    return Task(f"t-{kind}", "i1", kind, state, **more)


@pytest.mark.parametrize(
    ("priority", "automatic", "waits", "held", "needs", "expected"),
    [
        (Priority.P1, False, True, True, 1, Review.RAISES),
        (Priority.P1, True, False, False, 1, Review.RAISES),
        (Priority.P2, True, True, False, 1, Review.STARTS),
        (Priority.P2, True, True, True, 1, Review.NOTHING),
        (Priority.P2, True, True, True, 2, Review.ADDS),
        (Priority.P2, True, False, False, 2, Review.ADDS),
        (Priority.P2, False, True, False, 2, Review.ADDS),
        (Priority.P2, True, False, False, 1, Review.NOTHING),
        (Priority.P3, True, True, False, 2, Review.ADDS),
    ],
)
def test_what_another_look_does(
    priority: Priority, automatic: bool, waits: bool, held: bool, needs: int, expected: Review
) -> None:
    """A P2 incident with one patrol, by the card's priority and patrols, its engagement, and a silence."""
    engagement = Engagement.OPERATOR_CONFIRMED if waits else Engagement.AUTOMATIC
    known = incident(nature=Nature.INTRUSION, priority=Priority.P2, engagement=engagement)
    found = card("c", Nature.INTRUSION, priority=priority, needs=(Need(PATROL, needs),))
    decided = Plan(found, automatic, Ground.CARD_AUTOMATIC)
    assert review(known, [task()], decided, held) is expected


def test_missing_is_a_kind_without_a_task_or_more_units() -> None:
    """A kind that nobody was asked for, and more patrols than are asked; what has ended is not begun again."""
    needs = (Need(PATROL, 2), Need(POLICE, agency="police"))
    one = task()
    assert missing([one], needs) == [Addition(needs[0], one, 2), Addition(needs[1], None, 1)]
    assert missing([task(slots=2), task(POLICE)], needs) == []
    assert missing([task(state=TaskState.DONE), task(POLICE, TaskState.CANCELLED)], needs) == []


def test_a_level_comes_on_top() -> None:
    """More slots for the same patrols, also of an ended task; other patrols and partners get tasks of their own."""
    patrols, dogs, police = Need(PATROL, 2), Need(PATROL, capabilities=frozenset({"dog"})), Need(POLICE, agency="p")
    for state in TaskState:
        held = task(state=state)
        assert on_top([held], [patrols]) == [Addition(patrols, held, 3)]
    assert on_top([task()], [dogs]) == [Addition(dogs, None, 1)]
    assert on_top([task(POLICE, agency="p")], [police]) == [Addition(police, None, 1)]
    waiting = task(POLICE, TaskState.PENDING, agency="p")
    assert on_top([waiting], [police]) == [Addition(police, waiting, 1)]
    assert on_top([task(POLICE, agency="other")], [police]) == [Addition(police, None, 1)]


NEEDS = st.lists(st.builds(Need, st.sampled_from(ResponderKind), st.integers(1, 4)), max_size=6)


@given(NEEDS, st.integers(1, 4))
def test_nothing_is_missing_once_it_was_added(needs: list[Need], slots: int) -> None:
    """Each kind ends with one task and the most units that a line asks for; the same card again adds nothing."""
    held = {PATROL: task(slots=slots)}
    for addition in missing(held.values(), needs):
        kind = addition.need.kind
        assert addition.task is held.get(kind)
        held[kind] = task(kind, slots=addition.slots)
    for need in needs:
        assert held[need.kind].slots >= need.count
    assert held[PATROL].slots == max([slots, *(need.count for need in needs if need.kind is PATROL)])
    assert missing(held.values(), needs) == []
