"""A small city, and alarms of every kind in it."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.messages.signal import Alarm, Signal, SignalOutcome, Situation, SituationMember
from schemas.pack.devices import Device
from schemas.pack.pack import CityPack
from schemas.pack.places import Centre, Commune, Sector, Site
from schemas.pack.responders import Agency, Responder, RunCard, Unit
from schemas.vocabulary.dispatching import Engagement, ResponderKind
from schemas.vocabulary.natures import Nature, Priority, is_urgent
from schemas.vocabulary.signals import DeviceKind, MatchReason, Outcome, Phase, ScreeningReason
from schemas.wire import Origin, Position

CENTRE = "99006"
NEIGHBOUR = "99007"
SCHOOL, SHOP, SQUARE = "school", "shop", "square"
CLOCK = Position(lat=49.12, lon=6.17)
PATROLS = ("pm-1", "pm-2", "pm-3")
"""In order of their distance from every site and device: about 1, 2 and 3 km."""


def now() -> datetime:
    """The machine's clock, which PostgreSQL on the same machine shares."""
    return datetime.now(UTC)


def card(name: str, *natures: Nature, **more: Any) -> RunCard:
    """A run card that engages one patrol by itself, unless told otherwise."""
    plain: dict[str, Any] = {"priority": Priority.P1, "engagement": Engagement.AUTOMATIC}
    plain["responders"] = (Responder(kind=ResponderKind.PATROL),)
    return RunCard(id=name, natures=natures, **plain | more)


def patrol(name: str, number: int, **more: Any) -> Unit:
    """A patrol `number` kilometres north of everything."""
    position = Position(lat=CLOCK.lat + number / 111.2, lon=CLOCK.lon)
    plain: dict[str, Any] = {"call_sign": name.upper(), "kind": ResponderKind.PATROL, "commune": CENTRE}
    return Unit(id=name, sector="middle", position=position, **plain | more)


def city(**changes: Any) -> CityPack:
    """Three patrols, a crew, two agencies, three sites and a run card for each kind of decision."""
    place: dict[str, Any] = {"commune": CENTRE, "sector": "middle", "position": CLOCK}
    firefighters = Responder(kind=ResponderKind.FIREFIGHTERS, agency="sdis")
    confirmed: dict[str, Any] = {
        "priority": Priority.P2,
        "verify_first": True,
        "engagement": Engagement.OPERATOR_CONFIRMED,
    }
    two = (Responder(kind=ResponderKind.PATROL, count=2),)
    crew = (Responder(kind=ResponderKind.MAINTENANCE),)
    parts: dict[str, Any] = {
        "centre": Centre(code=CENTRE, name="Essai", communes=(Commune(insee=CENTRE, name="Essai"),)),
        "sectors": (Sector(id="middle", name="M", commune=CENTRE, polygon=((49.0, 6.0), (49.3, 6.0), (49.2, 6.4))),),
        "sites": tuple(
            Site(id=name, name=name, kind=name, address=f"1 rue {name}", **place) for name in (SCHOOL, SHOP, SQUARE)
        ),
        "devices": tuple(
            Device(id=name, kind=kind, name=name, site=site, **place)
            for name, kind, site in (
                ("panel-school", DeviceKind.PANEL, SCHOOL),
                ("panel-shop", DeviceKind.PANEL, SHOP),
                ("kiosk", DeviceKind.KIOSK, None),
                ("camera", DeviceKind.CAMERA, None),
                ("lamp", DeviceKind.SENSOR, None),
            )
        ),
        "units": (
            *(patrol(name, number) for number, name in enumerate(PATROLS, start=1)),
            patrol("crew-1", 1, kind=ResponderKind.MAINTENANCE),
        ),
        "agencies": (
            Agency(id="sdis", name="SDIS", kind=ResponderKind.FIREFIGHTERS),
            Agency(id="police", name="Police", kind=ResponderKind.NATIONAL_POLICE),
        ),
        "run_cards": (
            card("fire", Nature.FIRE, responders=(Responder(kind=ResponderKind.PATROL), firefighters)),
            card("gas", Nature.GAS, responders=(firefighters,)),
            card("hold-up", Nature.HOLD_UP, responders=two),
            card("alone", Nature.SOS, Nature.KIOSK_SOS, Nature.PANIC, Nature.ASSAULT),
            card("distress", Nature.OFFICER_DISTRESS),
            card("intrusion-2", Nature.INTRUSION, priority=Priority.P2, min_sources=2, responders=two),
            card("intrusion", Nature.INTRUSION, **confirmed),
            card("seen", Nature.PERSON_DETECTED, Nature.DISTURBANCE, **confirmed | {"priority": Priority.P3}),
            card("fault", Nature.TECHNICAL_FAULT, Nature.LAMP_OUT, priority=Priority.P4, responders=crew),
        ),
    }
    return CityPack(**parts | changes)


def neighbour(**changes: Any) -> CityPack:
    """Another centre of the deployment, whose sites and sector have the same ids; one patrol of its own."""
    centre = Centre(code=NEIGHBOUR, name="Voisine", communes=(Commune(insee=NEIGHBOUR, name="Voisine"),))
    return city(**{"centre": centre, "units": (patrol("nb-1", 1, commune=NEIGHBOUR),)} | changes)


def signal(nature: Nature, device: str = "panel-school", **more: Any) -> Signal:
    """A signal of the small city, just received; `site` follows the panel."""
    sites = {"panel-school": SCHOOL, "panel-shop": SHOP}
    kinds = {"kiosk": DeviceKind.KIOSK, "camera": DeviceKind.CAMERA, "lamp": DeviceKind.SENSOR}
    plain: dict[str, Any] = {
        "signal_id": str(uuid.uuid4()),
        "origin": Origin(centre=CENTRE, commune=CENTRE, pack_version="test"),
        "device": device,
        "device_kind": kinds.get(device, DeviceKind.PANEL),
        "nature": nature,
        "received_at": now(),
        "site": sites.get(device),
        "sector": "middle",
        "position": CLOCK,
    }
    return Signal(**plain | more)


def sos(subject: str, phase: Phase = Phase.RAISE, **more: Any) -> Signal:
    """An app SOS, its follow-up position or its cancel."""
    return signal(
        Nature.SOS, f"app-{subject}", device_kind=DeviceKind.APP, subject=f"sos:{subject}", phase=phase, **more
    )


def alarm(of: Signal, **more: Any) -> Alarm:
    """The signal as screening passes it on."""
    reason = ScreeningReason.URGENT if is_urgent(of.nature) else ScreeningReason.NEW
    return Alarm(alarm_id=of.signal_id, signal=of, screened_at=now(), **{"reason": reason} | more)


def situation(name: str, of: Signal, **more: Any) -> Situation:
    """What correlation says when `of` is the newest alarm of situation `name`."""
    member = SituationMember(
        alarm_id=of.signal_id,
        device=of.device,
        device_kind=of.device_kind,
        nature=of.nature,
        at=of.received_at,
        reason=MatchReason.FIRST,
    )
    plain: dict[str, Any] = {
        "situation_id": name,
        "revision": 1,
        "origin": of.origin,
        "sector": of.sector,
        "nature": of.nature,
        "confidence": 0.7,
        "sources": 1,
        "total": 1,
        "opened_at": of.received_at,
        "changed_at": now(),
        "alarm": alarm(of),
        "members": (member,),
    }
    return Situation(**plain | more)


def outcome(of: Signal, what: Outcome, reason: ScreeningReason, **more: Any) -> SignalOutcome:
    """How screening ended a signal."""
    same = ("signal_id", "origin", "device", "device_kind", "nature", "phase", "received_at", "site", "sector")
    plain = {name: getattr(of, name) for name in (*same, "position", "subject", "flags", "attributes")}
    return SignalOutcome(**plain | {"outcome": what, "reason": reason, "decided_at": now()} | more)


def ago(**parts: float) -> datetime:
    """A moment that long ago."""
    return now() - timedelta(**parts)


def ahead(**parts: float) -> str:
    """A moment that lies so far ahead, as the doors take it."""
    return (now() + timedelta(**parts)).isoformat()
