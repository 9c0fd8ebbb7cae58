"""What a run came to: every outcome compared with the right one, and the rate by the broker's own clock."""

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Message, TopicPartition

from services.triage.screening.domain.limits import Limits
from services.triage.screening.domain.rulebook import Rulebook
from services.triage.screening.domain.screen import PartitionScreening
from services.triage.screening.messages import seen, to_alarm, to_outcome
from services.triage.screening.records import read

COMPARED = ("outcome", "reason", "decided_at", "first_signal_id", "count", "sector", "inputs", "device", "nature")
"""Of an outcome; the rest is copied from the signal, and its presence counts by the digest of the key set."""
ALARM_COMPARED = ("screened_at", "reason", "first_signal_id", "operator_confirmed", "silence_id")
WARM = 0.25
"""This share of the outcomes is written before the clock starts: compilers warm up, caches fill."""
READ_S = 120.0
NOTHING: Mapping[int, int] = {}


@dataclass
class Truth:
    """By signal id: a digest of its right outcome, and of its alarm if it has one."""

    outcomes: dict[str, bytes] = field(default_factory=dict)
    alarms: dict[str, bytes] = field(default_factory=dict)


def truth(brokers: str, rules: Rulebook) -> Truth:
    """What the pure rules say about all records of `signals`, partition by partition."""
    found, states = Truth(), dict[int, PartitionScreening]()
    for record in everything(brokers, "signals"):
        signal, at = read(record)
        state = states.setdefault(record.partition() or 0, PartitionScreening(Limits()))
        decision = state.decide(seen(signal, at), rules)
        found.outcomes[signal.signal_id] = outcome_digest(to_outcome(signal, decision).model_dump(mode="json"))
        if decision.forward:
            found.alarms[signal.signal_id] = alarm_digest(to_alarm(signal, decision).model_dump(mode="json"))
    return found


def outcome_digest(said: dict[str, Any]) -> bytes:
    """Of what is compared of an outcome."""
    return _digest([sorted(said), {name: said.get(name) for name in COMPARED}])


def alarm_digest(said: dict[str, Any]) -> bytes:
    """Of what is compared of an alarm; its signal stands there whole."""
    return _digest([sorted(said), sorted(said["signal"]), {name: said.get(name) for name in ALARM_COMPARED}])


def _digest(value: Any) -> bytes:
    written = orjson.dumps(_plain(value), option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(written, digest_size=16).digest()


def _plain(value: Any) -> Any:
    """Numbers and times alike, however they are written: 60 and 60.0, three digits of a second or none."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str) and value.endswith("Z") and value[10:11] == "T":
        whole, _, part = value[:-1].partition(".")
        return f"{whole}.{part:0<6}Z"
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


@dataclass(frozen=True)
class Judged:
    """Signals per second by the broker's clock, and what is wrong, in sentences."""

    per_s: float
    wrong: list[str]


def judge(brokers: str, right: Truth, begin: Mapping[str, Mapping[int, int]], *, decides: bool) -> Judged:
    """Reads what the run wrote, from the ends that the topics had before it. Without `decides` only counts."""
    stamps: list[int] = []
    outcomes, alarms, wrong = dict[str, bytes](), dict[str, bytes](), list[str]()
    for record in everything(brokers, "signal.outcomes", begin["signal.outcomes"]):
        stamps.append(record.timestamp()[1])
        if decides:
            _take(outcomes, "outcome", record, "signal_id", outcome_digest, wrong)
    if decides:
        for record in everything(brokers, "alarms", begin["alarms"]):
            _take(alarms, "alarm", record, "alarm_id", alarm_digest, wrong)
        wrong += _differences("outcome", right.outcomes, outcomes) + _differences("alarm", right.alarms, alarms)
    elif len(stamps) != len(right.outcomes):
        wrong.append(f"{len(stamps)} records for {len(right.outcomes)}")
    stamps.sort()
    first = int(len(stamps) * WARM)
    seconds = (stamps[-1] - stamps[first]) / 1000 if stamps else 0.0
    return Judged((len(stamps) - first) / seconds if seconds else 0.0, wrong[:5])


def _take(into: dict[str, bytes], what: str, record: Message, id_field: str, digest: Any, wrong: list[str]) -> None:
    said = orjson.loads(record.value() or b"null")
    name, found = said[id_field], digest(said)
    if into.setdefault(name, found) != found:
        wrong.append(f"two different {what}s of {name}")


def _differences(what: str, right: dict[str, bytes], found: dict[str, bytes]) -> list[str]:
    missing = [name for name in right if name not in found]
    more = [name for name in found if name not in right]
    other = [name for name, digest in right.items() if name in found and found[name] != digest]
    kinds = (("missing", missing), ("too many", more), ("different", other))
    return [f"{len(names)} {what}s {kind}, first {names[0]}" for kind, names in kinds if names]


def ends(brokers: str, topic: str) -> dict[int, int]:
    """Where each partition ends now."""
    reader = _reader(brokers)
    try:
        numbers = reader.list_topics(topic, timeout=10).topics[topic].partitions
        return {n: reader.get_watermark_offsets(TopicPartition(topic, n), timeout=10)[1] for n in numbers}
    finally:
        reader.close()


def written(brokers: str, topic: str, begin: Mapping[int, int] = NOTHING) -> int:
    """How many records the topic holds now, without those before `begin`."""
    return sum(ends(brokers, topic).values()) - sum(begin.values())


def everything(brokers: str, topic: str, begin: Mapping[int, int] = NOTHING) -> Iterator[Message]:
    """All records of a topic from `begin` (offsets by partition) to its present end, each partition's in order."""
    reader = _reader(brokers)
    try:
        waiting = set(reader.list_topics(topic, timeout=10).topics[topic].partitions)
        reader.assign([TopicPartition(topic, number, begin.get(number, OFFSET_BEGINNING)) for number in waiting])
        deadline = time.monotonic() + READ_S
        while waiting:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{topic} was not read to its end in {READ_S} s")
            for message in reader.consume(5000, 0.2):
                error = message.error()
                if error is None:
                    yield message
                elif error.code() == KafkaError._PARTITION_EOF:
                    waiting.discard(message.partition())
    finally:
        reader.close()


def _reader(brokers: str) -> Consumer:
    settings = {"enable.partition.eof": True, "enable.auto.commit": False, "fetch.wait.max.ms": 20}
    return Consumer({"bootstrap.servers": brokers, "group.id": "bench", "check.crcs": False, **settings})
