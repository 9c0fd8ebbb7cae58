"""What a crash may do to a notification: delay it, never lose it, never settle it twice."""

import os
import signal
import threading
from pathlib import Path

import psycopg
import pytest

from schemas.vocabulary.dispatching import NotifyOutcome
from tests.flow.notify_world import NotifyWorld, agency, settled
from tests.unit.notify.receiver import Received, receiver

KILL_CONNECTIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'vigie-notify'
"""


@pytest.fixture
def world(kafka: str, postgres: str, tmp_path: Path) -> NotifyWorld:
    """A centre of its own, with an empty sent log."""
    return NotifyWorld(kafka, postgres, tmp_path)


def test_killed_while_sending_it_sends_again_under_the_same_key(world: NotifyWorld) -> None:
    """kill -9 between the partner's receipt and our record: one more POST with the same X-Vigie-Id, one outcome."""
    release = threading.Event()

    def answer(received: Received) -> int:
        if not release.is_set():
            release.wait(20)
        return 204

    with receiver(answer) as partner:
        world.apply(agency("sdis", partner.address))
        with world.notify() as process:
            world.hand_over("sdis")
            partner.wait(lambda received: len(received) == 1)
            os.kill(process.pid, signal.SIGKILL)
            process.wait(10)
        release.set()
        with world.notify():
            reports = world.reports(settled)
        first, again = partner.received
    assert first.key == again.key == reports[0].key
    assert first.json == again.json
    assert [report.outcome for report in reports] == [NotifyOutcome.SENT]


def test_killed_before_anything_was_read_it_tells_after_the_restart(world: NotifyWorld) -> None:
    """Events that came while notify was away are told once it is back."""
    with receiver() as partner:
        world.apply(agency("sdis", partner.address))
        with world.notify() as process:
            os.kill(process.pid, signal.SIGKILL)
            process.wait(10)
        for _ in range(20):
            world.hand_over("sdis")
        with world.notify():
            reports = world.reports(lambda found: len(found) == 20)
        keys = [received.key for received in partner.received]
    assert len(keys) == len(set(keys)) == 20
    assert {report.outcome for report in reports} == {NotifyOutcome.SENT}


def test_it_outlives_a_postgresql_that_throws_it_out(world: NotifyWorld) -> None:
    """All its connections are cut in the middle of the work: everything is told and nothing twice."""
    with receiver() as partner:
        world.apply(agency("sdis", partner.address))
        with world.notify() as process:
            for number in range(30):
                world.hand_over("sdis")
                if number % 10 == 5:
                    with psycopg.connect(world.database_url, autocommit=True) as connection:
                        connection.execute(KILL_CONNECTIONS)
            reports = world.reports(lambda found: len(found) == 30)
            assert process.poll() is None
        keys = {received.key for received in partner.received}
    assert keys == {report.key for report in reports}
    assert {report.outcome for report in reports} == {NotifyOutcome.SENT}
