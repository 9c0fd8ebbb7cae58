"""Which level is next, when it comes by itself, and when its time has passed in vain."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.dispatching import AssignmentState, IncidentState, ResponderKind
from schemas.vocabulary.natures import Nature
from services.dispatch.domain.assignment import Assignment
from services.dispatch.domain.escalating import Standing, due_at, judge, next_level
from services.dispatch.domain.run_card import Card, Level, Need
from tests.unit.dispatch.builders import NOON, assignment, card, incident

MORE = (Need(ResponderKind.PATROL),)


def levels(*after: int | None) -> Card:
    """A card with a level for each of these numbers of seconds."""
    known = tuple(Level(f"niveau {n}", f"level {n}", MORE, s) for n, s in enumerate(after, start=1))
    return card("c", Nature.FIRE, levels=known)


def after(seconds: float) -> datetime:
    """Noon and so many seconds."""
    return NOON + timedelta(seconds=seconds)


def test_levels_follow_each_other() -> None:
    """From none to the last, and then no further; without a card or levels there is none."""
    known = levels(60, None)
    assert [level.name_en if (level := next_level(known, n)) else None for n in range(4)] == [
        "level 1",
        "level 2",
        None,
        None,
    ]
    assert next_level(None, 0) is next_level(card("c", Nature.FIRE), 0) is None


@pytest.mark.parametrize(
    ("reached", "now_s", "due_s"),
    [
        (0, 0, 300),
        (0, 400, 700),  # engaged late: the whole time from then
        (1, 300, 600),
        (1, 10, 600),  # ordered early: the next as written
        (1, 900, 1200),  # came late: the next not at once
        (2, 600, None),  # by order only
        (3, 600, 1800),
        (4, 600, None),
    ],
)
def test_when_the_next_level_is_due(reached: int, now_s: int, due_s: int | None) -> None:
    """From opening, but never sooner after the level before than the card puts between them."""
    found = due_at(levels(300, 600, None, 1200), reached, NOON, NOON + timedelta(seconds=now_s))
    assert found == (after(due_s) if due_s is not None else None)


@given(st.lists(st.integers(30, 3600), min_size=1, max_size=5), st.integers(0, 10_000))
def test_levels_never_come_at_once(seconds: list[int], now_s: int) -> None:
    """Followed level by level from any moment, each is due no sooner than its gap after the one before."""
    ordered = sorted(set(seconds))
    known, now, before = levels(*ordered), NOON + timedelta(seconds=now_s), 0
    for reached, wanted in enumerate(ordered):
        due = due_at(known, reached, NOON, now)
        assert due is not None
        assert due - now >= timedelta(seconds=wanted - before)
        assert due >= after(wanted)
        now, before = due, wanted


@pytest.mark.parametrize(
    ("changes", "states", "expected"),
    [
        ({}, [], Standing.DUE),
        ({}, [AssignmentState.EN_ROUTE, AssignmentState.CLEARED], Standing.DUE),
        ({}, [AssignmentState.EN_ROUTE, AssignmentState.ON_SCENE], Standing.SOMEBODY_ON_SCENE),
        ({"escalate_at": NOON + timedelta(seconds=1)}, [], Standing.NOT_YET),
        ({"escalate_at": None}, [], Standing.NOT_YET),
        ({"escalation": 1}, [], Standing.NO_FURTHER_LEVEL),
        ({"state": IncidentState.MERGED}, [], Standing.ENDED),
        ({"state": IncidentState.RESOLVED}, [AssignmentState.ON_SCENE], Standing.ENDED),
    ],
)
def test_what_becomes_of_a_level_whose_time_has_come(
    changes: dict[str, Any], states: list[AssignmentState], expected: Standing
) -> None:
    """It is added only while the incident is unfinished, a level is left, and nobody is on scene."""
    known = incident(**{"escalate_at": NOON, **changes})
    there: list[Assignment] = [assignment(state) for state in states]
    assert judge(known, levels(60), there, NOON) is expected
