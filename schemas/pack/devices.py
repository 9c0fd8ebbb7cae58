"""Devices of a site or a street, and the legal bases of camera analytics."""

from typing import Annotated

from pydantic import Field

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceAuth, DeviceKind
from schemas.wire import Identifier, Insee, Instant, Position, WireModel


class Zone(WireModel):
    """A panel's zone or partition. `nature` overrides what the alarm code says, where the installer knows better."""

    zone: Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{1,6}$")]
    place: str
    position: Position | None = None
    nature: Nature | None = None


class Panel(WireModel):
    """What a DC-09 panel adds. `key_ref` names its AES key (hex, 16, 24 or 32 bytes); none means plain frames.

    `supervision_s`: seconds within which it must be heard, else `supervision_lost`.
    """

    account: Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{3,16}$")]
    key_ref: str | None = None
    zones: tuple[Zone, ...] = ()
    supervision_s: Annotated[int, Field(ge=10)] | None = None


class Analytics(WireModel):
    """What a camera adds: its name in Frigate, and label → (use case, nature) as the centre maps them.

    `frigate_instance`: the Frigate that speaks for it, where several do: it publishes on `frigate/<instance>/…`, and
    the camera is heard on no other topic. None: on `frigate/events` and `frigate/reviews` only.
    """

    frigate_name: Identifier
    frigate_instance: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")] | None = None
    labels: dict[str, "LabelRule"] = Field(default_factory=dict)


class LabelRule(WireModel):
    """One analytics label: the use case whose legal basis the gate looks up, and what it would mean."""

    use_case: Identifier
    nature: Nature
    min_score: Annotated[float, Field(ge=0, le=1)] = 0.0


class Device(WireModel):
    """One device. Its `id` is what doors call `device` or `kiosk`.

    `auth`: how it proves itself at the HTTP door (docs/devices.md). `auth_key_ref` names the key of `auth: hmac`, the
    secret's bytes as they stand there.
    """

    id: Identifier
    kind: DeviceKind
    name: str
    commune: Insee
    sector: Identifier
    position: Position
    site: Identifier | None = None
    panel: Panel | None = None
    analytics: Analytics | None = None
    supervision_s: Annotated[int, Field(ge=10)] | None = None
    network: str | None = None
    auth: DeviceAuth = DeviceAuth.NONE
    auth_key_ref: str | None = None


class LegalBasis(WireModel):
    """What allows one analytics use case, in one period, by whom. Without one the gate refuses."""

    use_case: Identifier
    basis: Annotated[str, Field(min_length=3)]
    starts_at: Instant
    ends_at: Instant
    approver: Annotated[str, Field(min_length=3)]
    cameras: tuple[Identifier, ...] = ()


Analytics.model_rebuild()
