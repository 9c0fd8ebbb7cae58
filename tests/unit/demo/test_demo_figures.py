"""The figures that the demo gives, from what its clients saw."""

from datetime import UTC, datetime

import pytest

from demo.__main__ import verdict
from demo.ledger import Ledger, Way
from demo.measure.doubles import double_assignments
from demo.measure.latency import alarm_to_tablet, first_assignment_s, percentiles
from demo.measure.losses import acknowledge_cameras, lost, unknown_ids
from demo.measure.summary import summarise
from demo.story.evening import evening
from demo.story.scene import Mark
from tests.unit.demo.events import incident, sent, tablet

KEYS = [
    "signals_sent",
    "signals_acknowledged",
    "signals_lost",
    "incidents",
    "assignments",
    "double_assignments",
    "alarms_measured",
    "alarms_without_unit",
    "work_orders",
    "alarm_to_tablet_ms",
]


def test_a_unit_with_two_active_assignments_is_found() -> None:
    """The second offer before the end of the first is a double assignment, named once."""
    events = [
        tablet(1, "u1", "a", "offered"),
        tablet(2, "u1", "b", "offered", task_id="t2"),
        tablet(3, "u1", "a", "cleared"),
    ]
    assert double_assignments(events) == ["unit u1: a, b"]


def test_a_slot_with_two_units_is_found() -> None:
    """Two units on one slot of one task are a double assignment."""
    events = [tablet(1, "u1", "a", "accepted"), tablet(2, "u2", "b", "offered")]
    assert double_assignments(events) == ["task t, slot 0: a, b"]


def test_one_after_the_other_is_no_double_whatever_the_order_of_arrival() -> None:
    """Stream positions decide, not the order in which tablets heard of it."""
    events = [tablet(5, "u2", "b", "offered"), tablet(1, "u1", "a", "offered"), tablet(4, "u1", "a", "expired")]
    assert double_assignments(events) == []


def test_what_one_transaction_takes_and_gives_counts_together() -> None:
    """The new offer may stand before the old one's end within one transaction."""
    events = [
        tablet(1, "u1", "a", "offered"),
        tablet(2, "u2", "b", "offered", moment="same"),
        tablet(3, "u1", "a", "expired", moment="same"),
    ]
    assert double_assignments(events) == []


@pytest.fixture
def ledger() -> Ledger:
    """One urgent signal, sent at 1.0, whose tablet rang at 1.2."""
    book = Ledger()
    book.sent.append(sent("s1", 1.0))
    book.show_incident(incident("i"), ["opened", "unit_offered"], 1.1)
    book.show_tablet(tablet(1, "u1", "a", "offered", signal_ids=frozenset({"s1"}), received_at=1.2))
    return book


def test_latency_runs_from_the_first_send_to_the_first_tablet(ledger: Ledger) -> None:
    """A second tablet of the same incident does not change it."""
    ledger.show_tablet(tablet(2, "u2", "b", "offered", slot=1, signal_ids=frozenset({"s1"}), received_at=1.9))
    assert alarm_to_tablet(ledger).measured_ms == pytest.approx([200.0])


def test_an_alarm_that_joins_an_engaged_incident_is_not_measured(ledger: Ledger) -> None:
    """Thirty detectors in one school engage once: the later ones rightly ring no tablet."""
    ledger.sent.append(sent("s2", 5.0))
    ledger.show_tablet(tablet(3, "u1", "a", "accepted", signal_ids=frozenset({"s1", "s2"}), received_at=5.1))
    latency = alarm_to_tablet(ledger)
    assert (len(latency.measured_ms), latency.joined) == (1, 1)


def test_an_alarm_that_had_to_wait_for_a_unit_is_counted_apart(ledger: Ledger) -> None:
    """Waiting for a free unit is not the system's latency, but it is not hidden either."""
    ledger.incident_events["i"] = ["opened", "task_waiting", "unit_offered"]
    latency = alarm_to_tablet(ledger)
    assert (latency.measured_ms, latency.without_unit) == ([], 1)


def test_an_alarm_that_reached_no_tablet_is_counted(ledger: Ledger) -> None:
    """It is found by its door, since no tablet names it."""
    ledger.sent.append(sent("s9", 2.0))
    ledger.show_incident(incident("j"), ["opened", "task_waiting"], 2.1)
    ledger.signal_cards["s9"] = {"incident_id": "j", "outcome": "alarm"}
    assert alarm_to_tablet(ledger).without_unit == 1


@pytest.mark.parametrize(
    "changes", [{"urgent": False}, {"repeat": True}, {"acknowledged_at": None}], ids=["routine", "repeat", "unheard"]
)
def test_only_urgent_acknowledged_first_signals_are_measured(ledger: Ledger, changes: dict) -> None:
    """What needs no tablet has no latency."""
    ledger.sent[:] = [sent("s1", 1.0, **changes)]
    assert alarm_to_tablet(ledger).measured_ms == []


def test_the_way_from_the_start_to_the_first_assignment() -> None:
    """By the stack's own start and the first offer; unknown where nothing was offered."""
    book = Ledger()
    assert first_assignment_s(book, "2026-03-01T12:00:00Z") is None
    book.show_tablet(tablet(1, "u1", "a", "offered", moment="2026-03-01T12:00:18.500000+00:00"))
    assert first_assignment_s(book, "2026-03-01T12:00:00Z") == pytest.approx(18.5)


def test_percentiles_are_nearest_rank() -> None:
    """p99 of 100 values is the 99th; nothing measured gives null, never zero."""
    assert percentiles([float(n) for n in range(1, 101)]) == {"p50": 50.0, "p95": 95.0, "p99": 99.0, "max": 100.0}
    assert percentiles([]) == {"p50": None, "p95": None, "p99": None, "max": None}


def test_acknowledged_without_an_outcome_is_lost() -> None:
    """And not lost: what nobody acknowledged, and what has an outcome, from the list or from its own door."""
    book = Ledger()
    book.sent += [sent("gone"), sent("heard"), sent("asked"), sent(None, acknowledged_at=None)]
    book.learn({"signal_id": "heard", "device": "d"})
    book.signal_cards["asked"] = {"outcome": "alarm", "incident_id": None}
    assert [one.signal_id for one in lost(book)] == ["gone"]
    assert unknown_ids(book) == ["gone"]


def test_an_incident_without_an_outcome_is_not_an_end() -> None:
    """The urgent lane shows a signal early; its one recorded outcome must still come."""
    book = Ledger()
    book.sent.append(sent("s"))
    book.signal_cards["s"] = {"outcome": None, "incident_id": "i"}
    assert len(lost(book)) == 1


def test_a_frame_is_found_again_by_panel_and_time() -> None:
    """A panel's ACK names no signal; another second or panel is another frame."""
    book = Ledger()
    at = datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC)
    book.sent.append(sent(None, way=Way.DC09, device="panel", device_at=at))
    book.learn({"signal_id": "x", "device": "other", "device_at": "2026-03-01T12:00:05Z"})
    book.learn({"signal_id": "y", "device": "panel", "device_at": "2026-03-01T12:00:06Z"})
    assert len(lost(book)) == 1
    book.learn({"signal_id": "z", "device": "panel", "device_at": "2026-03-01T12:00:05Z"})
    assert lost(book) == []


def test_a_cameras_event_counts_as_acknowledged_once_it_is_recorded() -> None:
    """Its PUBACK is the broker's, so it proves nothing about us."""
    book = Ledger()
    book.sent += [
        sent(None, way=Way.MQTT, subject="seen", acknowledged_at=None),
        sent(None, way=Way.MQTT, subject="dropped", acknowledged_at=None),
    ]
    book.learn({"signal_id": "x", "device": "cam", "subject": "seen"})
    acknowledge_cameras(book)
    assert [one.acknowledged_at is not None for one in book.sent] == [True, False]
    assert lost(book) == []


def test_the_summary_has_exactly_the_agreed_keys_and_counts_this_run_only(ledger: Ledger) -> None:
    """Incidents of an earlier evening are not counted."""
    ledger.show_incident(incident("old", opened_at="2026-02-01T12:00:00+00:00"), [], 0.0)
    summary = summarise(ledger, "2026-03-01T11:00:00+00:00")
    assert list(summary) == KEYS
    assert (summary["incidents"], summary["assignments"], summary["alarms_measured"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("change", "mark", "code"),
    [
        ({}, Mark.AS_EXPECTED, 0),
        ({}, Mark.FAILED, 1),
        ({"signals_lost": 1}, Mark.AS_EXPECTED, 1),
        ({"double_assignments": 1}, Mark.AS_EXPECTED, 1),
        ({}, Mark.WAITING, 0),
    ],
)
def test_the_exit_code_is_not_zero_if_anything_went_wrong(change: dict, mark: Mark, code: int) -> None:
    """Lost, doubled, or a scene that failed."""
    scenes = evening()
    scenes[0].mark = mark
    assert verdict(scenes, {"signals_lost": 0, "double_assignments": 0} | change) == code


def test_a_lagging_door_does_not_turn_an_incident_back() -> None:
    """Of two doors' views the newer version stays."""
    book = Ledger()
    book.show_incident(incident("i", version=5, state="resolved"), [], 1.0)
    book.show_incident(incident("i", version=4, state="open"), [], 2.0)
    assert book.incidents["i"]["state"] == "resolved"
