"""Health of a process, and the limit past which dead letters degrade it."""

from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from services.chassis.dead_letter import DeadLetters
from services.chassis.health import Health, State
from services.chassis.operations import answer
from services.chassis.producer import Headers, Producer


class DrivenClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """The driven time."""
        return self.time


class KeepingProducer:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes | None, bytes | None]] = []

    def send(self, topic: str, key: bytes | None, value: bytes | None, headers: Headers) -> "Future[None]":
        """Acknowledged at once."""
        self.sent.append((topic, key, value))
        done: Future[None] = Future()
        done.set_result(None)
        return done


@pytest.fixture
def clock() -> DrivenClock:
    """Noon."""
    return DrivenClock()


def test_past_the_limit_health_is_degraded_but_ready_and_nothing_is_refused(clock: DrivenClock) -> None:
    """Rule 13: the sixth letter a minute shows degraded; all six are sent; a minute later it has passed by itself."""
    health, producer = Health("test"), KeepingProducer()
    letters = DeadLetters(cast(Producer, producer), health, clock, limit_per_minute=5)
    for number in range(6):
        assert health.report()["status"] == "ready", number
        letters.put("t.dead", b"k", b"v", [], reason="test").result(0)
    assert health.report()["checks"]["dead_letters"]["state"] == "degraded"
    assert health.ready
    assert len(producer.sent) == 6
    clock.time += timedelta(seconds=61)
    assert health.report()["status"] == "ready"


def test_letters_spread_over_time_degrade_nothing(clock: DrivenClock) -> None:
    """Five a minute for an hour stay below a limit of five."""
    health = Health("test")
    letters = DeadLetters(cast(Producer, KeepingProducer()), health, clock, limit_per_minute=5)
    for _ in range(300):
        letters.put("t.dead", None, b"v", [], reason="test")
        clock.time += timedelta(seconds=13)
        assert not health.degraded


@pytest.mark.parametrize(
    ("states", "status", "code"),
    [
        ([], "ready", 200),
        ([State.READY, State.DEGRADED], "degraded", 200),
        ([State.DEGRADED, State.WAITING], "waiting", 503),
        ([State.READY], "ready", 200),
    ],
)
def test_what_probes_see(states: list[State], status: str, code: int) -> None:
    """Waiting keeps the process out of rotation; degraded does not."""
    health = Health("test")
    for number, state in enumerate(states):
        health.set(f"check-{number}", state, "why")
    assert health.report()["status"] == status
    assert answer("/health/ready", health)[0] == code
    assert answer("/health/live", health)[0] == 200


def test_metrics_show_a_degraded_check_without_being_told_again(clock: DrivenClock) -> None:
    """The gauge is as of the moment of asking."""
    health = Health("test")
    letters = DeadLetters(cast(Producer, KeepingProducer()), health, clock, limit_per_minute=1)
    for _ in range(2):
        letters.put("t.dead", None, b"v", [], reason="test")
    assert 'vigie_degraded{check="dead_letters"} 1.0' in answer("/metrics", health)[2].decode()
    clock.time += timedelta(minutes=2)
    assert 'vigie_degraded{check="dead_letters"} 0.0' in answer("/metrics", health)[2].decode()
    assert answer("/else", health)[0] == 404
