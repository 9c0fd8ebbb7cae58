"""Clients' types are generated from the document: each event of the stream has the shape that it promises."""

from datetime import timedelta
from typing import Any

from jsonschema import Draft202012Validator

from schemas.vocabulary.natures import Nature
from tests.flow.dispatch.builders import CENTRE, PATROLS, city, now, signal, sos
from tests.flow.dispatch.contract import closed
from tests.flow.dispatch.test_stream import listening
from tests.flow.dispatch.world import World, served

SHAPES = {
    "reset": "StreamReset",
    "heartbeat": "StreamHeartbeat",
    "incident": "StreamIncident",
    "assignment": "StreamAssignment",
    "unit": "StreamUnit",
    "position": "StreamPosition",
    "kiosk_call": "StreamKioskCall",
    "work_order": "StreamWorkOrder",
    "silence": "StreamSilence",
    "pack": "StreamPack",
    "companions": "StreamCompanions",
    "broadcast": "StreamBroadcast",
    "broadcast_ended": "StreamBroadcastEnded",
    "welfare": "StreamWelfare",
}


async def test_every_kind_of_event_has_its_shape(world: World) -> None:
    """An evening in which everything happens once: no event has a member more or less than the document says."""
    components = closed(world.app.openapi()["components"])
    kinds: set[str] = set()
    async with served(world) as url:
        await world.urgent(sos("before"))
        async with listening(url) as event, listening(url, unit=PATROLS[0]) as tablet:
            _check(components, await tablet())
            await _evening(world)
            while kinds != set(SHAPES):
                kinds.add(_check(components, await event()))


async def _evening(world: World) -> None:
    incident = await world.urgent(sos("anna"))
    [offered] = await world.active(incident)
    await world.step(offered, "accept", "en-route", "on-scene")
    await world.http.post(f"/v1/incidents/{incident}/backup", json={"at": now().isoformat()})
    await world.sql("UPDATE dispatch.assignments SET welfare_at = clock_timestamp() WHERE welfare_at IS NOT NULL")
    await world.timers.round()
    said = {"about": "vehicle", "text": "Camionnette blanche", "ends_at": (now() + timedelta(hours=1)).isoformat()}
    shown = (await world.http.post("/v1/broadcasts", json=said)).json()
    await world.http.delete(f"/v1/broadcasts/{shown['broadcast_id']}")
    place = {"lat": 49.1, "lon": 6.1, "accuracy_m": 5.0, "at": now().isoformat()}
    await world.http.put(f"/v1/units/{PATROLS[2]}/position", json=place)
    await world.situation("s-access", signal(Nature.ACCESS_CALL, device="kiosk"))
    await world.situation("s-lamp", signal(Nature.LAMP_OUT, device="lamp"))
    ends = (now() + timedelta(hours=1)).isoformat()
    await world.http.post("/v1/silences", json={"scope": "device:lamp", "reason": "essai", "ends_at": ends})
    pack = city()
    await world.http.put(f"/v1/packs/{CENTRE}", json=pack.model_dump(mode="json") | {"units": []})


def _check(components: dict[str, Any], event: tuple[str, str | None, dict[str, Any]]) -> str:
    kind, _, data = event
    schema = {"$ref": f"#/components/schemas/{SHAPES[kind]}", "components": components}
    faults = [f"{fault.json_path}: {fault.message}" for fault in Draft202012Validator(schema).iter_errors(data)]
    assert not faults, f"{kind}: {faults[:5]}"
    return kind
