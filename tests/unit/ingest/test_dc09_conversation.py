"""What a panel is answered, and what its frames raise in the small city."""

import asyncio

import pytest

from schemas.messages.signal import Signal
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Flag, Phase
from services.ingest.adapters.dc09.splitter import Splitter
from tests.unit.ingest import frames
from tests.unit.ingest.world import KEY_NAME, START, World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """The small city, which holds the key of its encrypted panel."""
    monkeypatch.setenv(KEY_NAME, frames.KEY.hex())
    return World()


async def say(world: World, stream: bytes) -> bytes:
    """The answers to a stream, as the TCP listener would give them."""
    splitter = Splitter()
    pieces = [*splitter.feed(stream), *splitter.close()]
    return b"".join([await world.conversation.answer(piece, "tcp", "192.0.2.1") for piece in pieces])


async def heard(world: World, stream: bytes) -> Signal:
    """The one signal that an acknowledged frame raised."""
    assert b'ACK"' in await say(world, stream)
    (signal,) = world.lanes.signals
    return signal


async def test_fire_in_a_known_zone(world: World) -> None:
    """A fire frame raises a fire at the zone's place, on both lanes with one id, and is acknowledged."""
    signal = await heard(world, frames.plain("Nri1/FA01", at=START))
    assert (signal.device, signal.site, signal.sector) == ("panel-school", "school", "east")
    assert (signal.zone, signal.place, signal.subject) == ("01", "Hall", "panel-school/01")
    assert (signal.nature, signal.phase, signal.code, signal.mark) == (Nature.FIRE, Phase.RAISE, "FA", "0001")
    assert (signal.device_at, signal.flags, signal.device_kind) == (START, (), DeviceKind.PANEL)
    assert [copy.signal_id for copy in world.lanes.urgent] == [signal.signal_id]


async def test_zone_nature_overrides_an_alarm_code(world: World) -> None:
    """A burglary code from a zone that the installer declared a fire zone is a fire, and urgent."""
    assert (await heard(world, frames.plain("Nri1/BA1"))).nature is Nature.FIRE
    assert len(world.lanes.urgent) == 1


async def test_zone_nature_does_not_touch_a_fault(world: World) -> None:
    """A fault in a fire zone stays a fault: nobody is sent for it in a hurry."""
    assert (await heard(world, frames.plain("Nri1/FT01"))).nature is Nature.TECHNICAL_FAULT
    assert world.lanes.urgent == []


async def test_restore_annotates(world: World) -> None:
    """A restore has the alarm's subject and does not take the urgent lane."""
    signal = await heard(world, frames.plain("Nri1/FH01"))
    assert (signal.nature, signal.phase, signal.subject) == (Nature.FIRE, Phase.RESTORE, "panel-school/01")
    assert world.lanes.urgent == []


async def test_cancel_names_a_user_not_a_zone(world: World) -> None:
    """A cancel's number is a user code: it is not taken for the zone of that number."""
    signal = await heard(world, frames.plain("Nri1/BC01"))
    assert (signal.phase, signal.zone, signal.subject) == (Phase.CANCEL, None, None)


async def test_contact_id(world: World) -> None:
    """Contact ID gives the same signal as its SIA twin, with its own code."""
    signal = await heard(world, frames.plain("1131 01 002", token="ADM-CID"))
    assert (signal.nature, signal.code, signal.zone) == (Nature.INTRUSION, "1131", "02")
    assert signal.position is not None
    assert signal.position.lat == 49.11


async def test_several_events_are_several_signals(world: World) -> None:
    """Each event of a frame is a signal of its own; two of one nature in one zone as well."""
    assert b'"ACK"' in await say(world, frames.plain("Nri1/BA02/BA02/TA03"))
    assert [signal.code for signal in world.lanes.signals] == ["BA", "BA", "TA"]
    assert len({signal.signal_id for signal in world.lanes.signals}) == 3


async def test_unknown_account_raises_a_flagged_signal(world: World) -> None:
    """An account in no pack is acknowledged and raises a signal that says so, in the only centre."""
    signal = await heard(world, frames.plain("Nri1/FA01", account="AAA"))
    assert (signal.device, signal.flags) == ("dc09:AAA", (Flag.UNKNOWN_DEVICE,))
    assert (signal.origin.centre, signal.nature) == ("57463", Nature.FIRE)


async def test_unreadable_data_is_told_and_raised(world: World) -> None:
    """Data that holds no event: DUH, since its repeat would be no better, and an alarm that an operator verifies."""
    assert b'"DUH"' in await say(world, frames.plain("Nri1/!!"))
    (signal,) = world.lanes.signals
    assert (signal.nature, signal.flags) == (Nature.UNKNOWN_ALARM, (Flag.UNKNOWN_CODE,))
    assert signal.attributes["unread"] == "!!"


async def test_unknown_code_in_a_fire_zone_is_verified(world: World) -> None:
    """A code that nobody knows may be a test or a restore: nobody is sent in a hurry, also not in a fire zone."""
    signal = await heard(world, frames.plain("Nri1/QQ01"))
    assert (signal.nature, signal.place, signal.flags) == (Nature.UNKNOWN_ALARM, "Hall", (Flag.UNKNOWN_CODE,))


async def test_unknown_letters_and_zone(world: World) -> None:
    """Two letters that DC-03 does not give, in a zone that the pack does not hold: both doubts are told."""
    signal = await heard(world, frames.plain("Nri1/QQ77"))
    assert (signal.nature, signal.zone) == (Nature.UNKNOWN_ALARM, "77")
    assert set(signal.flags) == {Flag.UNKNOWN_CODE, Flag.UNKNOWN_ZONE}


async def test_wrong_length_and_clock_are_flagged(world: World) -> None:
    """A wrong length and a clock years behind are told and hold nothing back."""
    world.clock.forward(86_400)
    signal = await heard(world, frames.plain("Nri1/BA02", at=START, length="L000"))
    assert signal.flags == (Flag.BAD_LENGTH, Flag.WRONG_CLOCK)


async def test_supervision_is_a_heartbeat(world: World) -> None:
    """NULL is acknowledged and stored as a heartbeat; sequence 0000 is no mark, so each one counts."""
    null = frames.envelope(b'"NULL"0000L0#571001[]')
    assert await say(world, null + null) == frames.envelope(b'"ACK"0000L0#571001[]') * 2
    assert [(signal.phase, signal.mark) for signal in world.lanes.signals] == [(Phase.HEARTBEAT, None)] * 2
    assert len({signal.signal_id for signal in world.lanes.signals}) == 2


async def test_wrong_crc_gets_no_answer_and_is_kept(world: World) -> None:
    """A damaged frame is not answered, raises nothing, and its bytes are kept."""
    assert await say(world, frames.plain("Nri1/FA01", wrong_crc=True)) == b""
    assert world.lanes.records == []
    (letter,) = world.lanes.dead
    assert letter.reason == "crc_mismatch"
    assert dict(letter.headers)["source"] == "dc09_tcp 192.0.2.1"


async def test_repeat_is_answered_and_stored_once(world: World) -> None:
    """The same frame within two minutes gets the same ACK and no second signal."""
    frame = frames.plain("Nri1/FA01")
    first = await say(world, frame)
    world.clock.forward(119)
    assert await say(world, frame) == first
    assert len(world.lanes.records) == len(world.lanes.urgent_records) == 1


async def test_same_frame_later_is_another_alarm(world: World) -> None:
    """The same frame after two minutes is a new alarm with a new id."""
    await say(world, frames.plain("Nri1/FA01"))
    world.clock.forward(121)
    await say(world, frames.plain("Nri1/FA01"))
    assert len({signal.signal_id for signal in world.lanes.signals}) == 2


async def test_encrypted_fire(world: World) -> None:
    """An encrypted frame in time is read and answered encrypted."""
    answer = await say(world, frames.encrypted("Nri1/FA01", START))
    assert answer[9:].startswith(b'"*ACK"0001L0#571005[')
    (signal,) = world.lanes.signals
    assert (signal.device, signal.nature, signal.place) == ("panel-congress", Nature.FIRE, "Hall")


async def test_encrypted_repeat_with_fresh_padding_and_time(world: World) -> None:
    """An encrypted repeat must have a fresh time and has other padding: it is still the same event."""
    await say(world, frames.encrypted("Nri1/FA01", START, padding="p"))
    world.clock.forward(60)
    await say(world, frames.encrypted("Nri1/FA01", world.clock.now(), padding="q"))
    assert len(world.lanes.records) == 1


@pytest.mark.parametrize("off_s", [-41, 21])
async def test_encrypted_outside_the_window_is_told_our_time(world: World, off_s: int) -> None:
    """Too old or too far ahead: NAK with our time, nothing raised, the frame kept."""
    world.clock.forward(-off_s)
    answer = await say(world, frames.encrypted("Nri1/FA01", START))
    assert answer == frames.envelope(b'"NAK"0000R0L0A0[]' + frames.stamp(world.clock.now()).encode())
    assert world.lanes.records == []
    assert [letter.reason for letter in world.lanes.dead] == ["outside_window"]


async def test_encrypted_without_time_is_refused(world: World) -> None:
    """Without a time an encrypted frame could be replayed: NAK."""
    assert b'"NAK"' in await say(world, frames.encrypted("Nri1/FA01", None))


async def test_encrypted_without_our_key_is_told_and_raised(world: World) -> None:
    """Content we cannot open: DUH, and a flagged alarm for the account that could be read."""
    assert await say(world, frames.encrypted("Nri1/FA01", START, account="BEEF")) == frames.envelope(
        b'"DUH"0001L0#BEEF[]'
    )
    (signal,) = world.lanes.signals
    assert (signal.nature, signal.flags) == (Nature.UNKNOWN_ALARM, (Flag.UNKNOWN_DEVICE, Flag.UNKNOWN_CODE))


async def test_encrypted_with_another_key(world: World) -> None:
    """A frame sealed with another key than the pack's is unreadable, not a panic."""
    assert b'"DUH"' in await say(world, frames.encrypted("Nri1/FA01", START, key=bytes(16)))
    assert world.lanes.signals[0].device == "panel-congress"


async def test_no_answer_while_kafka_is_away(world: World) -> None:
    """A frame that is not durable is not answered; its repeat gets the same id, and then the ACK."""
    world.lanes.away = True
    assert await say(world, frames.plain("Nri1/FA01")) == b""
    world.lanes.away = False
    world.clock.forward(5)
    assert b'"ACK"' in await say(world, frames.plain("Nri1/FA01"))
    assert len({signal.signal_id for signal in world.lanes.signals}) == 1


async def test_the_urgent_lane_holds_up_no_answer(world: World) -> None:
    """An urgent alarm that `signals` has is durable: ACK, although the urgent lane is away."""
    world.lanes.urgent_away = True
    assert b'"ACK"' in await say(world, frames.plain("Nri1/FA01"))


async def test_no_answer_before_kafka_has_answered(world: World) -> None:
    """While Kafka is silent the panel waits and is then left to repeat; the repeat is not produced twice."""
    world.lanes.silent = True
    assert await say(world, frames.plain("Nri1/BA02")) == b""
    world.lanes.answer()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert b'"ACK"' in await say(world, frames.plain("Nri1/BA02"))
    assert len(world.lanes.records) == 1


async def test_position_in_extended_data(world: World) -> None:
    """A mobile panel's X and Y are its position, to the minute's fraction."""
    signal = await heard(world, frames.plain("Nri1/PA501", extended="[X006E07.7777777][Y49N06.6666666]"))
    assert signal.position is not None
    assert (round(signal.position.lat, 4), round(signal.position.lon, 4)) == (49.1111, 6.1296)


async def test_unencrypted_frame_of_an_encrypted_panel(world: World) -> None:
    """A plain alarm in the name of an encrypted panel is not dropped, and says that anyone could have sent it."""
    signal = await heard(world, frames.plain("Nri1/FA01", account="571005"))
    assert signal.attributes["unencrypted"] is True


async def test_unknown_format(world: World) -> None:
    """A format that nobody reads here: DUH, and a flagged alarm from the account."""
    assert b'"DUH"' in await say(world, frames.plain("whatever", token="ACR-SF"))
    assert world.lanes.signals[0].flags == (Flag.UNKNOWN_CODE,)
