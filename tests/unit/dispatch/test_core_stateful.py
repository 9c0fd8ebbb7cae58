"""The core by itself: nobody bound twice, no task forgotten, every incident ends, an offer runs out once."""

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.unit.dispatch.stateful.machine import Core

BOUNDED = settings(max_examples=250, stateful_step_count=40, derandomize=True, database=None, deadline=None)


def test_whatever_happens_the_core_keeps_its_promises() -> None:
    """Alarms, taps, repeats, crashes, orders and time in any order, over pure functions only."""
    run_state_machine_as_test(Core, settings=BOUNDED)
