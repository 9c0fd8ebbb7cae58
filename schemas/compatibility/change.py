"""Kinds of change, and what each means for the order of deployment."""

from dataclasses import dataclass
from enum import StrEnum


class Consequence(StrEnum):
    """BREAKING must not be deployed as it is; READERS_FIRST may, in that order."""

    BREAKING = "breaking"
    READERS_FIRST = "readers_first"


class Kind(StrEnum):
    """What happened to one place of a message or topic."""

    FIELD_REMOVED = "field removed or renamed"
    FIELD_REQUIRED = "field is now required"
    NARROWED = "accepts less"
    VALUE_REMOVED = "value removed"
    MESSAGE_REMOVED = "message removed"
    TOPIC_REMOVED = "topic removed"
    KEY_CHANGED = "key changed"
    PARTITIONS_CHANGED = "partitions changed"
    CLEANUP_CHANGED = "cleanup changed"
    FIELD_OPTIONAL = "field may now be absent"
    WIDENED = "accepts more"
    VALUE_ADDED = "value added"
    MESSAGE_ADDED = "message added to the topic"

    @property
    def consequence(self) -> Consequence:
        """Whether it breaks, or only asks for an order."""
        return Consequence.READERS_FIRST if self in _READERS_FIRST else Consequence.BREAKING


_READERS_FIRST = frozenset({Kind.FIELD_OPTIONAL, Kind.WIDENED, Kind.VALUE_ADDED, Kind.MESSAGE_ADDED})


@dataclass(frozen=True)
class Change:
    """One change at one place: `origin.centre`, or nothing for the whole; `detail` names values and limits."""

    kind: Kind
    where: str
    detail: str = ""

    def __str__(self) -> str:
        told = f"{self.where}: {self.kind}" if self.where else str(self.kind)
        return f"{told} ({self.detail})" if self.detail else told
