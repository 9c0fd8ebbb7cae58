"""The year that bench/recording asks about: real cards, copied, that dispatch shows like its own."""

from bench.recording import year
from services.dispatch.store import tables
from tests.flow.dispatch.builders import sos
from tests.flow.dispatch.world import World


async def test_a_year_is_made_of_what_really_happened(world: World, database: str) -> None:
    """As many cards as asked for, each with its log; a copy's moments lie within the year before."""
    incident = await world.urgent(sos("anna"))
    [assignment] = await world.active(incident)
    await world.step(assignment, "accept", "en-route", "on-scene", "clear")
    told: list[str] = []
    assert year.fill(database, 12, told.append) == 12
    assert told == ["12 / 12"]
    copies = [row for row in await world.rows(tables.incidents) if row.id != incident]
    real = await world.card(incident)
    for copy in copies:
        shown = await world.card(copy.id)
        assert [event["event"] for event in shown["events"]] == [event["event"] for event in real["events"]]
        assert shown["opened_at"] < real["opened_at"]
