"""Camera messages as Frigate publishes them (`../shared/data/frigate`): what becomes of each."""

from pathlib import Path

import pytest

from schemas.vocabulary.signals import Flag, Phase
from services.ingest.adapters.frigate.handling import EVENTS, Handling
from tests.unit.ingest.world import World

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "frigate"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/data is not here")


class Camera:
    """The small city's camera handling, fed with files."""

    def __init__(self) -> None:
        self.world = World()
        self._handling = Handling(
            self.world.reception, self.world.directories, self.world.rejected, self.world.clock, retry_s=0.0
        )

    async def publish(self, *names: str) -> list[tuple[Phase, str]]:
        """Phase and change of every signal so far, after publishing these files in turn."""
        for name in names:
            await self._handling.handle(EVENTS, (FOLDER / name).read_bytes(), retained=False)
        return [(signal.phase, str(signal.attributes["change"])) for signal in self.world.lanes.signals]


async def test_life_of_one_object() -> None:
    """New, update without news, standing still, zone, end: one raise, and an update for each change."""
    told = await Camera().publish(
        "frigate-event-new-good.json",
        "frigate-event-update-good.json",
        "frigate-event-update-stationary.json",
        "frigate-event-end.json",
        "frigate-event-end.json",
    )
    # The stationary and the end file also enter zone1; the end matters more than the zone.
    assert told == [(Phase.RAISE, "raised"), (Phase.UPDATE, "zone_entered"), (Phase.UPDATE, "ended")]


async def test_false_positive_that_was_never_raised() -> None:
    """A false positive raises nothing."""
    assert await Camera().publish("frigate-event-false-positive.json") == []


async def test_false_positive_after_a_raise_withdraws() -> None:
    """The same object raised before is withdrawn, once."""
    told = await Camera().publish(
        "frigate-event-new-good.json", "frigate-event-false-positive.json", "frigate-event-false-positive.json"
    )
    assert told == [(Phase.RAISE, "raised"), (Phase.WITHDRAW, "false_positive")]


async def test_unmapped_label_and_unknown_camera_are_signals_for_the_gate() -> None:
    """A label that the centre did not map names itself as use case, so that the gate refuses and records it."""
    camera = Camera()
    await camera.publish("frigate-event-new-good.json", "events_update_docs.json")
    known, unknown = camera.world.lanes.signals
    assert (known.device, known.use_case, known.flags) == ("cam-station", "goat", (Flag.STALE,))
    assert (unknown.device, unknown.use_case, unknown.confidence) == ("frigate:front_door", "person", 0.958984375)
    assert Flag.UNKNOWN_DEVICE in unknown.flags


async def test_another_camera_sees_another_object_under_its_own_name() -> None:
    """The same object id from another camera is not the same object."""
    told = await Camera().publish("frigate-event-new-good.json", "frigate-event-new-ignored.json")
    assert told == [(Phase.RAISE, "raised"), (Phase.RAISE, "raised")]
