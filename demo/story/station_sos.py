"""An SOS near the station while a camera sees somebody there: one incident, two sources; the cancel erases nothing."""

from demo.cast import STATION, STATION_CAMERA
from demo.story.scene import Scene, expect
from demo.world import World


async def play(world: World) -> str:
    """The app's SOS, a position, the camera's event, a cancel."""
    lat, lon = STATION
    sent, sos_id = await world.devices.sos(lat, lon, person="demo-gare")
    await world.camera_sees(STATION_CAMERA, "person")
    await world.devices.moved(sos_id, lat + 0.0001, lon + 0.0001)
    incident = await world.incident_of_device(f"sos:{sos_id}")
    name = incident["incident_id"]
    await world.offered(name)
    await world.pulse.until(lambda: world.ledger.incidents[name]["sources"] == 2, "deux sources")
    await world.devices.cancel(sos_id)
    await world.pulse.until(
        lambda: "signal_annotated" in world.ledger.incident_events.get(name, ()), "annulation notée"
    )
    await world.state_of(name, "resolved")
    apart = [i for i in world.ledger.opened_by(STATION_CAMERA, world.started_at) if i["state"] != "merged"]
    expect(not apart, "la caméra a sa propre fiche")
    expect(sent.signal_id is not None, "pas de numéro de signal")
    return "1 fiche, 2 sources, annulation notée sans effacer"


SCENE = Scene(
    "station_sos",
    "SOS près de la gare et caméra",
    "SOS near the station, with a camera",
    6.0,
    play,
    (STATION_CAMERA,),
    units=2,
)
