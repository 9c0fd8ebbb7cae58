"""Camera messages: from payload to signals, and when they may be acknowledged to the broker."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Phase
from services.ingest.adapters.frigate.handling import EVENTS, REVIEWS, Handling
from services.ingest.adapters.frigate.payloads import Malformed, read_event, read_review
from tests.unit.ingest.world import START, World

PERSON = {
    "id": "1.5-abc",
    "camera": "cam-testdrive",
    "label": "person",
    "top_score": 0.8,
    "frame_time": START.timestamp(),
    "entered_zones": ["gate"],
}


def event(kind: str = "new", **after: Any) -> bytes:
    """A message of `frigate/events`."""
    return json.dumps({"type": kind, "before": PERSON, "after": PERSON | after}).encode()


def review(severity: str, *objects: str) -> bytes:
    """A message of `frigate/reviews`."""
    data = {"detections": list(objects), "objects": ["person"], "zones": ["gate"]}
    after = {"id": "r-1", "camera": "cam-testdrive", "severity": severity, "start_time": START.timestamp()}
    return json.dumps({"type": "new", "before": {}, "after": after | {"data": data}}).encode()


def handling(world: World) -> Handling:
    """A fresh process's handling in this world; retries at once."""
    return Handling(world.reception, world.directories, world.rejected, world.clock, retry_s=0.0)


async def test_person_is_placed_and_named_for_the_gate() -> None:
    """A raise bears camera, place, use case and nature of the centre's rule, score and the object as subject."""
    world = World()
    await handling(world).handle(EVENTS, event(), retained=False)
    (signal,) = world.lanes.signals
    assert (signal.device, signal.site, signal.use_case) == ("cam-station", "station", "support")
    assert (signal.nature, signal.confidence, signal.subject) == (Nature.PERSON_DETECTED, 0.8, "1.5-abc")
    assert (signal.mark, signal.code, signal.attributes["zones"]) == ("1.5-abc", "person", "gate")


async def test_after_a_restart_the_raise_is_recognised() -> None:
    """A restarted process raises a known object again with the same fingerprint, which screening recognises."""
    world = World()
    await handling(world).handle(EVENTS, event(), retained=False)
    other = World()
    await handling(other).handle(EVENTS, event("update", top_score=0.9, entered_zones=["quay"]), retained=False)
    assert world.lanes.signals[0].fingerprint == other.lanes.signals[0].fingerprint


async def test_raised_anew_after_a_withdrawal_is_no_repeat() -> None:
    """Raised, withdrawn and raised anew within seconds: three signals, two of them raises."""
    world = World()
    camera = handling(world)
    for wrong in (False, True, False):
        await camera.handle(EVENTS, event(false_positive=wrong), retained=False)
    assert [signal.phase for signal in world.lanes.signals] == [Phase.RAISE, Phase.WITHDRAW, Phase.RAISE]


async def test_alert_raises_its_objects_once() -> None:
    """A review's alert raises each of its objects; the object's own event then adds what changed."""
    world = World()
    camera = handling(world)
    await camera.handle(REVIEWS, review("detection", "one"), retained=False)
    await camera.handle(REVIEWS, review("alert", "one", "two"), retained=False)
    await camera.handle(REVIEWS, review("alert", "one", "two"), retained=False)
    await camera.handle(EVENTS, event(id="one"), retained=False)
    assert [(signal.subject, signal.phase, signal.attributes["change"]) for signal in world.lanes.signals] == [
        ("one", Phase.RAISE, "review_alert"),
        ("two", Phase.RAISE, "review_alert"),
        ("one", Phase.UPDATE, "zone_entered"),
    ]


async def test_retained_message_is_passed_over() -> None:
    """What the broker repeats to a new subscriber is not news."""
    world = World()
    await handling(world).handle(EVENTS, event(), retained=True)
    assert world.lanes.records == []


@pytest.mark.parametrize(
    ("topic", "payload"),
    [(EVENTS, b"no json"), (EVENTS, b'{"type": "new"}'), (REVIEWS, event()), ("frigate/stats", b"{}")],
)
async def test_malformed_is_kept_with_its_reason(topic: str, payload: bytes) -> None:
    """What cannot be read is kept whole, with topic and place of the fault, before it may be acknowledged."""
    world = World()
    await handling(world).handle(topic, payload, retained=False)
    (letter,) = world.lanes.dead
    assert letter.reason.startswith(f"{topic}: ")
    assert world.lanes.records == []


async def test_nothing_may_be_acknowledged_while_kafka_is_away() -> None:
    """The message stays unhandled, and is tried again under the same id, until Kafka has it."""
    world = World()
    world.lanes.away = True
    waiting = asyncio.create_task(handling(world).handle(EVENTS, event(), retained=False))
    while len(world.lanes.records) < 3:
        await asyncio.sleep(0)
    assert not waiting.done()
    world.lanes.away = False
    await asyncio.wait_for(waiting, 1)
    assert len({signal.signal_id for signal in world.lanes.signals}) == 1


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["type", "after", "id", "camera", "label", "data"]), inner)
        ),
    )
)
def test_any_json_is_read_or_malformed(value: Any) -> None:
    """Any JSON at all is a message or Malformed, nothing else."""
    for read in (read_event, read_review):
        with pytest.raises(Malformed):
            read(json.dumps(value).encode())


@pytest.mark.parametrize("moment", [0, -1, 1e18, None])
async def test_nonsense_times_are_no_times(moment: float | None) -> None:
    """A zero, negative or absurd time is none, and holds nothing back."""
    world = World()
    await handling(world).handle(EVENTS, event(frame_time=moment, start_time=moment), retained=False)
    assert world.lanes.signals[0].device_at is None
