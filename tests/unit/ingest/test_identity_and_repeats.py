"""Ids, fingerprints and the two minutes in which a repeat is a repeat."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Phase
from services.ingest.domain.identity import content_digest, nonces, signal_id
from services.ingest.domain.repeats import First, ReceiptReason, RepeatWindow, Storage
from services.ingest.domain.signal import Place, Understood
from tests.unit.ingest.world import START

PRESS = Understood(
    device="kiosk-1",
    device_kind=DeviceKind.KIOSK,
    place=Place("57463", "v1"),
    nature=Nature.KIOSK_SOS,
    content=b"bytes",
    mark="c-1",
)


def test_fingerprint_covers_device_mark_nature_and_bytes() -> None:
    """A change of any of the four is another message; a change of anything else is not."""
    others = [
        replace(PRESS, device="kiosk-2"),
        replace(PRESS, mark="c-2"),
        replace(PRESS, nature=Nature.ACCESS_CALL),
        replace(PRESS, content=b"others"),
    ]
    assert len({content_digest(press) for press in [PRESS, *others]}) == 5
    assert content_digest(replace(PRESS, flags=(), zone="1", place=Place("57463", "v2"))) == content_digest(PRESS)


@given(st.tuples(st.text(), st.text(), st.binary()), st.tuples(st.text(), st.text(), st.binary()))
def test_no_two_messages_run_together(one: tuple[str, str, bytes], other: tuple[str, str, bytes]) -> None:
    """However device, mark and bytes are cut, different parts give different fingerprints."""
    first, second = (replace(PRESS, device=device, mark=mark, content=raw) for device, mark, raw in (one, other))
    assert (content_digest(first) == content_digest(second)) == (one == other)


def test_without_a_mark_every_id_differs() -> None:
    """Two identical requests without a mark in one millisecond are two signals."""
    digest, several = content_digest(replace(PRESS, mark=None)), nonces()
    assert signal_id(digest, START, next(several)) != signal_id(digest, START, next(several))


def test_tomorrows_identical_press_is_another_signal() -> None:
    """The id hashes our first receipt, so that the same bytes a day later get another."""
    digest = content_digest(PRESS)
    assert signal_id(digest, START) == signal_id(digest, START)
    assert signal_id(digest, START) != signal_id(digest, START + timedelta(days=1))


def test_a_repeat_is_known_for_two_minutes_from_the_first() -> None:
    """The window runs from the first receipt and is not prolonged by repeats."""
    window = RepeatWindow()
    assert window.recognise("f", START) == (ReceiptReason.NEW, None)
    first = First("id", START, Storage.STORED)
    window.remember("f", first)
    for seconds in (60, 120):
        assert window.recognise("f", START + timedelta(seconds=seconds)) == (ReceiptReason.REPEAT, first)
    assert window.recognise("f", START + timedelta(seconds=121)) == (ReceiptReason.NEW, None)
    assert len(window) == 0


def test_what_is_known_of_the_first_decides() -> None:
    """Under way: wait with it. Failed: store again under the same id."""
    window = RepeatWindow()
    first = First("id", START)
    window.remember("f", first)
    assert window.recognise("f", START)[0] is ReceiptReason.REPEAT_UNDER_WAY
    first.storage = Storage.FAILED
    assert window.recognise("f", START)[0] is ReceiptReason.RETRY


def test_memory_is_bounded() -> None:
    """Past its capacity the window forgets the oldest."""
    window = RepeatWindow(capacity=10)
    for number in range(100):
        window.remember(str(number), First(str(number), START))
    assert len(window) == 10
    assert window.recognise("99", START)[0] is ReceiptReason.REPEAT_UNDER_WAY
    assert window.recognise("0", START)[0] is ReceiptReason.NEW


def test_urgent_lane() -> None:
    """What raises an urgent nature takes the urgent lane, an SOS always; restores and heartbeats do not."""
    assert PRESS.takes_urgent_lane
    assert not replace(PRESS, nature=Nature.FIRE, phase=Phase.RESTORE).takes_urgent_lane
    assert replace(PRESS, nature=Nature.SOS, phase=Phase.CANCEL).takes_urgent_lane
    assert not replace(PRESS, nature=Nature.INTRUSION).takes_urgent_lane
