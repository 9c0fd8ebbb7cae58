"""Everything that processes agree on, at one moment: JSON Schemas by name, and topics."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas.compatibility.alternatives import Schema
from schemas.generate.json_schemas import CITY_PACK
from schemas.pack.pack import PackPartApplied


@dataclass(frozen=True)
class Topic:
    """What of a topic file matters to those who share the topic."""

    key: str
    partitions: int
    cleanup: str
    messages: tuple[str, ...]
    written_by: tuple[str, ...]
    read_by: tuple[str, ...]


@dataclass(frozen=True)
class Contract:
    """Schemas by CloudEvents type (and `city-pack`), topics by name."""

    schemas: Mapping[str, Schema]
    topics: Mapping[str, Topic]

    def carrying(self, name: str) -> list[Topic]:
        """The topics on which that message, or the content of the pack, travels."""
        message = PackPartApplied.ce_type if name == CITY_PACK else name
        return [topic for topic in self.topics.values() if message in topic.messages]

    def readers(self, name: str) -> list[str]:
        """Who reads that message, in alphabetical order."""
        return sorted({reader for topic in self.carrying(name) for reader in topic.read_by})

    def writers(self, name: str) -> list[str]:
        """Who writes it."""
        return sorted({writer for topic in self.carrying(name) for writer in topic.written_by})


def topic_of(content: Mapping[str, Any]) -> Topic:
    """A topic from its file's content, of any revision: what an old file lacks is empty."""
    return Topic(
        key=str(content.get("key", "")),
        partitions=int(content.get("partitions", 1)),
        cleanup=str(content.get("cleanup", "delete")),
        messages=tuple(content.get("messages", ())),
        written_by=tuple(content.get("written_by", ())),
        read_by=tuple(content.get("read_by", ())),
    )
