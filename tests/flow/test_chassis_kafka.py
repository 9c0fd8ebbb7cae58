"""The chassis on a real broker: commits after the effect, followers of compacted topics, the urgent lane's fan-out."""

import threading
import time
import uuid
from collections import Counter

import pytest
from confluent_kafka import Message
from confluent_kafka import Producer as TransactionalProducer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # exported without __all__
from prometheus_client import REGISTRY

from services.chassis import lag
from services.chassis.consumer import BatchLoop, CompactedReader
from services.chassis.fan_out_producer import FanOutProducer
from services.chassis.producer import DeliveryFailed, Producer
from tests.flow.dispatch.kafka_world import read_all

PATIENCE_S = 20.0


@pytest.fixture
def topic(kafka_empty: str) -> str:
    """A topic of this test's own with three partitions."""
    name = f"chassis-{uuid.uuid4().hex[:8]}"
    admin = AdminClient({"bootstrap.servers": kafka_empty})
    for future in admin.create_topics([NewTopic(name, 3, 1)]).values():
        future.result(PATIENCE_S)
    return name


def write(kafka: str, topic: str, records: list[tuple[bytes | None, bytes | None]]) -> None:
    """Writes (key, value), in order."""
    producer = Producer({"bootstrap.servers": kafka})
    for sent in [producer.send(topic, key, value, []) for key, value in records]:
        sent.result(PATIENCE_S)
    producer.close()


def run(kafka: str, topic: str, group: str, seen: list[bytes], *, until: int, fail_after: int | None = None) -> None:
    """A member of the group that reads until it has seen that many records, or fails on purpose."""
    stop = threading.Event()

    def handle(found: list[Message]) -> None:
        if fail_after is not None and len(seen) + len(found) > fail_after:
            raise ZeroDivisionError
        seen.extend(known.value() or b"" for known in found)
        if len(seen) >= until:
            stop.set()

    patience = threading.Timer(PATIENCE_S, stop.set)
    patience.start()
    try:
        BatchLoop({"bootstrap.servers": kafka}, group, [topic], handle, batch=10).run(stop)
    finally:
        patience.cancel()


def test_what_was_not_handled_is_read_again_and_what_was_is_not(kafka_empty: str, topic: str) -> None:
    """The handler fails in the middle: the next member begins with exactly the records that had no effect."""
    group, values = f"g-{uuid.uuid4().hex[:8]}", [f"v{number}".encode() for number in range(60)]
    write(kafka_empty, topic, [(value, value) for value in values])
    first: list[bytes] = []
    with pytest.raises(ZeroDivisionError):
        run(kafka_empty, topic, group, first, until=60, fail_after=35)
    second: list[bytes] = []
    run(kafka_empty, topic, group, second, until=60 - len(first))
    assert 0 < len(first) <= 35
    assert Counter(first + second) == Counter(values)


def test_a_reader_says_how_far_it_is_behind(kafka_empty: str, topic: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in hand counts, also what comes while the reader stands still in it; afterwards nothing is behind."""
    monkeypatch.setattr(lag, "EVERY_S", 0.1)
    stop, goes_on = threading.Event(), threading.Event()

    def stands(_: list[Message]) -> None:
        goes_on.wait(PATIENCE_S)

    config = {"bootstrap.servers": kafka_empty}
    writer = TransactionalProducer({**config, "transactional.id": topic})
    writer.init_transactions(PATIENCE_S)

    def transaction() -> None:
        writer.begin_transaction()
        for number in range(30):
            writer.produce(topic, b"v", str(number))
        writer.commit_transaction(PATIENCE_S)

    transaction()
    loop = BatchLoop(config, f"g-{uuid.uuid4().hex[:8]}", [topic], stands, batch=10)
    reading = threading.Thread(target=loop.run, args=(stop,))
    reading.start()
    try:
        until_behind(topic, 30 + 3)  # a mark in each of three partitions ends the transaction
        transaction()
        until_behind(topic, 60 + 6)
        goes_on.set()
        until_behind(topic, 0)
    finally:
        goes_on.set()
        stop.set()
        reading.join(PATIENCE_S)


def until_behind(topic: str, records: int) -> None:
    """Returns once the metric says so."""
    deadline, told = time.monotonic() + PATIENCE_S, None
    while (told := REGISTRY.get_sample_value("vigie_kafka_consumer_lag", {"topic": topic})) != records:
        assert time.monotonic() < deadline, f"{told} instead of {records}"
        time.sleep(0.05)


def test_a_follower_has_caught_up_when_it_has_read_what_was_there(kafka_empty: str, topic: str) -> None:
    """All records with their keys, tombstones included, before `caught_up`; later ones follow."""
    write(kafka_empty, topic, [(b"a", b"1"), (b"b", b"2"), (b"a", None)])
    seen: list[tuple[bytes | None, bytes | None]] = []
    more = threading.Event()

    def accept(key: bytes | None, value: bytes | None, _: object) -> None:
        seen.append((key, value))
        if value == b"3":
            more.set()

    follower = CompactedReader({"bootstrap.servers": kafka_empty}, topic, accept)
    follower.start()
    assert follower.caught_up.wait(PATIENCE_S)
    assert sorted(seen, key=repr) == sorted([(b"a", b"1"), (b"b", b"2"), (b"a", None)], key=repr)
    assert [value for key, value in seen if key == b"a"] == [b"1", None]
    write(kafka_empty, topic, [(b"c", b"3")])
    assert more.wait(PATIENCE_S)
    follower.stop()
    assert follower.failed is None


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_follower_whose_reader_fails_says_so(kafka_empty: str, topic: str) -> None:
    """It does not go on in silence: `failed` holds the fault for the process to end with."""
    write(kafka_empty, topic, [(b"a", b"1")])

    def accept(*_: object) -> None:
        raise ZeroDivisionError

    follower = CompactedReader({"bootstrap.servers": kafka_empty}, topic, accept)
    follower.start()
    follower._thread.join(PATIENCE_S)
    assert isinstance(follower.failed, ZeroDivisionError)
    assert not follower.caught_up.is_set()


def test_the_urgent_lane_writes_each_event_to_every_partition(kafka_empty: str, topic: str) -> None:
    """One send, one copy in each of the three partitions, all alike."""
    lane = FanOutProducer({"bootstrap.servers": kafka_empty}, topic)
    for sent in [lane.send(None, f"e{number}".encode(), [("ce_id", b"x")]) for number in range(5)]:
        sent.result(PATIENCE_S)
    lane.close()
    found = Counter((record.partition(), record.value()) for record in read_all(kafka_empty, topic))
    assert found == {(partition, f"e{number}".encode()): 1 for partition in range(3) for number in range(5)}


def test_a_missing_topic_is_said_in_a_sentence(kafka_empty: str) -> None:
    """It names the command that makes the topics."""
    with pytest.raises(DeliveryFailed, match="python -m schemas"):
        FanOutProducer({"bootstrap.servers": kafka_empty, "allow.auto.create.topics": False}, "not-there")
