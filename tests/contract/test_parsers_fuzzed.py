"""Any bytes into every parser of a door or topic: a value or that parser's own refusal with a reason, never a fault.

Hypothesis, 150 examples a parser; half of them damage a good message, so that the deep places are reached.
"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.codec import Undecodable, decode
from schemas.messages.dead import DeadLetter
from schemas.messages.dispatching import IncidentChanged
from schemas.messages.signal import Alarm, Signal, SignalOutcome, Situation
from schemas.pack.holder import PackHolder
from schemas.vocabulary.natures import Nature
from services.dispatch.api.door import revision_of
from services.dispatch.api.streaming import position_seen
from services.dispatch.api.trackers import owntracks, traccar
from services.dispatch.api.trackers.fix import Unreadable as TrackerUnreadable
from services.ingest.adapters.dc09.encryption import Unreadable, open_content
from services.ingest.adapters.dc09.event_data import contact_id_event, sia_events
from services.ingest.adapters.dc09.frame import FrameError, parse
from services.ingest.adapters.dc09.splitter import MAX_FRAME, Splitter
from services.ingest.adapters.dc09.understanding import understand, unreadable
from services.ingest.adapters.frigate.payloads import Malformed, read_event, read_review
from services.ingest.adapters.frigate.understanding import understand_event, understand_review
from services.ingest.adapters.generic.routes import read_signal
from services.ingest.adapters.generic.understanding import understand as understand_generic
from services.ingest.adapters.http import signing
from services.ingest.adapters.http.lenient import Unusable, read
from services.ingest.adapters.kiosks.bodies import KioskCall
from services.ingest.adapters.kiosks.routes import understand_call
from services.ingest.adapters.sos.bodies import SosCall
from services.ingest.adapters.sos.understanding import SosReader
from services.ingest.domain.signal import Understood
from services.ingest.domain.tracking import Tracking
from services.ingest.messages import to_record, to_signal
from tests.flow.bad_input.camera_cases import event
from tests.flow.bad_input.topic_cases import GOOD_SIGNAL
from tests.unit.ingest import frames
from tests.unit.ingest.world import directory

FUZZ = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
NOW = datetime(2026, 5, 4, 21, 12, 3, tzinfo=UTC)
CITY = directory()
ODD = [
    b"\x00",
    b"\xff",
    b'"',
    b"{",
    b"]",
    b"|",
    b"^",
    b"#",
    b"\r",
    b"\n",
    b"1e999",
    b"NaN",
    b"-1",
    b"\\u0000",
    b"\\ud800",
]


def damaged(*good: bytes) -> st.SearchStrategy[bytes]:
    """Any bytes, or a good message with a piece cut out and something odd put in."""

    @st.composite
    def damage(draw: Any) -> bytes:
        message: bytes = draw(st.sampled_from(good))
        for _ in range(draw(st.integers(1, 4))):
            begin = draw(st.integers(0, len(message)))
            end = draw(st.integers(begin, min(len(message), begin + 12)))
            odd: bytes = draw(st.sampled_from(ODD) | st.binary(max_size=6))
            message = message[:begin] + odd + message[end:]
        return message

    return st.binary(max_size=200) | damage()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def body(**fields: list[Any]) -> st.SearchStrategy[bytes]:
    """JSON objects with these names, whose values are right now and then."""
    values = {name: st.sampled_from(good) | JSON for name, good in fields.items()}
    return st.fixed_dictionaries({}, optional=values).map(lambda found: json.dumps(found).encode()) | damaged(
        json.dumps({name: good[0] for name, good in fields.items()}).encode()
    )


def stored(understood: Understood) -> None:
    """What was understood fits the contract, and no text of it is one that a database refuses."""
    record = to_record(to_signal(understood, "id", understood.mark, NOW))
    decode(record[1], record[2], [Signal])
    assert b"\\u0000" not in record[1]


def refused(*reasons: str) -> None:
    """Every refusal says why."""
    assert reasons
    assert all(reasons)


def same(kept: bytes | None, sent: bytes | None) -> None:
    """The bytes travel with the refusal."""
    assert kept == sent


FRAMES = (
    frames.plain("Nri1/FA01^Hall^", at=NOW),
    frames.plain("1131 01 015", token="ADM-CID", extended="[X006E07.7777][Y49N06.6666]"),
    frames.encrypted("Nri1/BA02", NOW),
    frames.plain("", token="NULL", binary_crc=True),
)


@FUZZ
@given(damaged(*FRAMES))
def test_dc09_stream(raw: bytes) -> None:
    """Any stream is cut into pieces; each is a frame that is understood, or has its fault."""
    splitter = Splitter()
    for piece in [*splitter.feed(raw), *splitter.close()]:
        assert len(piece.raw) <= MAX_FRAME + 1
        try:
            frame = parse(piece.raw)
        except FrameError as error:
            refused(error.fault.value)
            continue
        read_ = unreadable(frame, CITY) if frame.content is None else understand(frame, frame.content, CITY, NOW)
        assert read_.signals
        for signal in read_.signals:
            stored(signal)


@FUZZ
@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=80), st.sampled_from(["SIA-DCS", "ADM-CID", "NULL"]))
def test_dc09_content_behind_a_right_crc(data: str, token: str) -> None:
    """Whatever stands between the brackets of a frame with a right CRC is understood or flagged."""
    framed = frames.envelope(f'"{token}"0001L0#571001[{data}'.encode("latin-1")).strip(b"\r\n")
    try:
        frame = parse(framed)
    except FrameError:
        return
    read_ = unreadable(frame, CITY) if frame.content is None else understand(frame, frame.content, CITY, NOW)
    for signal in read_.signals:
        stored(signal)
    assert sia_events(data)
    assert contact_id_event(data)


@FUZZ
@given(st.text(max_size=80) | st.binary(max_size=64).map(bytes.hex))
def test_dc09_cipher(cipher: str) -> None:
    """Any cipher text opens, or is unreadable."""
    try:
        assert "]" in open_content(cipher, frames.KEY)
    except Unreadable as error:
        refused(str(error))


@FUZZ
@given(damaged(event(1, frame_time=1.7e9, entered_zones=["a"], score=0.9)))
def test_frigate(raw: bytes) -> None:
    """Any payload of either topic is understood, or malformed with its place."""
    for one in (
        lambda: understand_event(read_event(raw), Tracking(), CITY, NOW).signals,
        lambda: understand_review(read_review(raw), Tracking(), CITY, NOW).signals,
    ):
        try:
            for signal in one():
                stored(signal)
        except Malformed as error:
            refused(str(error))


@FUZZ
@given(body(lat=[49.1], lon=[6.2], accuracy_m=[5], at=["2026-05-04T21:12:03Z"], sos_id=["a"], person=["p"], kind=["k"]))
def test_sos(raw: bytes) -> None:
    """Any body of an SOS is an SOS."""
    found = read(raw, SosCall)
    signal = SosReader(b"key").call(found.body.sos_id or "made", found.body, raw, CITY, NOW)
    assert signal.nature is Nature.SOS
    stored(signal)


@FUZZ
@given(body(nature=["sos", "access"], call_id=["c-1"], at=["2026-05-04T21:12:03Z", 1]))
def test_kiosk(raw: bytes) -> None:
    """Any body of a press is understood, or it is said what is missing."""
    try:
        stored(understand_call("kiosk-1", read(raw, KioskCall).body, raw, CITY, NOW))
    except Unusable as error:
        refused(*error.doubts)


@FUZZ
@given(
    JSON
    | st.fixed_dictionaries(
        {"device": st.just("lamp-1") | JSON, "nature": st.sampled_from([*map(str, Nature)]) | JSON},
        optional=dict.fromkeys(("phase", "at", "lat", "lon", "accuracy_m", "sequence", "attributes"), JSON),
    )
)
def test_generic(item: Any) -> None:
    """Any item of a list is understood, or refused with place and reason."""
    try:
        stored(understand_generic(read_signal(item).body, CITY, NOW))
    except Unusable as error:
        refused(*error.doubts)


@FUZZ
@given(
    st.none() | damaged(GOOD_SIGNAL % b""),
    st.lists(st.tuples(st.sampled_from(["ce_type", "x"]), st.none() | st.binary(max_size=9) | st.text(max_size=9))),
)
def test_codec(value: bytes | None, headers: list[tuple[str, bytes | str | None]]) -> None:
    """Any record is one of the expected messages, or undecodable with a reason and its bytes."""
    for kind in (Signal, Alarm, SignalOutcome, Situation, IncidentChanged, DeadLetter):
        try:
            decode(value, [*headers, ("ce_type", kind.ce_type.encode())], [kind])
        except Undecodable as error:
            refused(error.reason)
            same(error.raw, value)


@FUZZ
@given(
    st.none() | st.binary(max_size=9),
    st.none() | damaged(b'{"centre":"57463","part":"centre","version":"1","body":{}}'),
)
def test_pack_parts(key: bytes | None, value: bytes | None) -> None:
    """Any record of `packs` is held or rejected with a reason; the holder goes on."""
    reasons: list[str] = []
    holder = PackHolder(lambda pack: None, reasons.append)
    holder.accept(key, value, [("ce_type", b"vigie.pack_part.applied.v1")])
    assert all(reasons)
    assert dict(holder.packs) == {}


@pytest.mark.parametrize("header", ["x-vigie-device", "x-vigie-id", "x-vigie-time", "x-vigie-signature"])
@FUZZ
@given(value=st.text(alphabet=st.characters(max_codepoint=255), max_size=120))
def test_signing_headers(header: str, value: str) -> None:
    """Any value of a signing header is well formed or not; its time is a moment or none."""
    good = {
        "x-vigie-device": "d",
        "x-vigie-id": "m",
        "x-vigie-time": "1777929123",
        "x-vigie-signature": "v1=" + "0" * 64,
    }
    found = signing.headers_of({**good, header: value})
    if isinstance(found, signing.Signed):
        assert found.at is None or found.at.tzinfo is UTC


TRACKER = body(
    _type=["location", "encrypted", "lwt"],
    lat=[49.1, "49.1"],
    lon=[6.2],
    acc=[5],
    tst=[1777929123],
    topic=["owntracks/u/d"],
    device_id=["t-1"],
    location=[{"timestamp": "2026-05-04T21:12:03Z", "coords": {"latitude": 49.1, "longitude": 6.2}}],
    device=[{"uniqueId": "t-1"}],
    position=[{"fixTime": "2026-05-04T21:12:03Z", "latitude": 49.1, "longitude": 6.2}],
)
PAIRS = st.lists(
    st.tuples(st.sampled_from(["id", "lat", "lon", "timestamp", "location", "valid"]), st.text(max_size=20))
)


@FUZZ
@given(TRACKER, st.dictionaries(st.sampled_from(["x-limit-u", "x-limit-d", "authorization"]), st.text(max_size=30)))
def test_owntracks(raw: bytes, headers: dict[str, str]) -> None:
    """Any message of OwnTracks is a fix, nothing, or unreadable with its sentences."""
    try:
        owntracks.read(raw, headers, {})
    except TrackerUnreadable as error:
        refused(str(error))


@FUZZ
@given(TRACKER, PAIRS)
def test_traccar(raw: bytes, query: list[tuple[str, str]]) -> None:
    """Any request of Traccar is a fix, nothing, or unreadable with its sentences."""
    try:
        traccar.read(raw, query)
    except TrackerUnreadable as error:
        refused(str(error))


DIGITS = st.text(max_size=30) | st.integers().map(str) | st.just("9" * 5000) | st.sampled_from(["²", "٣", "-1", '"7"'])


@FUZZ
@given(DIGITS)
def test_positions_and_entity_tags(text: str) -> None:
    """Any Last-Event-ID and any If-Match is a number of ours or none."""
    position = position_seen(text)
    assert position is None or str(position) == text.lstrip("0") or position == 0
    assert revision_of(text) >= 0
