"""Every reason that a line of the log may carry has its words in both languages."""

import ast
from enum import StrEnum
from pathlib import Path

import pytest

from deploy.local.layout import REPOSITORY
from schemas.vocabulary.signals import Phase
from services.dispatch.actions.attaching import Kind
from services.dispatch.actions.partners import OrderStep, Reply
from services.dispatch.domain.access import Doubt
from services.dispatch.domain.assignment import Step
from services.dispatch.domain.duplicates import Likeness
from services.dispatch.domain.escalating import Trigger
from services.dispatch.domain.filling import Done
from services.dispatch.domain.joining import Joined
from services.dispatch.domain.merging import Merge
from services.dispatch.domain.recommending import Reason
from services.dispatch.domain.run_card import Ground
from services.dispatch.domain.welfare import Due, Sign
from services.dispatch.wording_of_reasons import REASONS, in_words
from services.notify.domain.reasons import NotifyReason

RECORDED = (
    *(Phase, Kind, OrderStep, Reply, Step, Likeness, Trigger, Done, Doubt, Joined, Merge, Reason, Ground, Due, Sign),
    NotifyReason,
)
WHY = {"record": 1, "start": 1, "engage": 3, "offer_units": 4, "close_task": 4, "stand_down": 2}
"""Functions that write a reason down → where it stands among their arguments."""


@pytest.mark.parametrize("words", RECORDED)
def test_each_recorded_reason_is_said_in_words(words: type[StrEnum]) -> None:
    """No operator, no auditor and no spreadsheet reads a bare identifier."""
    assert set(words) <= set(REASONS)


def test_each_reason_that_an_action_writes_out_is_said_in_words() -> None:
    """Also those that are no enum's, as the actions spell them."""
    written = {reason for path in sources() for reason in literals(ast.parse(path.read_text(encoding="utf-8")))}
    assert {"operator", "unacknowledged", "backup"} <= written
    assert written <= set(REASONS)


def test_a_reason_of_a_newer_version_is_shown_as_it_is() -> None:
    """While two versions run side by side a word may be unknown: its line is still readable."""
    assert in_words("some_new_reason").fr == "some new reason"


def sources() -> list[Path]:
    """The files that record."""
    dispatch = REPOSITORY / "services" / "dispatch"
    return [dispatch / "timers.py", *(dispatch / "actions").glob("*.py")]


def literals(tree: ast.AST) -> set[str]:
    """Reasons that are written out where they are recorded."""
    found = set()
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        place = WHY.get(getattr(call.func, "attr", getattr(call.func, "id", "")), 99)
        argument = call.args[place] if place < len(call.args) else None
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            found.add(argument.value)
    return found
