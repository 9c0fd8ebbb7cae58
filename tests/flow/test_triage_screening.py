"""Screening on a real broker: every signal ends once, with the outcome that an undisturbed run would give it."""

import random
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Message

from schemas.codec import decode, header
from schemas.messages.dispatching import SilenceChanged
from schemas.messages.signal import Alarm, Signal, SignalOutcome
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Outcome, Phase, ScreeningReason
from schemas.wire import Origin
from services.triage.screening.domain.limits import Limits
from services.triage.screening.domain.rulebook import Rulebook
from services.triage.screening.domain.screen import PartitionScreening
from services.triage.screening.messages import seen, to_outcome
from services.triage.screening.records import read
from tests.flow.triage_world import TriageWorld, by_id, headers_of
from tests.unit.triage.builders import CENTRE, wire_signal

TRACEPARENT = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def world(kafka: str, tmp_path: Path) -> TriageWorld:
    """A world with an empty folder."""
    return TriageWorld(kafka, tmp_path)


@pytest.fixture
def run() -> str:
    """A prefix of ids and devices that is this test's alone."""
    return f"s{uuid.uuid4().hex[:8]}"


def many_signals(run: str, count: int) -> list[Signal]:
    """Thirty devices: chattering zones, repeated frames, restores, SOS positions, heartbeats, refused analytics."""
    dice = random.Random(run)
    signals: list[Signal] = []
    for number in range(count):
        device = f"{run}-{dice.randrange(30)}"
        fields: dict[str, Any] = {"signal_id": f"{run}-{number}", "device": device}
        kind = dice.random()
        if kind < 0.3:
            fields |= {"zone": str(dice.randrange(3)), "subject": f"{device}/{number % 3}"}
        elif kind < 0.5 and signals:
            earlier = dice.choice(signals[-40:])
            fields |= {"device": earlier.device, "nature": earlier.nature, "zone": earlier.zone}
            fields["fingerprint"] = f"{earlier.device}-{dice.randrange(20)}"
        elif kind < 0.6:
            fields |= {"phase": Phase.RESTORE, "zone": str(dice.randrange(3))}
        elif kind < 0.7:
            fields |= {"nature": Nature.SOS, "subject": device, "phase": dice.choice([Phase.RAISE, Phase.UPDATE])}
        elif kind < 0.8:
            fields |= {"device_kind": DeviceKind.CAMERA, "use_case": "crowd", "nature": Nature.CROWD}
        elif kind < 0.9:
            fields |= {"nature": Nature.TECHNICAL_FAULT, "phase": dice.choice([Phase.RAISE, Phase.RESTORE])}
        else:
            fields |= {"phase": Phase.HEARTBEAT, "nature": Nature.SUPERVISION_LOST}
        signals.append(wire_signal(**fields))
    return signals


def outcomes(world: TriageWorld, run: str, count: int) -> dict[str, list[bytes]]:
    """All outcome records of this run by signal id, once `count` signals have one."""

    def about(records: list[Message]) -> dict[str, list[bytes]]:
        found = by_id(records, run)
        return {name.removesuffix(":outcome"): [r.value() or b"" for r in copies] for name, copies in found.items()}

    return about(world.read("signal.outcomes", lambda records: len(by_id(records, run)) >= count))


def expected(world: TriageWorld, run: str) -> dict[str, SignalOutcome]:
    """What the pure rules say about the records of this run, partition by partition, without any restart."""
    states: dict[int, PartitionScreening] = {}
    said: dict[str, SignalOutcome] = {}
    for record in world.read("signals"):
        if not (record.key() or b"").startswith(run.encode()):
            continue
        signal, at = read(record)
        state = states.setdefault(record.partition() or 0, PartitionScreening(Limits()))
        decision = state.decide(seen(signal, at), Rulebook())
        said.setdefault(signal.signal_id, to_outcome(signal, decision))
    return said


def assert_each_ended_once(world: TriageWorld, run: str, count: int) -> None:
    """No signal without an outcome, none with two different ones, each as an undisturbed run would give it."""
    said, wanted = outcomes(world, run, count), expected(world, run)
    assert len(wanted) == count
    assert said.keys() == wanted.keys()
    wrong = [
        (name, values, wanted[name])
        for name, values in said.items()
        if len(set(values)) > 1 or SignalOutcome.model_validate_json(values[0]) != wanted[name]
    ]
    assert not wrong, f"{len(wrong)} of {count}: {wrong[0]}"


def outcome_of(world: TriageWorld, signal: Signal) -> SignalOutcome:
    """The one outcome of one signal."""
    (value,) = set(outcomes(world, signal.signal_id, 1)[signal.signal_id])
    return SignalOutcome.model_validate_json(value)


def test_killed_twice_in_mid_stream_each_signal_ends_once_and_the_same(world: TriageWorld, run: str) -> None:
    """Two kill -9 in mid-chatter and mid-repeat: no signal is missing, none ends differently."""
    count = 6000
    signals = many_signals(run, count)
    first = world.start("screening")
    first.until_ready()
    world.send("signals", signals[:2000])
    outcomes(world, run, 100)
    first.kill()
    second = world.start("screening")
    world.send("signals", signals[2000:4000])
    outcomes(world, run, 2200)
    second.kill()
    with world.process("screening") as third:
        world.send("signals", signals[4000:])
        assert_each_ended_once(world, run, count)
        assert third.terminate() == 0
    reasons = {SignalOutcome.model_validate_json(v[0]).reason for v in outcomes(world, run, count).values()}
    assert {ScreeningReason.CHATTER, ScreeningReason.SAME_MARK, ScreeningReason.FOLLOWS_EARLIER} <= reasons


def test_a_restart_in_mid_chatter_and_mid_repeat_goes_on_as_before(world: TriageWorld, run: str) -> None:
    """The fold keeps its first signal and its count, and a repeat still finds its first, in a new process."""
    frame: dict[str, Any] = {"fingerprint": f"{run}-frame", "nature": Nature.HOLD_UP}
    before = [wire_signal(signal_id=f"{run}-{n}", device=run, zone="1") for n in range(6)]
    before.append(wire_signal(signal_id=f"{run}-frame-1", device=run, **frame))
    after = [wire_signal(signal_id=f"{run}-{n}", device=run, zone="1") for n in range(6, 8)]
    after.append(wire_signal(signal_id=f"{run}-frame-2", device=run, **frame))
    half = datetime.now(UTC).timestamp() // 600 * 600 + 300
    at = int(half * 1000)  # In the middle of a period, so that the fold cannot end between the two halves.
    with world.process("screening"):
        world.send_raw("signals", [(*world.encoded(signal), at + n) for n, signal in enumerate(before)])
        assert outcome_of(world, before[5]).count == 3
    with world.process("screening") as again:
        world.send_raw("signals", [(*world.encoded(signal), at + 1000 + n) for n, signal in enumerate(after)])
        last = outcome_of(world, after[1])
        assert (last.outcome, last.count, last.first_signal_id) == (Outcome.FOLDED, 5, before[0].signal_id)
        repeat = outcome_of(world, after[2])
        assert (repeat.outcome, repeat.first_signal_id) == (Outcome.REPEAT, before[6].signal_id)
        assert again.until_logged("windows_rebuilt")["records"] >= 7


def test_a_silence_known_before_the_start_is_in_force_at_once(world: TriageWorld, run: str) -> None:
    """The process waits for the silences; then an intrusion is silenced and a fire waits for an operator's word."""
    now = datetime.now(UTC).timestamp()
    silence = SilenceChanged(
        silence_id=f"{run}-silence",
        origin=Origin(centre=CENTRE, pack_version="pack-1"),
        scope=f"device:{run}",
        starts_at=datetime.fromtimestamp(now - 60, UTC),
        ends_at=datetime.fromtimestamp(now + 600, UTC),
        reason="travaux",
        set_by="operator-1",
    )
    world.send("silences", [silence])
    intrusion = wire_signal(signal_id=f"{run}-intrusion", device=run)
    fire = wire_signal(signal_id=f"{run}-fire", device=run, nature=Nature.FIRE)
    with world.process("screening"):
        world.send("signals", [intrusion, fire])
        silenced, urgent = outcome_of(world, intrusion), outcome_of(world, fire)
        assert (silenced.outcome, silenced.inputs["silence_id"]) == (Outcome.SILENCED, silence.silence_id)
        assert (urgent.outcome, urgent.reason) == (Outcome.ALARM, ScreeningReason.URGENT_UNDER_SILENCE)
        (alarm,) = alarms_of(world, run)
        assert (alarm.alarm_id, alarm.operator_confirmed) == (fire.signal_id, True)


def test_without_a_pack_analytics_are_refused_and_the_rest_passes(world: TriageWorld, run: str) -> None:
    """A centre without a pack has no legal basis; its panels still raise alarms."""
    camera = wire_signal(
        signal_id=f"{run}-camera",
        device=run,
        device_kind=DeviceKind.CAMERA,
        nature=Nature.PERSON_DETECTED,
        use_case="people",
    )
    panel = wire_signal(signal_id=f"{run}-panel", device=run)
    with world.process("screening"):
        world.send("signals", [camera, panel])
        assert outcome_of(world, camera).reason is ScreeningReason.NO_LEGAL_BASIS
        assert outcome_of(world, panel).outcome is Outcome.ALARM
        assert [alarm.alarm_id for alarm in alarms_of(world, run)] == [panel.signal_id]


def test_the_trace_goes_on_through_screening(world: TriageWorld, run: str) -> None:
    """The span's parent is ingest's, and both outputs carry the span; without an exporter the header passes on."""
    spans = world.folder / "spans.jsonl"
    first, second = wire_signal(signal_id=f"{run}-1", device=run), wire_signal(signal_id=f"{run}-2", device=run)
    with world.process("screening", TRACES_FILE=str(spans)) as process:
        world.send("signals", [first], [("traceparent", TRACEPARENT)])
        outcome_of(world, first)
        process.terminate()
    (line,) = [line for line in spans.read_text().splitlines() if f"{run}-1" in line]
    assert '"name": "screening.screen"' in line
    assert '"parent_id": "b7ad6b7169203331"' in line
    for topic in ("alarms", "signal.outcomes"):
        (carried,) = {header(headers_of(r), "traceparent") for r in of_run(world.read(topic), run)}
        assert carried is not None
        assert carried.startswith("00-0af7651916cd43dd8448eb211c80319c-")
        assert f'"span_id": "{carried[36:52]}"' in line
    with world.process("screening"):
        world.send("signals", [second], [("traceparent", TRACEPARENT)])
        outcome_of(world, second)
    last = [r for r in of_run(world.read("signal.outcomes"), run) if second.signal_id.encode() in (r.value() or b"")]
    assert header(headers_of(last[0]), "traceparent") == TRACEPARENT.decode()


def test_an_unreadable_signal_is_kept_whole_and_its_id_ends_as_dead(world: TriageWorld, run: str) -> None:
    """Bytes that are no signal go to signals.dead; where the id can be read it still ends in an outcome.

    The line that says so bears the trace of the record, though no span was opened for it.
    """
    named = [("ce_id", f"{run}-lost".encode()), ("ce_type", b"vigie.signal.received.v1")]
    named.append(("traceparent", f"00-{7:032x}-{7:016x}-00".encode()))
    good = wire_signal(signal_id=f"{run}-good", device=run)
    with world.process("screening") as process:
        world.send_raw("signals", [(run.encode(), b"{broken", named), (run.encode(), b"\xff\x00", [])])
        world.send("signals", [good])
        assert outcome_of(world, good).outcome is Outcome.ALARM
        dead = SignalOutcome.model_validate_json(outcomes(world, f"{run}-lost", 1)[f"{run}-lost"][0])
        assert (dead.outcome, dead.reason, dead.device) == (Outcome.DEAD, ScreeningReason.UNREADABLE, run)
        assert 'vigie_dead_letters_total{topic="signals.dead"} 2.0' in process.get("/metrics")[1]
        told = [line for line in process.events() if line["event"] == "dead_letter"]
        assert [line.get("trace_id") for line in told] in ([f"{7:032x}", None], [None, f"{7:032x}"])


def test_two_processes_share_the_partitions_and_one_takes_over(world: TriageWorld, run: str) -> None:
    """When one of two dies, the other rebuilds the windows of its partitions and goes on with the same outcomes."""
    count = 3000
    signals = many_signals(run, count)
    one, two = world.start("screening"), world.start("screening")
    try:
        one.until_ready()
        two.until_ready()
        world.send("signals", signals[:1500])
        outcomes(world, run, 1500)
        two.kill()
        world.send("signals", signals[1500:])
        assert_each_ended_once(world, run, count)
    finally:
        one.kill()
        two.kill()


def alarms_of(world: TriageWorld, run: str) -> list[Alarm]:
    """The alarms of this run."""
    return [decode(r.value(), headers_of(r), (Alarm,)) for r in of_run(world.read("alarms"), run)]


def of_run(records: list[Message], run: str) -> list[Message]:
    """Those whose id begins with the run's prefix."""
    return [record for copies in by_id(records, run).values() for record in copies]
