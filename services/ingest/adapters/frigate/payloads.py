"""Frigate's `events` and `reviews` messages, as far as we use them (its documentation: integrations, MQTT)."""

from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class MessageType(StrEnum):
    """What happened to the object or review."""

    NEW = "new"
    UPDATE = "update"
    END = "end"


class _Lenient(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


K = TypeVar("K", bound=_Lenient)


class TrackedObject(_Lenient):
    """One tracked object as it is now. Times are Unix seconds, scores 0 … 1."""

    id: Name
    camera: Name
    label: Name
    score: float | None = None
    top_score: float | None = None
    false_positive: bool | None = None
    stationary: bool = False
    start_time: float | None = None
    frame_time: float | None = None
    end_time: float | None = None
    current_zones: tuple[Name, ...] = ()
    entered_zones: tuple[Name, ...] = ()

    @property
    def best_score(self) -> float | None:
        """The best score of its life, clipped to 0 … 1; None if Frigate sent none (or only its starting zero)."""
        known = [score for score in (self.top_score, self.score) if score]
        return min(1.0, max(0.0, *known, 0.0)) if known else None


class EventMessage(_Lenient):
    """A message of `frigate/events`."""

    type: MessageType
    after: TrackedObject


class ReviewData(_Lenient):
    """What a review is made of: ids of tracked objects and their labels."""

    detections: tuple[Name, ...] = ()
    objects: tuple[Name, ...] = ()
    zones: tuple[Name, ...] = ()


class Review(_Lenient):
    """One review item; severity is `alert` or `detection`."""

    id: Name
    camera: Name
    severity: Name
    start_time: float | None = None
    end_time: float | None = None
    data: ReviewData = ReviewData()


class ReviewMessage(_Lenient):
    """A message of `frigate/reviews`."""

    type: MessageType
    after: Review


class Malformed(Exception):
    """Not a message of that topic. Permanent; names the field, never its content."""


def read_event(payload: bytes) -> EventMessage:
    """Raises Malformed."""
    return _read(EventMessage, payload)


def read_review(payload: bytes) -> ReviewMessage:
    """Raises Malformed."""
    return _read(ReviewMessage, payload)


def _read(kind: type[K], payload: bytes) -> K:
    try:
        return kind.model_validate_json(payload)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "value"
        raise Malformed(f"{place}: {first['msg']}") from error
