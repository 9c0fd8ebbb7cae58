"""Which of a camera's many messages about one object a person would care about. Pure; memory is bounded.

One object raises once, when its score first reaches what the centre asked for. Later messages speak only when
something changed: a zone entered, a class of score reached, it stands still, it is gone, it was never there.
"""

from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum

from schemas.vocabulary.signals import Phase

CAPACITY = 20_000
"""Objects remembered; past it the oldest is forgotten, and would raise again under the same mark."""
SCORE_CLASSES = (0.5, 0.7, 0.85, 0.95)


class TrackReason(StrEnum):
    """Why a message became a signal, or why not. Used in metric, log and the signal's attributes alike."""

    RAISED = "raised"
    REVIEW_ALERT = "review_alert"
    ZONE_ENTERED = "zone_entered"
    SCORE_ROSE = "score_rose"
    STATIONARY = "stationary"
    ENDED = "ended"
    FALSE_POSITIVE = "false_positive"
    BELOW_SCORE = "below_score"
    NOTHING_NEW = "nothing_new"
    NEVER_RAISED = "never_raised"
    NOT_AN_ALERT = "not_an_alert"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One message about one object. `score` 0 … 1, None where the camera sent none; `min_score` is the centre's."""

    object_id: str
    score: float | None
    min_score: float
    false_positive: bool = False
    zones: frozenset[str] = frozenset()
    stationary: bool = False
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """`phase` None: nothing to store. `raises`: how often the object has been raised, withdrawn ones included."""

    phase: Phase | None
    reason: TrackReason
    raises: int = 1


@dataclass(slots=True)
class _Track:
    raises: int = 0
    withdrawn: bool = False
    ended: bool = False
    stationary: bool = False
    alert: bool = False
    score_class: int = -1
    zones: frozenset[str] = frozenset()


class Tracking:
    """What is known of each object."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._tracks: OrderedDict[str, _Track] = OrderedDict()

    def seen(self, sighting: Sighting) -> Verdict:
        """What one message of `events` does, remembering it."""
        track = self._track(sighting.object_id)
        if sighting.false_positive:
            return _false_positive(track)
        if not track.raises or track.withdrawn:
            # A score that the camera did not send cannot hold an alarm back.
            if sighting.score is not None and sighting.score < sighting.min_score:
                return Verdict(None, TrackReason.BELOW_SCORE)
            track.raises, track.withdrawn = track.raises + 1, False
            _note(track, sighting)
            return Verdict(Phase.RAISE, TrackReason.RAISED, track.raises)
        reason = _change(track, sighting)
        _note(track, sighting)
        return Verdict(None if reason is TrackReason.NOTHING_NEW else Phase.UPDATE, reason)

    def reviewed(self, object_id: str, alert: bool) -> Verdict:
        """What a review does to one of its objects: an alert raises it, or says once more that it matters."""
        if not alert:
            return Verdict(None, TrackReason.NOT_AN_ALERT)
        track = self._track(object_id)
        if track.alert or track.withdrawn:
            return Verdict(None, TrackReason.NOTHING_NEW)
        track.alert = True
        if track.raises:
            return Verdict(Phase.UPDATE, TrackReason.REVIEW_ALERT)
        track.raises = 1
        return Verdict(Phase.RAISE, TrackReason.REVIEW_ALERT)

    def _track(self, object_id: str) -> _Track:
        track = self._tracks.get(object_id)
        if track is None:
            track = self._tracks[object_id] = _Track()
            if len(self._tracks) > self._capacity:
                self._tracks.popitem(last=False)
        return track


def _false_positive(track: _Track) -> Verdict:
    if not track.raises:
        return Verdict(None, TrackReason.FALSE_POSITIVE)
    if track.withdrawn:
        return Verdict(None, TrackReason.NOTHING_NEW)
    track.withdrawn = True
    return Verdict(Phase.WITHDRAW, TrackReason.FALSE_POSITIVE, track.raises)


def _change(track: _Track, sighting: Sighting) -> TrackReason:
    """The change that matters most, or NOTHING_NEW."""
    if sighting.ended and not track.ended:
        return TrackReason.ENDED
    if sighting.zones - track.zones:
        return TrackReason.ZONE_ENTERED
    if _score_class(sighting.score) > track.score_class:
        return TrackReason.SCORE_ROSE
    if sighting.stationary and not track.stationary:
        return TrackReason.STATIONARY
    return TrackReason.NOTHING_NEW


def _note(track: _Track, sighting: Sighting) -> None:
    track.zones |= sighting.zones
    track.score_class = max(track.score_class, _score_class(sighting.score))
    track.stationary = sighting.stationary
    track.ended = track.ended or sighting.ended


def _score_class(score: float | None) -> int:
    return -1 if score is None else sum(score >= limit for limit in SCORE_CLASSES)
