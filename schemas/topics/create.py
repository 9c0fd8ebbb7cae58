"""Makes the topics of a cluster agree with the topic files. Safe to run again and by several at once."""

from collections.abc import Iterable

from confluent_kafka import KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # exported without __all__
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourceType,
)

from schemas.topics.files import DAY_MS, DEAD_RETENTION_DAYS, TopicFile

TIMEOUT_S = 30.0


def ensure_topics(admin: AdminClient, files: Iterable[TopicFile]) -> list[str]:
    """Creates what is missing, corrects retention and cleanup; returns a line for each thing done or wrong.

    Never changes the number of partitions of a topic with data: keys would move. That is said instead.
    Raises KafkaException if the cluster refuses or is away.
    """
    metadata = admin.list_topics(timeout=TIMEOUT_S)
    brokers = len(metadata.brokers)
    wanted = [new for file in files for new in _new_topics(file, brokers)]
    lines = _create(admin, [new for new in wanted if new.topic not in metadata.topics])
    held = [new for new in wanted if new.topic in metadata.topics]
    for new in held:
        partitions = len(metadata.topics[new.topic].partitions)
        if partitions != _partitions(new):
            lines.append(f"{new.topic}: has {partitions} partitions, its file says {_partitions(new)}: left as it is")
    _correct(admin, held)
    return lines


def _new_topics(file: TopicFile, brokers: int) -> list[NewTopic]:
    copies = min(3, brokers)
    in_sync = 2 if brokers >= 3 else 1
    topics = []
    if file.replicas is None or brokers < 3:
        partitions = 1 if file.replicas is not None else file.partitions
        topics.append(NewTopic(file.topic, partitions, copies, config=file.config(in_sync)))
    else:
        pinned = [list(pair) for pair in file.replicas]
        topics.append(NewTopic(file.topic, len(pinned), replica_assignment=pinned, config=file.config(in_sync)))
    if file.dead_letters:
        config = {"cleanup.policy": "delete", "retention.ms": str(DEAD_RETENTION_DAYS * DAY_MS)}
        config["min.insync.replicas"] = str(in_sync)
        topics.append(NewTopic(file.dead_topic, 1, copies, config=config))
    return topics


def _partitions(new: NewTopic) -> int:
    return int(new.num_partitions)


def _create(admin: AdminClient, missing: list[NewTopic]) -> list[str]:
    lines: list[str] = []
    if not missing:
        return lines
    for name, future in admin.create_topics(missing, operation_timeout=TIMEOUT_S).items():
        try:
            future.result(TIMEOUT_S)
            lines.append(f"{name}: created")
        except KafkaException as error:
            if error.args[0].name() != "TOPIC_ALREADY_EXISTS":
                raise
    return lines


def _correct(admin: AdminClient, held: list[NewTopic]) -> None:
    resources = [
        ConfigResource(
            ResourceType.TOPIC,
            new.topic,
            incremental_configs=[
                ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
                for name, value in (new.config or {}).items()
            ],
        )
        for new in held
    ]
    if resources:
        for future in admin.incremental_alter_configs(resources).values():
            future.result(TIMEOUT_S)
