"""What screening says of its decisions: the rare one at once, a storm once in a while, and none forgotten."""

import pytest
from prometheus_client import REGISTRY
from structlog.typing import EventDict

from schemas.vocabulary.signals import Outcome, ScreeningReason
from services.triage.screening.tally import EVERY_S, Tally

CHATTER = (Outcome.FOLDED, ScreeningReason.CHATTER)
REFUSED = (Outcome.REFUSED, ScreeningReason.NO_LEGAL_BASIS)


class Told:
    """A tally, a clock that one sets, and what it has said since one last asked."""

    def __init__(self, lines: list[EventDict]) -> None:
        self.now, self.lines = 1000.0, lines
        self.tally = Tally(lambda: self.now)

    def said(self) -> list[tuple[str, str, int, str]]:
        """Outcome, reason, how many, and the last of them."""
        found = [(line["outcome"], line["reason"], line["count"], line["signal_id"]) for line in self.lines]
        self.lines.clear()
        return found


@pytest.fixture
def told(logged: list[EventDict]) -> Told:
    """One that has said nothing."""
    return Told(logged)


def test_the_first_is_said_at_once_and_the_next_ones_together_when_it_is_time(told: Told) -> None:
    """A line has how many since the last one of its kind, and the signal to look up."""
    told.tally.add({CHATTER: ["a"]})
    assert told.said() == [("folded", "chatter", 1, "a")]
    told.tally.add({CHATTER: ["b", "c"]})
    told.now += EVERY_S / 2
    told.tally.add({CHATTER: ["d"]})
    assert told.said() == []
    told.now += EVERY_S / 2
    told.tally.add({CHATTER: ["e"]})
    assert told.said() == [("folded", "chatter", 4, "e")]


def test_a_rare_reason_does_not_wait_behind_a_storm_of_another(told: Told) -> None:
    """Each outcome and reason has a line of its own."""
    told.tally.add({CHATTER: ["a"]})
    told.said()
    told.tally.add({CHATTER: ["b"] * 1000, REFUSED: ["c"]})
    assert told.said() == [("refused", "no_legal_basis", 1, "c")]


def test_what_waits_is_said_with_whatever_comes_next_or_at_the_end(told: Told) -> None:
    """A storm's last ones need no further storm to be told."""
    told.tally.add({CHATTER: ["a"]})
    told.tally.add({CHATTER: ["b", "c"]})
    told.said()
    told.now += EVERY_S
    told.tally.add({REFUSED: ["d"]})
    assert sorted(told.said()) == [("folded", "chatter", 2, "c"), ("refused", "no_legal_basis", 1, "d")]
    told.tally.add({REFUSED: ["e"]})
    told.tally.close()
    assert told.said() == [("refused", "no_legal_basis", 1, "e")]


def test_the_metric_counts_each_signal_at_once_with_the_same_words(told: Told) -> None:
    """Whatever is said or not yet."""
    labels = {"outcome": "refused", "reason": "no_legal_basis"}
    before = REGISTRY.get_sample_value("vigie_screening_outcomes_total", labels) or 0.0
    told.tally.add({REFUSED: ["a", "b"]})
    told.tally.add({REFUSED: ["c"]})
    assert REGISTRY.get_sample_value("vigie_screening_outcomes_total", labels) == before + 3
