"""What the field counts, as metrics."""

from prometheus_client import REGISTRY

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Outcome, ScreeningReason
from services.dispatch.shift_watch import SITES_EVERY, ShiftWatch
from tests.flow.dispatch.builders import CENTRE, SCHOOL, SHOP, outcome, signal, sos
from tests.flow.dispatch.world import World


def gauge(name: str, **labels: str) -> float | None:
    """One sample of dispatch's own."""
    return REGISTRY.get_sample_value(f"vigie_dispatch_{name}", labels)


async def test_the_load_is_shared_by_the_operators_who_are_there(world: World) -> None:
    """Four incidents within ten minutes: four for one person, two each for two; alone it counts as one person."""
    for number in range(4):
        await world.urgent(sos(f"load-{number}"))
    watch = ShiftWatch(world.engine)
    for operators, each in ((0, 4.0), (1, 4.0), (2, 2.0)):
        if operators:
            body = {"console": f"console-{operators}", "centre": CENTRE}
            headers = {"X-Actor": f"operateur-{operators}"}
            assert (await world.http.put("/v1/presence", json=body, headers=headers)).is_success
        await watch.round()
        assert (gauge("operators", centre=CENTRE), gauge("alarms_per_operator", centre=CENTRE)) == (operators, each)


async def test_a_device_that_chatters_counts_once(world: World) -> None:
    """Three folded signals of one panel, one of another, and a fold for another reason: two devices chatter."""
    fold = (Outcome.FOLDED, ScreeningReason.CHATTER)
    noisy = [outcome(signal(Nature.TAMPER), *fold) for _ in range(3)]
    other = outcome(signal(Nature.TAMPER, "panel-shop"), *fold)
    repeat = outcome(signal(Nature.TAMPER, "lamp"), Outcome.REPEAT, ScreeningReason.SAME_MARK)
    await world.outcomes(*noisy, other, repeat)
    await ShiftWatch(world.engine).round()
    assert gauge("chattering_devices") == 2


async def test_a_site_that_cries_wolf_is_named_with_its_share(world: World) -> None:
    """Four of five dismissed are 0.8; a site with less than five incidents says nothing; who falls out is gone."""
    watch = ShiftWatch(world.engine)
    for number in range(5):
        incident = await world.urgent(signal(Nature.PANIC, sequence=number))
        await world.order(incident, "dismiss", {"reason": "pressed by mistake"})
    await world.urgent(signal(Nature.PANIC, "panel-shop"))
    await world.sql("UPDATE dispatch.incidents SET state = 'closed' WHERE id = :id", id=incident)
    await watch.round()
    shares = [gauge("false_alarm_share", centre=CENTRE, site=site) for site in (SCHOOL, SHOP)]
    assert shares == [0.8, None]
    await world.sql("UPDATE dispatch.incidents SET opened_at = opened_at - interval '31 days'")
    for _ in range(SITES_EVERY):
        await watch.round()
    assert gauge("false_alarm_share", centre=CENTRE, site=SCHOOL) is None
