"""Devices that must be heard, and are not."""

from datetime import timedelta

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Phase
from services.ingest.adapters.dc09.splitter import Splitter
from services.ingest.domain.supervision import SupervisionWatch
from services.ingest.supervision import SupervisionReporter
from tests.unit.ingest import frames
from tests.unit.ingest.world import START, World, directory


def at(seconds: float) -> timedelta:
    """Seconds after the start."""
    return timedelta(seconds=seconds)


def test_a_full_period_of_grace_then_one_loss() -> None:
    """A device is lost after its period, once; heard again it is back, once."""
    watch = SupervisionWatch()
    watch.follow({"panel": 60}, START)
    assert watch.newly_lost(START + at(60)) == []
    assert watch.newly_lost(START + at(61)) == ["panel"]
    assert watch.newly_lost(START + at(300)) == []
    assert watch.lost == 1
    assert watch.heard("panel", START + at(301))
    assert not watch.heard("panel", START + at(302))
    assert watch.newly_lost(START + at(363)) == ["panel"]


def test_a_new_pack_keeps_what_is_known() -> None:
    """A pack that is applied again does not grant a new period; a device it drops is no longer watched."""
    watch = SupervisionWatch()
    watch.follow({"one": 60, "two": 60}, START)
    watch.follow({"one": 60, "three": 60}, START + at(50))
    assert watch.newly_lost(START + at(70)) == ["one"]
    assert watch.newly_lost(START + at(111)) == ["three"]


def test_a_loss_that_was_not_stored_is_found_again() -> None:
    """If the report could not be stored, the next look reports it."""
    watch = SupervisionWatch()
    watch.follow({"panel": 60}, START)
    assert watch.newly_lost(START + at(61)) == ["panel"]
    watch.not_reported("panel")
    assert watch.newly_lost(START + at(62)) == ["panel"]


class Watched:
    """The small city with its supervision."""

    def __init__(self) -> None:
        self.world = World()
        self.reporter = SupervisionReporter(self.world.reception, self.world.clock)
        self.reporter.follow(directory())

    async def say(self, frame: bytes) -> None:
        for piece in Splitter().feed(frame):
            await self.world.conversation.answer(piece, "tcp", "192.0.2.1")

    def reported(self, device: str) -> list[Phase]:
        return [
            signal.phase
            for signal in self.world.lanes.signals
            if signal.device == device and signal.subject == f"{device}/supervision"
        ]


async def test_silent_panel_is_a_fault_until_any_message_of_it() -> None:
    """A silent panel raises one fault with its kind and place; an alarm is as good a sign of life as a heartbeat."""
    watched = Watched()
    watched.world.clock.forward(301)
    await watched.reporter.look()
    await watched.reporter.look()
    lost = next(signal for signal in watched.world.lanes.signals if signal.device == "panel-school")
    assert (lost.nature, lost.device_kind, lost.site) == (Nature.SUPERVISION_LOST, DeviceKind.PANEL, "school")
    await watched.say(frames.plain("Nri1/BA02"))
    await watched.world.reception.drain(1.0)
    assert watched.reported("panel-school") == [Phase.RAISE, Phase.RESTORE]


async def test_plain_heartbeat_in_the_name_of_an_encrypted_panel_proves_nothing() -> None:
    """Anyone could send a plain frame: it does not keep an encrypted panel from being reported silent."""
    watched = Watched()
    watched.world.clock.forward(200)
    await watched.say(frames.envelope(b'"NULL"0000L0#571005[]'))
    watched.world.clock.forward(101)
    await watched.reporter.look()
    assert watched.reported("panel-congress") == [Phase.RAISE]


async def test_report_waits_for_kafka() -> None:
    """A loss that Kafka did not take is reported once it does."""
    watched = Watched()
    watched.world.clock.forward(301)
    watched.world.lanes.away = True
    await watched.reporter.look()
    watched.world.lanes.away = False
    watched.world.lanes.records.clear()
    await watched.reporter.look()
    assert watched.reported("panel-school") == [Phase.RAISE]
