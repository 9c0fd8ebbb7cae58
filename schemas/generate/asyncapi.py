"""The AsyncAPI 3.0 document: one channel a topic, one operation a service and topic, one message a CloudEvents type.

It stands alone (no file is referred to), so that any viewer opens it. Payloads are written in AsyncAPI's own schema
dialect, a superset of JSON Schema draft-07.
"""

from collections.abc import Iterable
from typing import Any

from pydantic.json_schema import models_json_schema

from schemas.messages.dead import DeadLetter
from schemas.registry import MESSAGES
from schemas.topics.files import DAY_MS, DEAD_RETENTION_DAYS, TopicFile
from schemas.wire import Message

VERSION = "1.0.0"
"""Of the document; messages carry their own version in their type (`.v1`)."""
BINDING = "0.5.0"
OPERATORS = "operators"
"""Who reads dead letters: the operators' tool."""


def asyncapi(topics: Iterable[TopicFile]) -> dict[str, Any]:
    """The document for these topics, in the order they are given; without those that carry no message of ours.

    A topic without messages (a Faust changelog) belongs to one process and is nobody else's to read.
    """
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for topic in (topic for topic in topics if topic.messages):
        channels[topic.topic] = _channel(topic)
        operations |= _operations(topic.topic, topic.messages, topic.written_by, topic.read_by)
        if topic.dead_letters:
            dead = (DeadLetter.ce_type,)
            channels[topic.dead_topic] = _dead_channel(topic)
            operations |= _operations(topic.dead_topic, dead, topic.read_by, (OPERATORS,))
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": "application/json",
        "servers": {"cluster": _server()},
        "channels": channels,
        "operations": operations,
        "components": {"messages": _messages(), "schemas": _schemas()},
    }


def _info() -> dict[str, Any]:
    return {
        "title": "Vigie",
        "version": VERSION,
        "description": "Every message of the dispatch system of an urban supervision centre. CloudEvents 1.0 in Kafka"
        " binary mode: attributes in ce_* headers, the value is JSON. Generated from schemas/; do not edit.",
        "license": {"name": "Apache-2.0"},
    }


def _server() -> dict[str, Any]:
    return {
        "host": "127.0.0.1:9092",
        "protocol": "kafka",
        "description": "The embedded broker; in production KAFKA_BOOTSTRAP_SERVERS, with SASL and TLS.",
    }


def _channel(topic: TopicFile) -> dict[str, Any]:
    configuration: dict[str, Any] = {"cleanup.policy": topic.cleanup.split(",")}
    if topic.retention_days is not None:
        configuration["retention.ms"] = topic.retention_days * DAY_MS
    if topic.message_mb is not None:
        configuration["max.message.bytes"] = topic.message_bytes
    return {
        "address": topic.topic,
        "description": topic.what,
        "messages": _references("#/components/messages/", topic.messages),
        "bindings": _kafka(topic=topic.topic, partitions=topic.partitions, topicConfiguration=configuration),
        "x-key": topic.key,
        "x-written-by": list(topic.written_by),
        "x-read-by": list(topic.read_by),
    }


def _dead_channel(topic: TopicFile) -> dict[str, Any]:
    configuration = {"cleanup.policy": ["delete"], "retention.ms": DEAD_RETENTION_DAYS * DAY_MS}
    return {
        "address": topic.dead_topic,
        "description": f"Records of {topic.topic} that a reader could not use: raw bytes, reason and place.",
        "messages": _references("#/components/messages/", (DeadLetter.ce_type,)),
        "bindings": _kafka(topic=topic.dead_topic, partitions=1, topicConfiguration=configuration),
        "x-key": f"as {topic.topic}",
        "x-written-by": list(topic.read_by),
        "x-read-by": [OPERATORS],
    }


def _operations(
    topic: str, messages: Iterable[str], writers: Iterable[str], readers: Iterable[str]
) -> dict[str, dict[str, Any]]:
    done = [(writer, "send", "sends") for writer in writers] + [(reader, "receive", "receives") for reader in readers]
    return {
        f"{service}.{verb}.{topic}": {
            "action": action,
            "channel": {"$ref": f"#/channels/{topic}"},
            "messages": list(_references(f"#/channels/{topic}/messages/", messages).values()),
            "tags": [{"name": service}],
        }
        for service, action, verb in done
    }


def _messages() -> dict[str, Any]:
    return {kind: _message(kind, model) for kind, model in sorted(MESSAGES.items())}


def _message(kind: str, model: type[Message]) -> dict[str, Any]:
    return {
        "name": kind,
        "title": model.__name__,
        "summary": (model.__doc__ or "").strip().splitlines()[0],
        "contentType": "application/json",
        "headers": _headers(kind),
        "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
        "bindings": _kafka(key={"type": "string", "description": "as the channel's x-key states"}),
    }


def _headers(kind: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "content-type"],
        "properties": {
            "ce_specversion": {"const": "1.0"},
            "ce_id": {"type": "string", "description": "the same for every copy of one event"},
            "ce_type": {"const": kind},
            "ce_source": {"type": "string", "pattern": "^vigie/", "examples": ["vigie/ingest"]},
            "ce_time": {"type": "string", "format": "date-time"},
            "content-type": {"const": "application/json"},
            "traceparent": {"type": "string", "description": "W3C Trace Context"},
        },
    }


def _schemas() -> dict[str, Any]:
    models = [(model, "validation") for _, model in sorted(MESSAGES.items())]
    _, definitions = models_json_schema(models, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    schemas: dict[str, Any] = as_draft_07(dict(sorted(definitions["$defs"].items())))
    return schemas


def as_draft_07(value: Any) -> Any:
    """The same schema in draft-07 words: a fixed list is `items` with a list of schemas."""
    if isinstance(value, list):
        return [as_draft_07(item) for item in value]
    if not isinstance(value, dict):
        return value
    changed = {key: as_draft_07(item) for key, item in value.items()}
    if isinstance(changed.get("prefixItems"), list):
        changed["items"] = changed.pop("prefixItems")
    return changed


def _references(prefix: str, names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": prefix + name} for name in names}


def _kafka(**members: Any) -> dict[str, Any]:
    return {"kafka": members | {"bindingVersion": BINDING}}
