"""One recorded event as replay reads it: plain values, whatever version of dispatch wrote them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """An event of an incident. `decision`: the inputs it shares with other incidents' events, None if not stored."""

    incident: str
    version: int
    event: str
    reason: str
    actor: str
    at: datetime
    inputs: Json = field(repr=False)
    detail: Json = field(repr=False)
    decision: Json | None = field(default=None, repr=False)
