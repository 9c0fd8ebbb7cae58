"""Photos, signatures, reports and who looks at what, over HTTP."""

from io import BytesIO

import pytest
from PIL import Image

from schemas.vocabulary.natures import Nature
from services.dispatch.store import tables
from tests.flow.dispatch.builders import now, signal, sos
from tests.flow.dispatch.problems import problem
from tests.flow.dispatch.world import World

JPEG = {"Content-Type": "image/jpeg", "X-Actor": "pm-1"}


def photo(size: tuple[int, int] = (3000, 1500), kind: str = "JPEG") -> bytes:
    """A picture with a place and a camera's name in its metadata."""
    exif = Image.Exif()
    exif[0x010F] = "Camera of officer Durand"
    exif[0x8825] = {1: "N", 2: (49.0, 7.0, 9.0)}
    out = BytesIO()
    Image.effect_noise(size, 20).convert("RGB").save(out, kind, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_photo_is_kept_without_its_metadata(world: World, kind: str) -> None:
    """Smaller, upright, a picture still, and nothing in it says where or by whom it was taken."""
    incident = await world.urgent(sos("anna"))
    raw = photo(kind=kind)
    sent = await world.http.post(f"/v1/incidents/{incident}/attachments", content=raw, headers=JPEG)
    assert sent.status_code == 201, sent.text
    shown = await world.http.get(f"/v1/attachments/{sent.json()['attachment_id']}")
    assert shown.headers["content-type"] == f"image/{kind.lower()}"
    with Image.open(BytesIO(shown.content)) as kept:
        assert (max(kept.size), dict(kept.getexif())) == (2048, {})
    assert b"Durand" not in shown.content
    [attached] = (await world.card(incident))["attachments"]
    assert (attached["kind"], attached["author"]) == ("photo", "pm-1")


async def test_the_same_photo_again_is_kept_once(world: World) -> None:
    """A tablet that did not hear the answer sends again: one photo, one line in the log."""
    incident = await world.urgent(sos("anna"))
    raw, path = photo((40, 40)), f"/v1/incidents/{incident}/attachments"
    answers = [(await world.http.post(path, content=raw, headers=JPEG)).json() for _ in range(2)]
    assert [known["fresh"] for known in answers] == [True, False]
    assert len(await world.rows(tables.attachments)) == 1
    assert [event for event, _ in await world.events(incident)].count("noted") == 1


@pytest.mark.parametrize(
    ("raw", "status", "kind"),
    [
        (b"", 415, "not-an-image"),
        (b"<svg onload=alert(1)>", 415, "not-an-image"),
        (photo((40, 40))[:200], 415, "not-an-image"),
        (b"\xff" * 8_000_001, 413, "too-large"),
    ],
    ids=["empty", "svg", "truncated", "too large"],
)
async def test_what_is_no_photo_is_refused_and_hurts_nothing(world: World, raw: bytes, status: int, kind: str) -> None:
    """A problem says what to send; the next good one is kept."""
    incident = await world.urgent(sos("anna"))
    path = f"/v1/incidents/{incident}/attachments"
    problem(await world.http.post(path, content=raw, headers=JPEG), status, kind)
    assert (await world.http.post(path, content=photo((40, 40)), headers=JPEG)).status_code == 201
    problem(await world.http.get("/v1/attachments/unknown"), 404, "not-found")


async def test_a_report_is_kept_after_the_assignment_ended(world: World) -> None:
    """The officer's words are in the log with the device's time, though the incident is resolved meanwhile."""
    incident = await world.urgent(sos("anna"))
    [assignment] = await world.active(incident)
    await world.step(assignment, "accept", "en-route", "on-scene", "clear")
    written = now()
    path = f"/v1/assignments/{assignment['assignment_id']}/report"
    answer = await world.http.post(path, json={"text": "Porte fermée, rien à signaler", "at": written.isoformat()})
    assert answer.status_code == 201, answer.text
    [note] = (await world.card(incident))["notes"]
    assert (note["author"], note["text"], note["at"]) == (
        "pm-1",
        "Porte fermée, rien à signaler",
        written.isoformat(),
    )


async def test_a_crew_takes_starts_and_completes_with_material(world: World) -> None:
    """The order shows whose it is, until when it is due and what was used."""
    incident = await world.urgent(signal(Nature.LAMP_OUT, "lamp"))
    [order] = (await world.card(incident))["work_orders"]
    path = f"/v1/work-orders/{order['order_id']}"
    assert order["due_at"] is not None
    for step, body in (("take", {}), ("start", {}), ("complete", {"material": ["LED 40 W", "fusible"]})):
        answer = await world.http.post(f"{path}/{step}", json=body, headers={"X-Actor": "crew-1"})
        assert answer.status_code == 200, answer.text
    [done] = (await world.card(incident))["work_orders"]
    assert (done["state"], done["taken_by"], done["material"]) == ("completed", "crew-1", ["LED 40 W", "fusible"])


async def test_two_operators_on_one_card_know_of_each_other(world: World) -> None:
    """The second is told who has it; the live stream tells the first; who leaves is gone."""
    incident = await world.urgent(sos("anna"))

    async def look(console: str, actor: str, at: str | None) -> list[tuple[str, str | None]]:
        body = {"console": console, "incident": at}
        answer = await world.http.put("/v1/presence", json=body, headers={"X-Actor": actor})
        return sorted((known["actor"], known["incident_id"]) for known in answer.json())

    await look("console-1", "op-1", incident)
    assert await look("console-2", "op-2", incident) == [("op-1", incident), ("op-2", incident)]
    told = [row["data"] for row in await world.rows(tables.stream) if row["kind"] == "presence"]
    assert told[-1] == {"incident_id": incident, "actors": ["op-1", "op-2"]}
    assert await look("console-2", "op-2", None) == [("op-1", incident), ("op-2", None)]
    await world.sql("UPDATE dispatch.presence SET seen_at = clock_timestamp() - interval '2 minutes'")
    assert await look("console-3", "op-3", None) == [("op-3", None)]
