"""Bad requests at dispatch's doors: each has its answer in words, and the next good one is served."""

from datetime import UTC, datetime, timedelta

from tests.flow.bad_input.dispatch_cases import CALL, POSITION, Bad
from tests.flow.dispatch.builders import PATROLS
from tests.flow.dispatch.world import World

JSON = {"content-type": "application/json"}
UNIT = f"/v1/units/{PATROLS[0]}"


async def hold(world: World, method: str, path: str, case: Bad, good: str) -> None:
    """The answer is the case's; a good request behind it is served."""
    answer = await world.http.request(method, path, content=case.sent, headers=JSON)
    assert (case.what, answer.status_code) == (case.what, case.answer), answer.text[:500]
    assert case.reason in answer.text, (case.what, answer.text[:500])
    if case.answer >= 400:
        assert answer.headers["content-type"] == "application/problem+json", case.what
    behind = await world.http.request(method, path, content=good, headers=JSON)
    assert behind.status_code < 300, (case.what, behind.text)


async def test_an_operators_call(world: World) -> None:
    """`POST /v1/calls`."""
    for case in CALL:
        await hold(world, "POST", "/v1/calls", case, '{"nature":"panic","lat":49.1,"lon":6.1}')


async def test_a_position(world: World) -> None:
    """`PUT /v1/units/{unit}/position`; the next one, of now, is the unit's place whatever time the bad one bore."""
    for number, case in enumerate(POSITION):
        now = datetime.now(UTC) + timedelta(seconds=1)  # later than the bad one, whose time may have been made now
        lat = 49.1 + number / 100
        await hold(world, "PUT", f"{UNIT}/position", case, f'{{"lat":{lat},"lon":6.11,"at":"{now.isoformat()}"}}')
        units = {unit["unit"]: unit for unit in (await world.http.get("/v1/units")).json()}
        assert units[PATROLS[0]]["position"]["lat"] == lat, case.what


async def test_a_call_for_help_is_never_refused_for_its_body(world: World) -> None:
    """`POST /v1/units/{unit}/distress`: whatever the body is, 202; only one that is too large is not read."""
    for case in CALL:
        answer = await world.http.post(f"{UNIT}/distress", content=case.sent, headers=JSON)
        assert answer.status_code == (413 if case.answer == 413 else 202), (case.what, answer.text[:500])
