"""The HTTP doors in the small city, through the real application."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from schemas.messages.signal import Signal
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Flag, Phase
from services.chassis.health import State
from services.ingest.adapters.bodies import BODIES
from services.ingest.adapters.generic import routes as generic
from services.ingest.adapters.http.app import build
from services.ingest.adapters.http.door import Door
from services.ingest.adapters.kiosks import routes as kiosks
from services.ingest.adapters.sos import routes as sos
from services.ingest.adapters.sos.understanding import SosReader
from services.ingest.adapters.synthetic import routes as synthetic
from services.ingest.packs import Directories
from tests.unit.ingest.world import START, World

AT = "2026-05-04T21:12:03Z"


def application(world: World, directories: Directories | None = None) -> FastAPI:
    """The whole application on the small city."""

    def door(name: str) -> Door:
        return Door(name, world.reception, directories or world.directories, world.clock, world.gate, world.rejected)

    doors = [generic.routes(door("generic")), kiosks.routes(door("kiosks")), synthetic.routes(door("synthetic"))]
    return build(world.health, [*doors, sos.routes(door("sos"), SosReader(b"key"))], max_body_bytes=4096, models=BODIES)


class Doors:
    """A client and what became of its requests."""

    def __init__(self) -> None:
        self.world = World()
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(application(self.world), raise_app_exceptions=False), base_url="http://ingest"
        )

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.client.post(path, json=body, headers=headers)

    async def raised(self, path: str, body: Any = None, **headers: str) -> Signal:
        """The newest signal, raised by an accepted request."""
        answer = await self.post(path, body, **headers)
        assert answer.status_code == 202, answer.text
        return self.world.lanes.signals[-1]


@pytest.fixture
async def doors() -> AsyncIterator[Doors]:
    """The doors of the small city."""
    found = Doors()
    yield found
    await found.client.aclose()


@pytest.mark.parametrize(("button", "nature"), [("sos", Nature.KIOSK_SOS), ("access", Nature.ACCESS_CALL)])
async def test_kiosk_buttons(doors: Doors, button: str, nature: Nature) -> None:
    """Each button is its nature, at the kiosk's place."""
    signal = await doors.raised("/v1/kiosks/kiosk-1/calls", {"call_id": "c-1", "nature": button, "at": AT})
    assert (signal.nature, signal.device_kind, signal.site, signal.mark) == (nature, DeviceKind.KIOSK, "square", "c-1")
    assert (signal.device_at, signal.flags) == (START, ())


async def test_unknown_kiosk_is_flagged(doors: Doors) -> None:
    """A kiosk in no pack is heard all the same."""
    signal = await doors.raised("/v1/kiosks/nowhere/calls", {"nature": "sos"})
    assert (signal.flags, signal.mark) == ((Flag.UNKNOWN_DEVICE,), None)


async def test_call_without_call_id_is_new_each_time(doors: Doors) -> None:
    """Without a mark every press is a signal; an Idempotency-Key is a mark."""
    presses = [await doors.post("/v1/kiosks/kiosk-1/calls", {"nature": "sos"}) for _ in range(2)]
    keyed = [
        await doors.post("/v1/kiosks/kiosk-1/calls", {"nature": "sos"}, **{"Idempotency-Key": "k"}) for _ in range(2)
    ]
    assert len({answer.json()[0]["signal_id"] for answer in presses}) == 2
    assert [answer.json()[0]["repeat"] for answer in [*presses, *keyed]] == [False, False, False, True]


async def test_heartbeat(doors: Doors) -> None:
    """A kiosk's heartbeat is stored as one, with or without a body."""
    assert (await doors.raised("/v1/kiosks/kiosk-1/heartbeat")).phase is Phase.HEARTBEAT
    assert (await doors.raised("/v1/kiosks/kiosk-1/heartbeat", {"at": AT})).device_at == START


@pytest.mark.parametrize(
    ("body", "flags"),
    [
        ({"lat": 49.1, "lon": 6.2, "accuracy_m": 10, "at": AT}, ()),
        ({"lat": 49.1, "lon": 6.2, "accuracy_m": 101, "at": AT}, (Flag.POSITION_INACCURATE,)),
        ({"at": AT}, (Flag.NO_POSITION,)),
        ({"lat": 900, "lon": 6.2}, (Flag.NO_POSITION,)),
        ({"lat": 49.1, "lon": 6.2, "at": "2026-05-04T20:42:02Z"}, (Flag.STALE,)),
        ({"lat": 49.1, "lon": 6.2, "at": "2026-05-04T21:13:04"}, (Flag.WRONG_CLOCK,)),
    ],
)
async def test_sos_is_never_refused_for_its_doubts(doors: Doors, body: dict[str, Any], flags: tuple[Flag, ...]) -> None:
    """A missing or impossible position, a wrong or old clock: flagged, on both lanes all the same."""
    signal = await doors.raised("/v1/sos", body)
    assert (signal.nature, signal.flags) == (Nature.SOS, flags)
    assert len(doors.world.lanes.urgent_records) == 1


async def test_sos_outside_every_sector(doors: Doors) -> None:
    """Outside every sector: the nearest centre, no commune, no sector."""
    signal = await doors.raised("/v1/sos", {"lat": 48.0, "lon": 2.0})
    assert (signal.origin.centre, signal.origin.commune, signal.sector) == ("57463", None, None)


async def test_sos_id_is_made_once_under_one_key(doors: Doors) -> None:
    """The server's own `sos_id` is new each time, but the same for a repeat under one Idempotency-Key."""
    body = {"lat": 49.1, "lon": 6.2}
    free = [(await doors.post("/v1/sos", body)).json()[0]["sos_id"] for _ in range(2)]
    keyed = [(await doors.post("/v1/sos", body, **{"Idempotency-Key": "k"})).json()[0] for _ in range(2)]
    assert free[0] != free[1]
    assert keyed[0]["sos_id"] == keyed[1]["sos_id"]
    assert [answer["repeat"] for answer in keyed] == [False, True]


async def test_ids_as_long_as_the_doors_allow(doors: Doors) -> None:
    """The longest ids that a door accepts fit the contract; longer ones are refused; an SOS gets our own."""
    for path, body in (
        (f"/v1/sos/{'s' * 100}/positions", {"lat": 49.1, "lon": 6.2}),
        (f"/v1/kiosks/{'k' * 128}/calls", {"nature": "sos", "call_id": "c" * 100}),
        ("/v1/signals", {"device": "d" * 96, "nature": "person_detected", "sequence": "s" * 200}),
    ):
        assert (await doors.post(path, body)).status_code == 202
    assert (await doors.post(f"/v1/sos/{'s' * 101}/cancel")).status_code == 422
    again = [(await doors.post("/v1/sos", {"sos_id": "s" * 101})).json()[0]["sos_id"] for _ in range(2)]
    assert again[0] == again[1] != "s" * 101
    assert Flag.MALFORMED in doors.world.lanes.signals[-1].flags


async def test_sos_keeps_its_first_sector(doors: Doors) -> None:
    """Positions and the cancel of an SOS keep the first sector as their key, wherever the person goes."""
    await doors.raised("/v1/sos", {"sos_id": "s", "lat": 49.1, "lon": 6.2})
    moved = await doors.raised("/v1/sos/s/positions", {"lat": 48.0, "lon": 2.0, "accuracy_m": 5, "sequence": 1})
    cancel = await doors.raised("/v1/sos/s/cancel")
    assert [(signal.phase, signal.sector, signal.subject) for signal in (moved, cancel)] == [
        (Phase.UPDATE, "east", "s"),
        (Phase.CANCEL, "east", "s"),
    ]
    assert moved.position is not None
    assert cancel.position is not None
    assert (moved.position.lat, cancel.position.lat) == (48.0, 48.0)
    assert len(doors.world.lanes.urgent_records) == 3


async def test_person_is_a_pseudonym(doors: Doors) -> None:
    """Who pressed is never on the topic: one person gives one pseudonym, whatever the case, another another."""
    signals = [
        await doors.raised("/v1/sos", {"lat": 49.1, "lon": 6.2, "person": person}) for person in ("Ugo", "ugo ", "Kim")
    ]
    names = [str(signal.attributes["person"]) for signal in signals]
    assert names[0] == names[1] != names[2]
    assert all("ugo" not in signal.model_dump_json().lower() for signal in signals)  # no hexadecimal word


async def test_generic_signal(doors: Doors) -> None:
    """A sensor's signal is placed by the pack; its sequence is its mark."""
    signal = await doors.raised("/v1/signals", {"device": "lamp-1", "nature": "lamp_out", "sequence": 7, "at": AT})
    assert (signal.device_kind, signal.sector, signal.mark) == (DeviceKind.SENSOR, "east", "7")
    assert (signal.subject, signal.flags) == ("lamp-1/lamp_out", ())


async def test_generic_signal_with_a_position(doors: Doors) -> None:
    """An unknown device with a position is placed by it; without one it has neither sector nor position."""
    placed = await doors.raised("/v1/signals", {"device": "buoy", "nature": "water", "lat": 49.1, "lon": 6.2})
    lost = await doors.raised("/v1/signals", {"device": "buoy", "nature": "water"})
    assert (placed.sector, placed.flags) == ("east", (Flag.UNKNOWN_DEVICE,))
    assert (lost.sector, lost.flags) == (None, (Flag.UNKNOWN_DEVICE, Flag.NO_POSITION))


@pytest.mark.parametrize(
    ("attributes", "nature", "use_case"),
    [
        ({"label": "person"}, "person_detected", "support"),
        ({"use_case": "loitering"}, "person_detected", "loitering"),
        ({}, "person_detected", "unnamed"),
        ({}, "technical_fault", None),
    ],
)
async def test_this_door_is_no_way_around_the_legal_gate(
    doors: Doors, attributes: dict[str, str], nature: str, use_case: str | None
) -> None:
    """Whatever a camera claims to have seen names a use case; its own fault needs none."""
    signal = await doors.raised("/v1/signals", {"device": "cam-station", "nature": nature, "attributes": attributes})
    assert signal.use_case == use_case


async def test_list_with_faults(doors: Doors) -> None:
    """Each signal of a list has its own result; the values of a wrong one are not repeated."""
    good = {"device": "lamp-1", "nature": "lamp_out"}
    answer = await doors.post("/v1/signals", [good, {"device": "x", "nature": "secret"}, 7, good])
    results = answer.json()
    assert answer.status_code == 202
    assert ["signal_id" in result for result in results] == [True, False, False, True]
    assert results[1]["error"]["status"] == 422
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "body", [{"device": "x"}, [], [{"device": "x"}] * 3, [{"nature": "fire", "device": "x"}] * 1001, "text", None, 1.5]
)
async def test_nothing_valid_is_422(doors: Doors, body: Any) -> None:
    """A request without one valid signal (or with too many) is a problem document, and nothing is stored."""
    small = [item if isinstance(item, int) else dict(item) for item in body] if isinstance(body, list) else body
    answer = await doors.post("/v1/signals", small)
    # A list of a thousand and one exceeds this application's body limit first.
    assert answer.status_code == (413 if isinstance(body, list) and len(body) > 1000 else 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert doors.world.lanes.records == []


async def test_a_list_of_wrong_ones_says_what_is_wrong_in_each(doors: Doors) -> None:
    """Each fault is led by its signal's number, in the documented shape."""
    answer = await doors.post("/v1/signals", [7, {"nature": "panic"}])
    assert answer.status_code == 422
    assert [error["place"] for error in answer.json()["errors"]] == ["0.signal", "1.device"]


@pytest.mark.parametrize("door", ["/v1/signals", "/v1/synthetic-sos"])
@pytest.mark.parametrize("content", [b"{not json", b"\x10C\xff\xfe\xe9"])
async def test_unreadable_json(doors: Doors, door: str, content: bytes) -> None:
    """Bytes that are no JSON, or no text at all, are a problem document."""
    json = {"content-type": "application/json"}
    answer = await doors.client.post(door, content=content, headers=json)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_body_limit_announced_or_not(doors: Doors) -> None:
    """A body beyond the limit is refused, with Content-Length or in pieces."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 100

    announced = await doors.client.post("/v1/sos", content=b"x" * 5000)
    streamed = await doors.client.post("/v1/sos", content=pieces())
    assert [answer.status_code for answer in (announced, streamed)] == [413, 413]
    assert {answer.headers["content-type"] for answer in (announced, streamed)} == {"application/problem+json"}


async def test_503_while_kafka_is_away_then_the_same_id(doors: Doors) -> None:
    """Without Kafka: 503 with Retry-After; the same request later is stored, under one id."""
    doors.world.lanes.away = True
    call = {"call_id": "c-9", "nature": "sos"}
    refused = await doors.post("/v1/kiosks/kiosk-1/calls", call)
    several = await doors.post("/v1/signals", [{"device": "lamp-1", "nature": "lamp_out"}] * 2)
    assert [answer.status_code for answer in (refused, several)] == [503, 503]
    assert refused.headers["Retry-After"] == several.headers["Retry-After"] == "2"
    doors.world.lanes.away = False
    accepted = await doors.post("/v1/kiosks/kiosk-1/calls", call)
    ids = {signal.signal_id for signal in doors.world.lanes.signals if signal.device == "kiosk-1"}
    assert ids == {accepted.json()[0]["signal_id"]}


async def test_before_a_pack_is_held(doors: Doors) -> None:
    """For 30 s after the start a process without a pack refuses; then it accepts, flags, and is not ready."""
    world = doors.world
    empty = Directories(world.health, world.clock.now(), 30.0, None)
    app = application(world, empty)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ingest") as client:
        body = {"nature": "sos"}
        early = await client.post("/v1/kiosks/kiosk-1/calls", json=body)
        world.clock.forward(31)
        late = await client.post("/v1/kiosks/kiosk-1/calls", json=body)
        ready = await client.get("/health/ready")
    assert [early.status_code, late.status_code, ready.status_code] == [503, 202, 503]
    (signal,) = world.lanes.signals
    assert (signal.flags, signal.origin.centre) == ((Flag.NO_PACK, Flag.UNKNOWN_DEVICE), "00000")


async def test_health_and_metrics(doors: Doors) -> None:
    """Health and metrics stand beside the doors."""
    doors.world.health.set("kafka", State.READY)
    assert (await doors.client.get("/health/ready")).json()["checks"]["packs"]["state"] == "ready"
    assert "vigie_ingest_signals_total" in (await doors.client.get("/metrics")).text
