"""The topic files as values."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

FOLDER = Path(__file__).parent
DEAD_RETENTION_DAYS = 30
DAY_MS = 86_400_000
USUAL_BYTES = 900_000
"""Of one message: brokers and producers take 1 MB with key and headers unless told otherwise."""
KAFKAS_OWN_BYTES = 1_048_588
"""What a broker takes where nobody says anything."""


class TopicFile(BaseModel):
    """One topic as its file states it. `replicas` pins the assignment where the number of brokers allows it.

    `message_mb`: millions of bytes that one message may have, where 1 MB is too little.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: Annotated[str, Field(pattern=r"^[a-z][a-zA-Z0-9._-]*$")]
    what: str
    messages: tuple[str, ...]
    key: str
    partitions: Annotated[int, Field(ge=1)]
    cleanup: Literal["delete", "compact", "compact,delete"]
    retention_days: Annotated[int, Field(ge=1)] | None = None
    message_mb: Annotated[int, Field(ge=1, le=16)] | None = None
    replicas: tuple[tuple[int, ...], ...] | None = None
    written_by: tuple[str, ...]
    read_by: tuple[str, ...]
    dead_letters: bool = False

    @property
    def dead_topic(self) -> str:
        """Where a reader puts what it cannot read of this topic."""
        return f"{self.topic}.dead"

    @property
    def largest_bytes(self) -> int:
        """Bytes of the largest value that may be written."""
        return (self.message_mb or 1) * USUAL_BYTES

    @property
    def message_bytes(self) -> int:
        """Bytes of the largest message, with key and headers: what topic and producer must be told."""
        return (self.message_mb or 1) * 1_000_000

    def config(self, in_sync: int) -> dict[str, str]:
        """Topic configuration: what somebody changed by hand is put right. `in_sync` is `min.insync.replicas`."""
        retention = -1 if self.retention_days is None else self.retention_days * DAY_MS
        return {
            "cleanup.policy": self.cleanup,
            "retention.ms": str(retention),
            "min.insync.replicas": str(in_sync),
            "max.message.bytes": str(max(self.message_bytes, KAFKAS_OWN_BYTES)),
        }


@cache
def topics() -> dict[str, TopicFile]:
    """All topics by name. Raises ValueError naming the file that is wrong."""
    found = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        try:
            topic = TopicFile.model_validate(yaml.safe_load(path.read_text("utf-8")))
        except ValidationError as error:
            raise ValueError(f"{path.name}: {error}") from error
        if path.stem != topic.topic:
            raise ValueError(f"{path.name}: the file must bear its topic's name, {topic.topic!r}")
        found[topic.topic] = topic
    return found
