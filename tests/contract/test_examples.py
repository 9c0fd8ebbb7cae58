"""Every example is a record that its topic's readers can read, and that our codec would write again."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schemas.codec import decode, encode
from schemas.generate.files import JSON_FOLDER
from schemas.messages.dead import DeadLetter
from schemas.registry import MESSAGES
from schemas.topics.files import topics
from schemas.wire import Message

EXAMPLES = Path(__file__).resolve().parents[2] / "schemas" / "examples"
FILES = sorted(EXAMPLES.glob("*/*.json"))
DEAD = ".dead"


def carried(topic: str) -> list[type[Message]]:
    """The messages that may stand on that topic, by its file."""
    if topic.endswith(DEAD):
        assert topics()[topic.removesuffix(DEAD)].dead_letters
        return [DeadLetter]
    return [MESSAGES[kind] for kind in topics()[topic].messages]


def example(path: Path) -> dict[str, Any]:
    """The envelope in that file."""
    envelope: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    assert set(envelope) == {"what", "key", "headers", "value"}
    return envelope


def read(path: Path) -> tuple[dict[str, Any], Message]:
    """The envelope and the message that a reader of the topic gets from it."""
    envelope = example(path)
    headers = [(name, value.encode()) for name, value in envelope["headers"].items()]
    return envelope, decode(json.dumps(envelope["value"]).encode(), headers, carried(path.parent.name))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_example_survives_the_codec(path: Path) -> None:
    """Decoded and encoded again, an example has the same key, headers and JSON."""
    envelope, message = read(path)
    key, value, headers = encode(message, envelope["headers"]["ce_source"])
    assert json.loads(value) == envelope["value"]
    again = {name: text.decode() for name, text in headers}
    assert again == {name: text for name, text in envelope["headers"].items() if name != "traceparent"}
    assert envelope["key"] == (None if path.parent.name == "alarms.urgent" else key.decode())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_example_fits_the_generated_schema(path: Path) -> None:
    """A reader in another language, who has only schemas/json, accepts the same records."""
    envelope = example(path)
    schema = json.loads((JSON_FOLDER / f"{envelope['headers']['ce_type']}.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(envelope["value"])


def test_every_topic_has_two_examples() -> None:
    """No topic that carries messages is without two examples, and no folder is without its topic."""
    shared = [topic for topic, file in topics().items() if file.messages]
    counts = {topic: len(list((EXAMPLES / topic).glob("*.json"))) for topic in shared}
    assert {topic: count for topic, count in counts.items() if count < 2} == {}
    assert {path.parent.name.removesuffix(DEAD) for path in FILES} <= set(topics())


def test_every_message_has_an_example() -> None:
    """Each type of the registry appears in at least one example."""
    assert {example(path)["headers"]["ce_type"] for path in FILES} == set(MESSAGES)


def test_same_signal_has_one_id_on_both_lanes() -> None:
    """What stands on alarms.urgent is byte for byte the signal of the same name on signals."""
    for path in (EXAMPLES / "alarms.urgent").glob("*.json"):
        assert example(path)["value"] == example(EXAMPLES / "signals" / path.name)["value"]
