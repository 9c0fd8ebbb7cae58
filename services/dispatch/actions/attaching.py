"""Photos and signatures: kept beside the incident, without what a camera writes into them about place and device."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.dialects.postgresql import insert

from schemas.vocabulary.dispatching import IncidentEvent
from services.dispatch.messages import derived_id
from services.dispatch.store.case import Case
from services.dispatch.store.tables import attachments
from services.dispatch.store.work import Work

LARGEST_PIXELS = 40_000_000
LONGEST_SIDE = 2048
QUALITY = 85
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


class Kind(StrEnum):
    """What is attached."""

    PHOTO = "photo"
    SIGNATURE = "signature"


class NotAnImage(ValueError):
    """The bytes are not a picture of a known format, or an unreasonably large one."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept."""

    content: bytes
    media_type: str


def picture_of(raw: bytes) -> Picture:
    """The picture, upright, at most 2048 pixels a side, without metadata. Raises NotAnImage. Takes tens of ms."""
    try:
        with Image.open(BytesIO(raw), formats=list(FORMATS)) as opened:
            if opened.width * opened.height > LARGEST_PIXELS:
                raise NotAnImage(f"{opened.width} × {opened.height} pixels are too many")
            kind = opened.format or ""
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise NotAnImage(str(error)) from error
    clean = Image.new(upright.mode, upright.size)
    clean.paste(upright)
    if kind == "PNG" and upright.mode == "P":
        clean = upright.convert("RGBA")
    out = BytesIO()
    clean.save(out, kind, **({} if kind == "PNG" else {"quality": QUALITY}))
    return Picture(out.getvalue(), FORMATS[kind])


async def attach(
    work: Work, case: Case, picture: Picture, kind: Kind, author: str, taken_at: datetime | None
) -> tuple[str, bool]:
    """Keeps a picture; its id, and whether it is new: the same one again, sent by a tablet that was offline, is not."""
    digest = hashlib.sha256(picture.content).hexdigest()
    attachment = derived_id("attachment", case.incident.id, digest)
    row = {
        "id": attachment,
        "incident_id": case.incident.id,
        "kind": kind,
        "media_type": picture.media_type,
        "sha256": digest,
        "content": picture.content,
        "author": author,
        "taken_at": taken_at,
        "at": work.now,
    }
    added = insert(attachments).values(row).on_conflict_do_nothing().returning(attachments.c.id)
    fresh = await work.conn.scalar(added) is not None
    if fresh:
        case.record(IncidentEvent.NOTED, kind, actor=author, detail={"attachment_id": attachment})
    return attachment, fresh
