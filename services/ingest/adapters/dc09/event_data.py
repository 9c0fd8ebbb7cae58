"""The events in a frame's data: SIA DC-03/DC-04 blocks (`Nri1/BA12^text^`) and Ademco Contact ID (`1131 01 015`)."""

import re
from dataclasses import dataclass

MAX_EVENTS = 64
"""Events of one frame that are read; a 4 KiB frame of a real panel holds far fewer."""

_TEXT = re.compile(r"\^([^^]*)\^")
_MODIFIER = re.compile(r"(?P<name>[a-z]{2})(?P<value>[0-9:.\-]*)")
_EVENT = re.compile(r"(?P<code>[A-Z][A-Z_])(?P<zone>[0-9A-Fa-f]{0,6})")
_CONTACT_ID = re.compile(
    r"\s*(?P<qualifier>[0-9])\s?(?P<code>[0-9A-F]{3})\s+(?P<group>[0-9A-F]{2})\s+(?P<zone>[0-9A-F]{3})\s*"
)


@dataclass(frozen=True, slots=True)
class PanelEvent:
    """One event. `code` is two letters (SIA) or three digits (Contact ID, with its `qualifier`), None if unreadable.

    `zone` and `area` as the panel wrote them, without leading zeros; `text` is the panel's own name of the zone.
    `raw` is the piece of data it was read from.
    """

    code: str | None
    raw: str
    qualifier: str | None = None
    zone: str | None = None
    area: str | None = None
    text: str | None = None


def contact_id_event(data: str) -> PanelEvent:
    """The one event of an ADM-CID frame's data, `#acct|` in front or not; unreadable gives an event without code."""
    raw = _behind_account(data).strip("|")
    match = _CONTACT_ID.fullmatch(raw)
    if match is None:
        return PanelEvent(None, raw)
    return PanelEvent(match["code"], raw, match["qualifier"], _number(match["zone"]), _number(match["group"]))


def sia_events(data: str) -> tuple[PanelEvent, ...]:
    """The events of a SIA-DCS frame's data, in order; at least one, at most MAX_EVENTS."""
    events: list[PanelEvent] = []
    for block in _behind_account(data).split("|"):
        if block.strip() and not (block.startswith("A") and events):  # an A block is text to the one before
            events.extend(_block(block))
    return tuple(events[:MAX_EVENTS]) or (PanelEvent(None, data),)


def _behind_account(data: str) -> str:
    return data.partition("|")[2] if data.startswith("#") else data


def _block(block: str) -> list[PanelEvent]:
    """The events of one block; modifiers (`ri` area, `ti` time, `id` user …) hold for all that follow."""
    texts = _TEXT.findall(block)
    pieces = _TEXT.sub("", block).removeprefix("N").removeprefix("O").split("/")
    area: str | None = None
    events: list[PanelEvent] = []
    unreadable = ""
    for piece in pieces:
        rest, area = _modifiers(piece.strip(), area)
        match = _EVENT.match(rest)
        if match is not None:
            events.append(PanelEvent(match["code"], rest, None, _number(match["zone"]), area))
        elif rest:
            unreadable = rest
    if texts and events:
        last = events[-1]
        text = texts[0].strip()[:64] or None
        events[-1] = PanelEvent(last.code, last.raw, None, last.zone, last.area, text)
    # What cannot be read beside a readable event is its decoration; alone it is an event nobody understood.
    return events or [PanelEvent(None, unreadable or block)]


def _modifiers(piece: str, area: str | None) -> tuple[str, str | None]:
    """The piece behind its lower-case modifiers, and the area if one of them names it."""
    while (match := _MODIFIER.match(piece)) is not None:
        if match["name"] == "ri":
            area = _number(match["value"])
        piece = piece[match.end() :]
    return piece, area


def _number(digits: str) -> str | None:
    """Zone and area numbers without leading zeros; all zeros or nothing means the whole panel."""
    return digits.lstrip("0").upper() or None
