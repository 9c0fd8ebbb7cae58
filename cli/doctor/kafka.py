"""Kafka: brokers, topics with their copies, and how far each reader is behind."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType  # type: ignore[attr-defined]

from cli.doctor.findings import Area, Finding, problem, warning, well
from schemas.topics.files import TopicFile, topics

ASK_S = 5.0
GROUPS = {"triage.screening": "signals", "triage-correlation": "alarms", "notify": "dispatch.events"}
"""Who commits to Kafka, and what it reads; dispatch's offsets are in PostgreSQL. Held equal by a contract test."""
LAG_WARNING, LAG_PROBLEM = 1_000, 50_000
"""Records. A thousand signals are a second or two of screening's work, fifty thousand minutes of correlation's."""


@dataclass(frozen=True, slots=True)
class Held:
    """One topic of the cluster: for each partition (copies wanted, copies in step), and its `min.insync.replicas`."""

    copies: tuple[tuple[int, int], ...]
    min_in_sync: int


def examine(config: dict[str, Any], dispatch_read: Mapping[str, Mapping[int, int]]) -> Iterator[Finding]:
    """All findings. `dispatch_read`: dispatch's next offsets by topic, empty where PostgreSQL does not answer."""
    admin = AdminClient({**config, "socket.connection.setup.timeout.ms": 3000})
    try:
        metadata = admin.list_topics(timeout=ASK_S)
    except KafkaException as error:
        yield problem(
            Area.KAFKA,
            f"Kafka ne répond pas ({error.args[0].name()}).",
            "Kafka does not answer.",
            "Vérifiez que les brokers tournent (make status) et KAFKA_BOOTSTRAP_SERVERS.",
            "Check that the brokers run (make status), and KAFKA_BOOTSTRAP_SERVERS.",
        )
        return
    brokers = len(metadata.brokers)
    yield well(Area.KAFKA, f"Kafka répond, {brokers} broker(s).", f"Kafka answers, {brokers} broker(s).")
    yield from judge_topics(held_topics(admin, metadata), brokers)
    yield from _lags(config, metadata.topics.keys(), dispatch_read)


def held_topics(admin: AdminClient, metadata: Any) -> dict[str, Held]:
    """Those of our topics that the cluster has."""
    names = [name for name in _wanted() if name in metadata.topics]
    asked = admin.describe_configs([ConfigResource(ResourceType.TOPIC, name) for name in names])
    least = {r.name: int(f.result(ASK_S)["min.insync.replicas"].value) for r, f in asked.items()}
    return {
        name: Held(
            tuple((len(p.replicas), len(p.isrs)) for p in metadata.topics[name].partitions.values()), least[name]
        )
        for name in names
    }


def judge_topics(held: Mapping[str, Held], brokers: int) -> list[Finding]:
    """What is wrong with the topics; one line if nothing is."""
    found = [_missing(name) for name in _wanted() if name not in held]
    for name, topic in held.items():
        found += _judge_topic(name, topic, brokers)
    number = len(held)
    return found or [
        well(Area.TOPICS, f"{number} topics en place, copies à jour.", f"{number} topics there, all copies in step.")
    ]


def _wanted() -> dict[str, TopicFile]:
    files = topics()
    return files | {file.dead_topic: file for file in files.values() if file.dead_letters}


def _missing(name: str) -> Finding:
    return problem(
        Area.TOPICS,
        f"Le topic {name} manque.",
        f"Topic {name} is missing.",
        "Lancez : python -m schemas.topics create",
        "Run: python -m schemas.topics create",
    )


def _judge_topic(name: str, held: Held, brokers: int) -> Iterator[Finding]:
    stalled = [copies for copies, in_step in held.copies if in_step < held.min_in_sync]
    behind = [copies for copies, in_step in held.copies if in_step < copies]
    # Pinned ones have two copies on purpose.
    wanted = (
        2 if _wanted()[name].replicas is not None and brokers >= 3 and not name.endswith(".dead") else min(3, brokers)
    )
    if stalled:
        yield problem(
            Area.TOPICS,
            f"{name} : {len(stalled)} partition(s) sous min.insync.replicas={held.min_in_sync}, écritures refusées.",
            f"{name}: {len(stalled)} partition(s) below min.insync.replicas={held.min_in_sync}, writes are refused.",
            "Relancez le broker arrêté ; ne baissez pas min.insync.replicas.",
            "Start the stopped broker again; do not lower min.insync.replicas.",
        )
    elif behind:
        yield warning(
            Area.TOPICS,
            f"{name} : {len(behind)} partition(s) avec une copie en retard.",
            f"{name}: {len(behind)} partition(s) with a copy behind.",
            "Un broker manque ou rattrape : vérifiez-le.",
            "A broker is missing or catching up: look at it.",
        )
    if min((copies for copies, _ in held.copies), default=wanted) < wanted:
        yield warning(
            Area.TOPICS,
            f"{name} : moins de {wanted} copies pour {brokers} brokers.",
            f"{name}: fewer than {wanted} copies on {brokers} brokers.",
            "Augmentez les copies (kafka-reassign-partitions).",
            "Raise the number of copies (kafka-reassign-partitions).",
        )


def _lags(config: dict[str, Any], there: Any, dispatch_read: Mapping[str, Mapping[int, int]]) -> Iterator[Finding]:
    for group, topic in GROUPS.items():
        if topic in there:
            yield judge_lag(group, topic, _lag_of_group(config, group, topic))
    for topic, read in dispatch_read.items():
        if topic in there:
            ends = _ends(Consumer({**config, "group.id": "vigie.doctor"}), topic)
            yield judge_lag(
                "dispatch", topic, sum(end - read.get(n, 0) for n, end in ends.items() if end > read.get(n, 0))
            )


def judge_lag(reader: str, topic: str, lag: int | None) -> Finding:
    """`lag` in records; None for a reader that has never committed."""
    if lag is None:
        return warning(
            Area.LAG,
            f"{reader} n'a encore rien lu de {topic}.",
            f"{reader} has read nothing of {topic} yet.",
            "Normal sur une installation neuve ; sinon vérifiez que ce service tourne.",
            "Normal on a fresh installation; otherwise check that this service runs.",
        )
    said = (Area.LAG, f"{reader} : {lag} message(s) de retard sur {topic}.", f"{reader}: {lag} behind on {topic}.")
    if lag < LAG_WARNING:
        return well(*said)
    todo = (
        "Regardez si ce nombre baisse ; sinon, le journal du service (var/log).",
        "See whether it goes down; otherwise the service's log (var/log).",
    )
    return (problem if lag >= LAG_PROBLEM else warning)(*said, *todo)


def _lag_of_group(config: dict[str, Any], group: str, topic: str) -> int | None:
    reader = Consumer({**config, "group.id": group})
    numbers = reader.list_topics(topic, timeout=ASK_S).topics[topic].partitions
    told = reader.committed([TopicPartition(topic, number) for number in numbers], timeout=ASK_S)
    committed = {place.partition: place.offset for place in told if place.offset >= 0}
    ends = _ends(reader, topic)
    return (
        sum(max(0, end - committed.get(n, 0)) for n, end in ends.items())
        if committed or not any(ends.values())
        else None
    )


def _ends(reader: Consumer, topic: str) -> dict[int, int]:
    try:
        numbers = reader.list_topics(topic, timeout=ASK_S).topics[topic].partitions
        return {n: reader.get_watermark_offsets(TopicPartition(topic, n), timeout=ASK_S)[1] for n in numbers}
    finally:
        reader.close()
