"""What is kept aside of what could not be read."""

import base64

from services.ingest.rejected import RAW_KEPT
from tests.unit.ingest.world import World


async def test_more_than_a_record_holds_is_cut_and_said() -> None:
    """Of a body larger than a record the beginning is kept, and the reason says how much; a smaller one is whole."""
    world = World()
    assert await world.rejected.keep(b"x" * 700_000, "too long", "test")
    assert await world.rejected.keep(b"y" * 10, "short", "test")
    cut, whole = world.lanes.dead
    assert len(base64.b64decode(cut.raw)) == RAW_KEPT
    assert cut.reason == "too long; kept are 600000 of 700000 bytes"
    assert (base64.b64decode(whole.raw), whole.reason) == (b"y" * 10, "short")
