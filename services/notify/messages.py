"""The only place where wire models become notify's values and back."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from schemas.messages.dispatching import IncidentChanged
from schemas.messages.notifying import NotificationReported
from schemas.pack.devices import Device
from schemas.pack.pack import CityPack
from schemas.pack.places import Site
from schemas.pack.responders import RunCard
from schemas.vocabulary.dispatching import HandOverState, NotifyOutcome, ResponderKind, WorkOrderState
from schemas.wire import Origin
from services.notify.domain.directory import AgencyEntry, CardEntry, Directory, PlaceEntry
from services.notify.domain.news import News

NAMESPACE = uuid.UUID("b1c7a3d2-6f0e-5d57-9a41-6f2f0c1d7e35")
E_ = TypeVar("E_", bound=StrEnum)


def news_of(message: IncidentChanged) -> News:
    """The event as domain value. Unknown words in `detail` and `state` count as absent: they steer nothing then."""
    detail, state = message.detail, message.state
    return News(
        event_id=message.id,
        incident_id=message.incident_id,
        centre=message.origin.centre,
        commune=message.origin.commune,
        pack_version=message.origin.pack_version,
        event=message.event,
        why=message.reason,
        at=message.at,
        nature=message.nature,
        priority=message.priority,
        site=_text(detail, "site") or _text(state, "site"),
        device=_text(detail, "device") or _text(state, "device"),
        run_card=_text(detail, "run_card") or _text(state, "run_card"),
        agency=_text(detail, "agency"),
        hand_over=_text(detail, "hand_over_id"),
        hand_over_state=_word(HandOverState, detail.get("state")),
        work_order=_text(detail, "work_order_id") or _text(detail, "order_id"),
        work_order_state=_word(WorkOrderState, detail.get("state")),
        failed_recipient=_text(detail, "recipient"),
    )


def directory_of(pack: CityPack) -> Directory:
    """What notify uses of a pack."""
    return Directory(
        centre=pack.centre.code,
        version=pack.version,
        agencies={
            agency.id: AgencyEntry(agency.id, agency.name, agency.webhook_url, agency.secret_ref, agency.apprise_ref)
            for agency in pack.agencies
        },
        sites={site.id: _site(site) for site in pack.sites},
        devices={device.id: _device(device) for device in pack.devices},
        cards={card.id: _card(card) for card in pack.run_cards},
        communes={commune.insee: commune.name for commune in pack.centre.communes},
        exercise=pack.centre.exercise,
    )


def key_of(event_id: str, recipient: str) -> str:
    """The once-only key of an event and a recipient, stable for ever: UUIDv5 (RFC 9562)."""
    return str(uuid.uuid5(NAMESPACE, f"{event_id}/{recipient}"))


def report_of(row: Any, at: datetime) -> NotificationReported:
    """The message of one result row; the same row always gives the same id."""
    return NotificationReported(
        id=str(uuid.uuid5(NAMESPACE, f"{row.key}/{row.attempt}/{row.outcome}")),
        origin=Origin.model_validate(row.origin),
        key=row.key,
        incident_id=row.incident_id,
        caused_by=row.event_id,
        recipient=row.recipient,
        channel=row.channel,
        outcome=NotifyOutcome(row.outcome),
        reason=row.reason,
        attempt=row.attempt,
        at=at,
    )


def _text(values: dict[str, Any], name: str) -> str | None:
    value = values.get(name)
    return value if isinstance(value, str) and value else None


def _word(vocabulary: type[E_], value: Any) -> E_ | None:
    return next((word for word in vocabulary if word.value == value), None)


def _site(site: Site) -> PlaceEntry:
    position = site.position
    return PlaceEntry(site.id, site.name, site.address, position.lat, position.lon, site.notes_fr, site.notes_en)


def _device(device: Device) -> PlaceEntry:
    return PlaceEntry(device.id, device.name, "", device.position.lat, device.position.lon)


def _card(card: RunCard) -> CardEntry:
    lines = (line for line in card.responders if line.kind is ResponderKind.MAINTENANCE)
    contractor = next((line.agency for line in lines if line.agency), None)
    return CardEntry(card.id, card.instructions_fr, card.instructions_en, contractor)
