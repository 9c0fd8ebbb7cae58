"""What a camera's message means in this city: camera → place, label → use case and nature."""

from dataclasses import dataclass
from datetime import UTC, datetime

from schemas.pack.devices import LabelRule
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Flag, Phase
from services.ingest.adapters.frigate.payloads import EventMessage, MessageType, ReviewMessage
from services.ingest.directory import Directory
from services.ingest.domain.clocks import time_flags
from services.ingest.domain.signal import Attribute, Place, Understood
from services.ingest.domain.tracking import Sighting, Tracking, TrackReason, Verdict

ALERT = "alert"
UNMAPPED = LabelRule(use_case="unmapped", nature=Nature.OBJECT_LEFT)
"""For nature and score only; the use case of a label the centre did not map is the label itself."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The signals of one MQTT message, and why there are (or are not) any."""

    signals: tuple[Understood, ...]
    reason: TrackReason


@dataclass(frozen=True, slots=True)
class _Camera:
    device: str
    place: Place
    flags: tuple[Flag, ...]
    labels: dict[str, LabelRule]
    name: str | None = None

    def rule(self, label: str) -> LabelRule:
        """What the centre says about a label. One it does not name is still a signal: the legal gate refuses it."""
        known = self.labels.get(label)
        return known if known is not None else UNMAPPED.model_copy(update={"use_case": label})


def understand_event(message: EventMessage, tracking: Tracking, directory: Directory, now: datetime) -> Reading:
    """The signal of a message of `frigate/events`, if a person would care about it."""
    found = message.after
    camera = _camera(found.camera, directory)
    rule = camera.rule(found.label)
    verdict = tracking.seen(
        Sighting(
            object_id=_tracked(found.camera, found.id),
            score=found.best_score,
            min_score=rule.min_score,
            false_positive=bool(found.false_positive),
            zones=frozenset(found.entered_zones),
            stationary=found.stationary,
            ended=message.type is MessageType.END,
        )
    )
    if verdict.phase is None:
        return Reading((), verdict.reason)
    at = _moment(found.frame_time or found.start_time)
    signal = _signal(
        camera,
        found.id,
        found.label,
        rule,
        verdict,
        at,
        now,
        found.current_zones or found.entered_zones,
        found.best_score,
    )
    return Reading((signal,), verdict.reason)


def understand_review(message: ReviewMessage, tracking: Tracking, directory: Directory, now: datetime) -> Reading:
    """The signals of a message of `frigate/reviews`: one for each of its objects that it says something new about."""
    review = message.after
    camera = _camera(review.camera, directory)
    at = _moment(review.start_time)
    signals = []
    reason = TrackReason.NOT_AN_ALERT
    for number, object_id in enumerate(review.data.detections):
        verdict = tracking.reviewed(_tracked(review.camera, object_id), review.severity == ALERT)
        reason = verdict.reason
        if verdict.phase is not None:
            label = _label(review.data.objects, number)
            zones = review.data.zones
            signals.append(_signal(camera, object_id, label, camera.rule(label), verdict, at, now, zones, None))
    return Reading(tuple(signals), TrackReason.REVIEW_ALERT if signals else reason)


def _signal(
    camera: _Camera,
    object_id: str,
    label: str,
    rule: LabelRule,
    verdict: Verdict,
    at: datetime | None,
    now: datetime,
    zones: tuple[str, ...],
    score: float | None,
) -> Understood:
    phase = verdict.phase or Phase.UPDATE
    attributes: dict[str, Attribute] = {"label": label, "change": verdict.reason.value}
    if zones:
        attributes["zones"] = ", ".join(zones)[:128]
    # Content and mark of a raise name the object alone: after a restart any later message of the same object
    # raises under the same fingerprint, and screening sees that it is no new one. Raised anew after a withdrawal,
    # it is one.
    what = f"{phase.value}{verdict.raises}"
    if phase is Phase.UPDATE:
        what = f"{verdict.reason.value}@{at.timestamp() if at else 0}"
    return Understood(
        device=camera.device,
        device_kind=DeviceKind.CAMERA,
        place=camera.place,
        nature=rule.nature,
        phase=phase,
        content=f"{object_id}/{what}".encode(),
        mark=object_id,
        device_at=at,
        zone_place=camera.name,
        code=label[:32],
        subject=object_id,
        use_case=rule.use_case,
        confidence=score,
        flags=(*camera.flags, *time_flags(at, now)),
        attributes=attributes,
    )


def _camera(name: str, directory: Directory) -> _Camera:
    known = directory.camera(name)
    if known is None:
        return _Camera(f"frigate:{name}", directory.unplaced(), directory.unknown_device, {})
    labels = known.device.analytics.labels if known.device.analytics is not None else {}
    return _Camera(known.device.id, known.place, (), labels, known.device.name)


def _tracked(camera: str, object_id: str) -> str:
    """Two Frigate servers may give one id to two objects; cameras have names of their own."""
    return f"{camera}/{object_id}"


def _label(labels: tuple[str, ...], number: int) -> str:
    """Reviews list labels apart from ids; `-verified` only says that a sub-label was recognised."""
    label = labels[number] if number < len(labels) else labels[0] if labels else "unknown"
    return label.removesuffix("-verified")


def _moment(unix_s: float | None) -> datetime | None:
    """Unix seconds as a moment; nonsense (zero, far future) is no moment."""
    if not unix_s or not 0 < unix_s < 32_503_680_000:  # the year 3000
        return None
    return datetime.fromtimestamp(unix_s, UTC)
