"""Correlation on a real broker: killed, wiped, damaged, and still every alarm has its one situation."""

import base64
import random
import shutil
import time
import uuid
from pathlib import Path

import pytest
from confluent_kafka import Message
from confluent_kafka.admin import AdminClient

from schemas.codec import decode
from schemas.messages.dead import DeadLetter
from schemas.messages.signal import Alarm, Situation
from schemas.vocabulary.natures import Nature
from schemas.wire import Position
from services.triage.correlation.domain.correlator import Correlator
from services.triage.correlation.domain.reach import Reach
from services.triage.correlation.messages import seen, to_situation
from tests.flow.triage_world import TriageWorld, by_id, headers_of
from tests.unit.triage.builders import wire_alarm

CHANGELOG = "triage-correlation-answers-changelog"


@pytest.fixture
def world(kafka: str, tmp_path: Path) -> TriageWorld:
    """A world with an empty state folder."""
    return TriageWorld(kafka, tmp_path)


def many_alarms(run: str, count: int, start: int = 0) -> list[Alarm]:
    """Alarms of forty devices in six sectors, some near each other, one a second."""
    dice = random.Random(f"{run}/{start}")
    natures = [
        Nature.INTRUSION,
        Nature.CROWD,
        Nature.KIOSK_SOS,
        Nature.FIRE,
        Nature.ACCESS_CALL,
        Nature.PERSON_DETECTED,
    ]
    alarms = []
    for number in range(start, start + count):
        place = Position(lat=49.1 + dice.randrange(12) / 2000, lon=6.17 + dice.randrange(3) / 1000, accuracy_m=5)
        alarms.append(
            wire_alarm(
                number,
                signal_id=f"{run}-{number}",
                sector=f"{run}-{dice.randrange(6)}",
                device=f"{run}-device-{dice.randrange(40)}",
                nature=dice.choice(natures),
                position=place,
            )
        )
    return alarms


def expected(world: TriageWorld, run: str) -> dict[str, bytes]:
    """What an undisturbed correlation would say, by event id: the pure rules over each partition in its order."""
    correlators: dict[int, Correlator] = {}
    said: dict[str, bytes] = {}
    for record in world.read("alarms"):
        alarm = decode(record.value(), headers_of(record), (Alarm,))
        correlator = correlators.setdefault(record.partition() or 0, Correlator(Reach()))
        if not alarm.alarm_id.startswith(run) or f"{alarm.alarm_id}" in said:
            continue
        answer = correlator.answer(seen(alarm))
        situation = to_situation(alarm, answer, correlator.take(answer).members)
        said[alarm.alarm_id] = situation.model_dump_json().encode()
    return said


def said_about(world: TriageWorld, run: str, count: int) -> dict[str, list[bytes]]:
    """All situation records of this run by alarm id, once `count` alarms have one."""

    def about(records: list[Message]) -> dict[str, list[bytes]]:
        found: dict[str, list[bytes]] = {}
        for name, copies in by_id(records, "").items():
            alarm_id = name.partition(":")[2]
            if alarm_id.startswith(run):
                found.setdefault(alarm_id, []).extend(copy.value() or b"" for copy in copies)
        return found

    return about(world.read("situations", lambda records: len(about(records)) >= count))


def assert_each_said_once(world: TriageWorld, run: str, count: int) -> None:
    """No alarm without a situation, no alarm with two different ones, each as an undisturbed run would say it."""
    said = said_about(world, run, count)
    wanted = expected(world, run)
    assert len(wanted) == count
    assert said.keys() == wanted.keys()
    wrong = {alarm: set(values) for alarm, values in said.items() if set(values) != {wanted[alarm]}}
    assert not wrong, f"{len(wrong)} of {count}: {next(iter(wrong.items()))} instead of {wanted[next(iter(wrong))]!r}"


def test_killed_twice_in_mid_stream_nothing_is_missing_and_every_situation_is_the_same(world: TriageWorld) -> None:
    """Two kill -9 under load lose no alarm and change no situation."""
    run, count = f"kill-{uuid.uuid4().hex[:8]}", 6000
    alarms = many_alarms(run, count)
    first = world.start("correlation")
    first.until_ready()
    world.send("alarms", alarms[:3000])
    said_about(world, run, 300)
    first.kill()
    second = world.start("correlation")
    world.send("alarms", alarms[3000:])
    said_about(world, run, 2000)
    second.kill()
    with world.process("correlation") as third:
        assert_each_said_once(world, run, count)
        assert third.terminate() == 0


def test_a_wiped_state_is_rebuilt_from_the_changelog_and_said(world: TriageWorld) -> None:
    """With the state folder gone, alarms still join the situations of before, and the log says what happened."""
    run = f"wipe-{uuid.uuid4().hex[:8]}"
    with world.process("correlation") as before:
        world.send("alarms", many_alarms(run, 400))
        said_about(world, run, 400)
        assert before.terminate() == 0
    shutil.rmtree(world.folder / "state")
    with world.process("correlation") as after:
        assert after.until_logged("state_missing_rebuilding_from_changelog")
        assert after.until_logged("table_ready")["count"] >= 400
        world.send("alarms", many_alarms(run, 200, start=400))
        assert_each_said_once(world, run, 600)


def test_a_damaged_state_is_rebuilt_from_the_changelog_and_said(world: TriageWorld) -> None:
    """A database with overwritten files does not stop the worker and changes no situation."""
    run = f"damage-{uuid.uuid4().hex[:8]}"
    with world.process("correlation") as before:
        world.send("alarms", many_alarms(run, 400))
        said_about(world, run, 400)
        before.kill()
    damaged = 0
    for file in (world.folder / "state").rglob("*.db/*"):
        if file.name.startswith("MANIFEST") or file.suffix in {".sst", ".log"}:
            file.write_bytes(b"\x00damaged" * max(1, file.stat().st_size // 8))
            damaged += 1
    assert damaged
    with world.process("correlation") as after:
        assert after.until_logged("state_damaged_rebuilding_from_changelog")
        world.send("alarms", many_alarms(run, 200, start=400))
        assert_each_said_once(world, run, 600)


def delete_changelog(world: TriageWorld) -> None:
    """The topic is gone."""
    admin = AdminClient({"bootstrap.servers": world.kafka})
    admin.delete_topics([CHANGELOG])[CHANGELOG].result(20)
    deadline = time.monotonic() + 30
    while CHANGELOG in admin.list_topics(timeout=10).topics:
        assert time.monotonic() < deadline, "the changelog was not deleted"
        time.sleep(0.1)


def test_a_changelog_that_vanished_is_made_again_and_said(world: TriageWorld) -> None:
    """Deleted while the worker was away: made anew from the local answers, so that even the folder may go after it."""
    run = f"gone-{uuid.uuid4().hex[:8]}"
    with world.process("correlation") as before:
        world.send("alarms", many_alarms(run, 300))
        said_about(world, run, 300)
        assert before.terminate() == 0
    delete_changelog(world)
    with world.process("correlation") as again:
        assert again.until_logged("changelog_missing_made_again")["topic"] == CHANGELOG
        assert again.until_logged("changelog_lost_records_written_back")["count"] > 0
        assert again.terminate() == 0
    shutil.rmtree(world.folder / "state")
    with world.process("correlation") as after:
        assert after.until_logged("table_ready")["count"] >= 300
        world.send("alarms", many_alarms(run, 100, start=300))
        assert_each_said_once(world, run, 400)


def test_a_changelog_that_vanishes_under_a_running_worker_ends_it_loudly(world: TriageWorld) -> None:
    """Deleted in mid-work: the process ends with an error, and its next start mends it; nothing is lost."""
    run = f"under-{uuid.uuid4().hex[:8]}"
    with world.process("correlation") as before:
        world.send("alarms", many_alarms(run, 200))
        said_about(world, run, 200)
        delete_changelog(world)
        world.send("alarms", many_alarms(run, 100, start=200))
        assert before.process.wait(90) != 0
        assert any(line["level"] == "error" for line in before.events())
    with world.process("correlation") as after:
        assert after.until_logged("changelog_missing_made_again")
        assert_each_said_once(world, run, 300)


def test_an_alarm_read_again_gets_the_same_answer(world: TriageWorld) -> None:
    """Screening may write an alarm twice: the situation says the same words again and does not grow."""
    run = f"again-{uuid.uuid4().hex[:8]}"
    alarms = many_alarms(run, 120)
    with world.process("correlation"):
        world.send("alarms", alarms)
        said_about(world, run, 120)
        world.send("alarms", [*alarms, *many_alarms(run, 1, start=120)])
        assert_each_said_once(world, run, 121)
        copies = said_about(world, run, 121)
        assert all(len(copies[alarm.alarm_id]) >= 2 for alarm in alarms)


def test_an_unreadable_alarm_is_kept_whole_and_reading_goes_on(world: TriageWorld) -> None:
    """Garbage and a tombstone become dead letters with their bytes; the alarm behind them is answered."""
    run = f"dead-{uuid.uuid4().hex[:8]}"
    good = wire_alarm(signal_id=f"{run}-good", sector=run)
    with world.process("correlation") as worker:
        world.send_raw("alarms", [(run.encode(), b"\xffnot json", []), (run.encode(), None, [])])
        world.send("alarms", [good])
        (words,) = said_about(world, run, 1)[good.alarm_id]
        assert Situation.model_validate_json(words).total == 1
        letters = [DeadLetter.model_validate_json(r.value() or b"") for r in world.read("alarms.dead")]
        kept = [letter for letter in letters if letter.raw_key == base64.b64encode(run.encode()).decode()]
        assert sorted(base64.b64decode(letter.raw) for letter in kept) == [b"", b"\xffnot json"]
        assert 'vigie_dead_letters_total{topic="alarms.dead"} 2.0' in worker.get("/metrics")[1]
