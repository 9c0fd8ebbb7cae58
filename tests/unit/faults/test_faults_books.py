"""The books of tests/faults find what was lost, doubled, told twice or late: an observer that cannot fail is none."""

from __future__ import annotations

from datetime import UTC, datetime

from demo.ledger import Ledger, Sent, TabletEvent, Way
from tests.faults import books
from tests.faults.books import Held


def sos(name: str, *, sent_at: float = 10.0, acknowledged: bool = True) -> Sent:
    """An SOS of the app."""
    return Sent(Way.HTTP, f"sos:{name}", True, sent_at, "sos", sent_at + 0.1 if acknowledged else None, name)


def seen(unit: str, assignment: str, state: str, position: int, *, epoch: int = 1, slot: int = 0) -> TabletEvent:
    """A state of an assignment for the signal `s1`, seen at second 10 + position / 10."""
    return TabletEvent(
        position,
        f"m{position}",
        unit,
        assignment,
        epoch,
        "i1",
        "t1",
        slot,
        state,
        frozenset({"s1"}),
        10 + position / 10,
    )


def test_an_acknowledged_signal_without_outcome_is_lost() -> None:
    """L: acknowledged and nowhere; what nobody acknowledged cannot be lost."""
    ledger = Ledger(sent=[sos("s1"), sos("s2"), sos("s3", acknowledged=False)])
    held = Held(outcomes={"s1": "alarm"}, cards={"s1": "i1"})
    assert books.missing(ledger, held) == ["http sos:s2 sos s2: no outcome"]


def test_an_acknowledged_sos_without_a_card_is_lost() -> None:
    """L: an outcome alone helps nobody."""
    assert books.missing(Ledger(sent=[sos("s1")]), Held(outcomes={"s1": "alarm"})) == [
        "http sos:s1 sos s1: no incident"
    ]


def test_a_signal_in_kafka_without_outcome_is_lost() -> None:
    """L: what ingest acknowledged to the MQTT broker is on the topic."""
    assert books.missing(Ledger(), Held(on_topic={"s9"})) == ["signal s9 on the topic: no outcome"]


def test_a_panels_frame_is_found_by_its_time() -> None:
    """L: a DC-09 ACK names no signal."""
    at = datetime(2026, 11, 22, 22, 0, 5, tzinfo=UTC)
    ledger = Ledger(sent=[Sent(Way.DC09, "panel", False, 1.0, "supervision", 1.1, device_at=at)])
    held = Held(outcomes={"s1": "supervision"}, frames={("panel", "2026-11-22T22:00:05+00:00"): "s1"})
    assert books.missing(ledger, held) == []
    assert len(books.missing(ledger, Held())) == 1


def test_two_active_assignments_of_a_unit_are_doubled() -> None:
    """U: in the database's history as on the tablets."""
    held = Held(history=[seen("u1", "a1", "offered", 1), seen("u1", "a2", "offered", 2, epoch=2, slot=1)])
    assert len(books.doubled(Ledger(), held)) == 1


def test_two_units_on_a_slot_are_doubled() -> None:
    """U: a slot is one unit's."""
    held = Held(history=[seen("u1", "a1", "offered", 1), seen("u2", "a2", "offered", 2)])
    assert len(books.doubled(Ledger(), held)) == 1


def test_an_epoch_that_goes_back_is_found() -> None:
    """U: a process that slept decides nothing after one that did not."""
    history = [seen("u1", "a2", "offered", 1, epoch=2), seen("u1", "a1", "offered", 2, epoch=1)]
    assert books.epochs_in_order(history) == ["u1: epoch 1 after 2"]


def test_a_hand_over_told_twice_or_never_is_found() -> None:
    """E: one letter each."""
    held = Held(hand_overs={"h1": "completed", "h2": "sent"})
    assert books.effects(held, ["h1", "h1", ""], []) == ["hand-over h1: 2 letters", "hand-over h2 (sent): no letter"]


def test_an_sos_later_than_a_second_or_never_shown_is_late() -> None:
    """T: from the send to the first tablet, whichever door it came by; what was sent before the fault is not asked."""
    ledger = Ledger(sent=[sos("s1", sent_at=9.0), sos("s2"), sos("s0", sent_at=1.0)])
    ledger.show_tablet(seen("u1", "a1", "offered", 5))
    measured, late = books.waits(ledger, 5.0)
    assert [round(wait) for wait in measured] == [1500]
    assert late == [
        "sos:s1: 1500 ms (sent at +4.0 s, acknowledged after 100 ms, 0 attempt(s))",
        "sos:s2: never on a tablet",
    ]
