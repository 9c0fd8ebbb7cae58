"""What a frame means in this city: account → device and site, zone → place, event code → nature."""

from dataclasses import dataclass, replace
from datetime import datetime

from schemas.pack.devices import Zone
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Flag, Phase
from services.ingest.adapters.dc09 import location
from services.ingest.adapters.dc09.contact_id_codes import contact_id_meaning
from services.ingest.adapters.dc09.event_data import PanelEvent, contact_id_event, sia_events
from services.ingest.adapters.dc09.frame import Content, Frame
from services.ingest.adapters.dc09.meaning import UNKNOWN, EventClass, Meaning
from services.ingest.adapters.dc09.sia_codes import sia_meaning
from services.ingest.adapters.dc09.timestamp import doubtful, read
from services.ingest.directory import Directory, KnownDevice, point
from services.ingest.domain.signal import Attribute, Place, Understood

SUPERVISION = "NULL"
SIA, CONTACT_ID = "SIA-DCS", "ADM-CID"
NO_ACCOUNT = "unknown"


@dataclass(frozen=True, slots=True)
class Reading:
    """The signals of one frame. `usable` false: what it carries could not be read, so the panel is told DUH."""

    signals: tuple[Understood, ...]
    usable: bool


@dataclass(frozen=True, slots=True)
class _Sender:
    """The panel of a frame as the pack knows it, or a stand-in that is flagged."""

    device: str
    place: Place
    known: KnownDevice | None
    flags: tuple[Flag, ...]

    @property
    def name(self) -> str | None:
        """The panel's name in the pack."""
        return self.known.device.name if self.known is not None else None


def unreadable(frame: Frame, directory: Directory) -> Reading:
    """A frame whose content stays shut: no key, another key, or a format nobody reads here.

    Its account is readable, so someone can look: it raises a flagged alarm (supervision: a heartbeat that proves
    nothing), and DUH tells the panel not to repeat what we could not use the next time either.
    """
    sender = _sender(frame, directory)
    supervision = frame.token == SUPERVISION
    signal = Understood(
        device=sender.device,
        device_kind=DeviceKind.PANEL,
        place=sender.place,
        nature=Nature.SUPERVISION_LOST if supervision else Nature.UNKNOWN_ALARM,
        phase=Phase.HEARTBEAT if supervision else Phase.RAISE,
        content=frame.message,
        mark=frame.sequence if frame.numbered else None,
        zone_place=sender.name,
        flags=(*sender.flags, *_length(frame), Flag.UNKNOWN_CODE),
        attributes={"format": frame.token, "readable": False},
        proves_life=False,
    )
    return Reading((signal,), usable=False)


def understand(frame: Frame, content: Content, directory: Directory, now: datetime) -> Reading:
    """The signals of a readable frame, one an event. An unknown account or code raises a flagged signal."""
    if frame.token not in {SUPERVISION, SIA, CONTACT_ID}:
        return unreadable(frame, directory)
    sender = _sender(frame, directory)
    extended = dict(content.extended)
    sent_at = read(content.timestamp) if content.timestamp is not None else None
    clock_wrong = (content.timestamp is not None and sent_at is None) or doubtful(sent_at, now)
    frame_signal = Understood(
        device=sender.device,
        device_kind=DeviceKind.PANEL,
        place=_placed(sender, directory, extended),
        nature=Nature.SUPERVISION_LOST,
        phase=Phase.HEARTBEAT,
        content=_content(frame, content),
        mark=frame.sequence if frame.numbered else None,
        device_at=location.occurred(extended) or sent_at,
        zone_place=sender.name,
        flags=(*sender.flags, *_length(frame), *((Flag.WRONG_CLOCK,) if clock_wrong else ())),
        attributes=_attributes(frame, sender),
        proves_life=frame.encrypted or not _expects_encryption(sender),
    )
    if frame.token == SUPERVISION:
        return Reading((replace(frame_signal, code=SUPERVISION),), usable=True)
    events = (contact_id_event(content.data),) if frame.token == CONTACT_ID else sia_events(content.data)
    signals = tuple(_event(frame_signal, event, number, sender) for number, event in enumerate(events))
    return Reading(signals, usable=any(event.code is not None for event in events))


def _event(frame_signal: Understood, event: PanelEvent, number: int, sender: _Sender) -> Understood:
    """The frame's signal, made the signal of its `number`-th event."""
    meaning = _meaning(event)
    status = meaning.kind is EventClass.STATUS
    # In a status or a cancel the number is a person's code, not a zone.
    zone_number = None if status or meaning.phase is Phase.CANCEL else event.zone
    zone = sender.known.zone(zone_number) if sender.known is not None else None
    named = zone.zone if zone is not None else zone_number
    flags = frame_signal.flags
    if meaning.kind is EventClass.UNKNOWN:
        flags = (*flags, Flag.UNKNOWN_CODE)
    if zone_number is not None and zone is None and sender.known is not None:
        flags = (*flags, Flag.UNKNOWN_ZONE)
    return replace(
        frame_signal,
        nature=_nature(meaning, zone),
        phase=meaning.phase,
        content=frame_signal.content + b"/%d" % number,
        place=_at_zone(frame_signal.place, zone),
        zone=named,
        zone_place=zone.place if zone is not None else sender.name,
        # Without a zone, readers look for the newest of this nature on this device.
        subject=f"{sender.device}/{named}" if named else None,
        code=_code(event),
        flags=flags,
        attributes=frame_signal.attributes | _event_attributes(event, status),
    )


def _meaning(event: PanelEvent) -> Meaning:
    if event.code is None:
        return UNKNOWN
    if event.qualifier is not None:
        return contact_id_meaning(event.qualifier, event.code)
    return sia_meaning(event.code)


def _nature(meaning: Meaning, zone: Zone | None) -> Nature:
    """The installer knows better than the code what an alarm of this zone is. A fault stays a fault, and a code that
    nobody knows is verified by an operator, also in a fire zone: it may be a test or a restore."""
    if zone is not None and zone.nature is not None and meaning.kind is EventClass.ALARM:
        return zone.nature
    return meaning.nature


def _code(event: PanelEvent) -> str | None:
    return None if event.code is None else f"{event.qualifier or ''}{event.code}"


def _event_attributes(event: PanelEvent, status: bool) -> dict[str, Attribute]:
    found: dict[str, Attribute] = {}
    if event.area is not None:
        found["area"] = event.area
    if event.code is None:
        found["unread"] = event.raw[:128]
    if event.text is not None and not status:
        found["zone_text"] = event.text  # in a status it would be a person's name
    return found


def _sender(frame: Frame, directory: Directory) -> _Sender:
    known = directory.panel(frame.account)
    if known is None:
        place = directory.unplaced()
        return _Sender(f"dc09:{frame.account or NO_ACCOUNT}", place, None, directory.unknown_device)
    return _Sender(known.device.id, known.place, known, ())


def _expects_encryption(sender: _Sender) -> bool:
    panel = sender.known.device.panel if sender.known is not None else None
    return panel is not None and panel.key_ref is not None


def _attributes(frame: Frame, sender: _Sender) -> dict[str, Attribute]:
    found: dict[str, Attribute] = {"format": frame.token}
    if sender.known is None and frame.account is not None:
        found["account"] = frame.account
    if _expects_encryption(sender) and not frame.encrypted:
        found["unencrypted"] = True
    return found


def _length(frame: Frame) -> tuple[Flag, ...]:
    return (Flag.BAD_LENGTH,) if frame.length_wrong else ()


def _placed(sender: _Sender, directory: Directory, extended: dict[str, str]) -> Place:
    """A panel that sends its position is mobile: the position it sends holds, in its own site."""
    sent = location.position(extended)
    if sent is None:
        return sender.place
    if sender.known is None:
        return directory.at(sent)
    return replace(sender.place, position=sent)


def _at_zone(place: Place, zone: Zone | None) -> Place:
    if zone is None or zone.position is None:
        return place
    return replace(place, position=point(zone.position))


def _content(frame: Frame, content: Content) -> bytes:
    """The bytes that make a repeat: all of a plain frame; of an encrypted one all but padding and timestamp.

    An encrypted repeat must bear a fresh time to be accepted, and padding is random: neither makes a new event.
    """
    if not frame.encrypted:
        return frame.message
    extended = "".join(f"[{name}{value}]" for name, value in content.extended)
    return f"{frame.token}{frame.sequence}{frame.route}[{content.data}]{extended}".encode("latin-1")
