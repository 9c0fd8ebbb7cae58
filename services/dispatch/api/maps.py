"""Maps: which centres there are, what a centre's map shows, and its base map in ranges."""

import hashlib
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from fastapi.responses import FileResponse, JSONResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.dispatch.api.answers.maps import MapShown, PackListed
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Door, Doors, not_found
from services.dispatch.map_features import bounds, features
from services.dispatch.packs import Book
from services.dispatch.store.reading import read
from services.dispatch.store.tables import current_packs

router = APIRouter(prefix="/v1", tags=["map"])
SHAPE = "1"
"""Goes up when the same pack is drawn from other data, so that no screen keeps the old answer."""
TILES_TYPE = "application/vnd.pmtiles"
ATTRIBUTION = "© les contributeurs d’OpenStreetMap, ODbL"
BINARY = {TILES_TYPE: {"schema": {"type": "string", "format": "binary"}}}
PLAIN = {"text/plain": {"schema": {"type": "string"}}}
RANGED: dict[int | str, dict[str, Any]] = {
    200: {"description": "the whole file", "content": BINARY},
    206: {"description": "the range that was asked for", "content": BINARY},
    304: {"description": "unchanged since If-None-Match"},
    400: {"description": "no range at all", "content": PLAIN},
    416: {"description": "beyond the end", "content": PLAIN},
}
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "unchanged since If-None-Match"}}
IfNoneMatch = Annotated[str | None, Header(max_length=1000)]


@router.get("/packs", **answers(list[PackListed]))
async def list_packs(door: Doors) -> list[dict[str, Any]]:
    """The centres whose packs are in force."""

    async def act(conn: AsyncConnection) -> list[Book | None]:
        centres = (await conn.execute(select(current_packs.c.centre).order_by(current_packs.c.centre))).scalars().all()
        return [await door.library.current(conn, centre) for centre in centres]

    found = (book for book in await read(door.engine, act) if book is not None)
    return [{**_in_short(book), **_of_pack(book)} for book in found]


DESCRIBED = answers(MapShown, 404)


@router.get("/map/{centre}.json", **DESCRIBED | {"responses": DESCRIBED["responses"] | UNCHANGED})
async def read_map(door: Doors, centre: str, if_none_match: IfNoneMatch = None) -> Response:
    """What a map of the centre shows. Changes with the pack or the base map only: ask with `If-None-Match`."""
    book = await _book(door, centre)
    tiles = tiles_file(door, centre)
    tag = _tag(SHAPE, book.version, str(tiles.stat().st_mtime_ns) if tiles else "")
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if _known(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    shown = {
        "type": "FeatureCollection",
        "centre": _in_short(book),
        **_of_pack(book),
        "bounds": bounds(book.pack),
        "tiles": {"path": f"/v1/tiles/{centre}.pmtiles", "attribution": ATTRIBUTION} if tiles else None,
        "features": features(book.pack),
    }
    return JSONResponse(shown, headers=headers)


@router.get("/tiles/{centre}.pmtiles", response_class=FileResponse, responses=answers(None, 404)["responses"] | RANGED)
async def read_tiles(door: Doors, centre: str, if_none_match: IfNoneMatch = None) -> Response:
    """The base map, in ranges (RFC 9110, 14): a screen reads the few tiles that it shows."""
    book = await _book(door, centre)
    file = tiles_file(door, book.pack.centre.code)
    if file is None:
        raise not_found("base map", centre)
    status = file.stat()
    tag = _tag(centre, str(status.st_mtime_ns), str(status.st_size))
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if _known(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    return FileResponse(file, media_type=TILES_TYPE, headers=headers, stat_result=status)


def tiles_file(door: Door, centre: str) -> Path | None:
    """The centre's base map, if one was built. `centre` is a known one, so it names no other file."""
    file = door.settings.tiles_dir / f"{centre}.pmtiles"
    return file if file.is_file() else None


async def _book(door: Door, centre: str) -> Book:
    book = await read(door.engine, lambda conn: door.library.current(conn, centre))
    if book is None:
        raise not_found("centre", centre)
    return book


def _in_short(book: Book) -> dict[str, Any]:
    centre = book.pack.centre
    return {"code": centre.code, "name": centre.name, "timezone": centre.timezone, "exercise": centre.exercise}


def _of_pack(book: Book) -> dict[str, Any]:
    return {"version": book.version, "synthetic_streets": book.pack.centre.synthetic_streets}


def _tag(*parts: str) -> str:
    return f'"{hashlib.sha256("|".join(parts).encode()).hexdigest()[:20]}"'


def _known(if_none_match: str | None, tag: str) -> bool:
    """RFC 9110, 13.1.2: weak comparison, so what a proxy marked as weak counts too."""
    given = [one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")]
    return tag in given or "*" in given
