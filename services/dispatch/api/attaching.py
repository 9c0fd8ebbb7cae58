"""Photos and signatures come and are shown."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from sqlalchemy import select

from schemas.wire import Instant
from services.chassis.problems import Problem
from services.dispatch.actions import attaching
from services.dispatch.actions.attaching import FORMATS, Kind
from services.dispatch.api.answers.log import AttachmentKept
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Actor, Doors, not_found, open_case
from services.dispatch.store.reading import rows
from services.dispatch.store.tables import attachments
from services.dispatch.store.work import Work

router = APIRouter(prefix="/v1", tags=["photos"])
LARGEST = 8_000_000
"""Bytes; a tablet's photo made smaller before it is sent takes some 400 kB."""
BINARY = {"schema": {"type": "string", "format": "binary"}}
SENT: dict[str, Any] = {"requestBody": {"required": True, "content": dict.fromkeys(FORMATS.values(), BINARY)}}
SHOWN: dict[int | str, dict[str, Any]] = {
    200: {"description": "the picture", "content": dict.fromkeys(FORMATS.values(), BINARY)}
}


@router.post(
    "/incidents/{incident_id}/attachments", openapi_extra=SENT, **answers(AttachmentKept, 404, 413, 415, status=201)
)
async def attach(
    door: Doors,
    request: Request,
    incident_id: str,
    actor: Actor,
    kind: Annotated[Kind, Query()] = Kind.PHOTO,
    taken_at: Annotated[Instant | None, Query(description="the device's time")] = None,
    content_length: Annotated[int | None, Header()] = None,
) -> dict[str, Any]:
    """Keeps a JPEG, PNG or WebP picture of at most 8 MB beside the incident, in any state. The same again is kept once.

    Place, device and other metadata are taken out before it is kept.
    """
    raw = await _body(request, content_length)
    try:
        picture = await asyncio.to_thread(attaching.picture_of, raw)
    except attaching.NotAnImage as error:
        raise Problem(
            415, "not-an-image", "Image illisible / not a picture", "Envoyez du JPEG, PNG ou WebP / send one of these."
        ) from error

    async def act(work: Work) -> dict[str, Any]:
        case = await open_case(work, incident_id, None)
        attachment, fresh = await attaching.attach(work, case, picture, kind, actor, taken_at)
        return {"attachment_id": attachment, "incident_id": case.incident.id, "fresh": fresh}

    return await door.transact(request, None, act, 201)


@router.get("/attachments/{attachment_id}", response_class=Response, responses=answers(None, 404)["responses"] | SHOWN)
async def show(door: Doors, attachment_id: str) -> Response:
    """The picture; 404 also where its time of keeping has passed."""
    columns = (attachments.c.content, attachments.c.media_type)
    found = await rows(door.engine, select(*columns).where(attachments.c.id == attachment_id))
    if not found or found[0]["content"] is None:
        raise not_found("attachment", attachment_id)
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(bytes(found[0]["content"]), media_type=found[0]["media_type"], headers=headers)


async def _body(request: Request, told: int | None) -> bytes:
    """The body, refused as soon as it is known to be too large."""
    taken = bytearray()
    if told is None or told <= LARGEST:
        async for part in request.stream():
            taken += part
            if len(taken) > LARGEST:
                break
        else:
            return bytes(taken)
    raise Problem(413, "too-large", "Image trop lourde / picture too large", "8 MB au plus / at most.")
