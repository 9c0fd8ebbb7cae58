"""Move-ups: a free unit is ordered to a post, where it is nearer to what may come; it stays available."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from schemas.vocabulary.dispatching import UnitState
from services.chassis import logs
from services.dispatch.actions.covering import posts_of
from services.dispatch.actions.picturing import metres, picture
from services.dispatch.domain.moving_up import MoveUpEnd, UnderWay, over
from services.dispatch.domain.report import Place
from services.dispatch.domain.travelling import Profile, Reached
from services.dispatch.domain.unit import Unit
from services.dispatch.metrics import MOVE_UPS
from services.dispatch.packs import Book
from services.dispatch.store import fleet, move_ups
from services.dispatch.store.tables import move_ups as table
from services.dispatch.store.work import Work
from services.dispatch.views import moment, place_view

log = logs.get(__name__)
KIND = "move_up"


class UnknownPost(Exception):
    """The pack in force has no such post; `posts` names those it has."""

    def __init__(self, posts: list[str]) -> None:
        super().__init__("unknown post")
        self.posts = posts


class NotFree(Exception):
    """The unit cannot be moved: it is bound, out of service, off duty or retiring."""

    def __init__(self, state: UnitState) -> None:
        super().__init__("unit not free")
        self.state = state


@dataclass(frozen=True)
class Order:
    """Somebody orders a unit to a post; `why` is kept and shown, never logged."""

    unit: str
    post: str
    actor: str
    why: str | None = None


async def order(work: Work, wanted: Order) -> dict[str, Any] | None:
    """Sends the unit; an earlier move-up of it is replaced. None for an unknown unit. Raises UnknownPost, NotFree."""
    unit = (await fleet.lock_units(work, {wanted.unit})).get(wanted.unit)
    if unit is None:
        return None
    book = await work.book(unit.centre)
    if book is None or wanted.post not in posts_of(book):
        raise UnknownPost(sorted(posts_of(book)) if book else [])
    if unit.state is not UnitState.AVAILABLE or unit.busy or unit.retiring:
        raise NotFree(unit.state)
    if unit.move_up is not None:
        await end(work, unit.move_up, MoveUpEnd.REPLACED)
    now_seen = await picture(work, unit.centre)
    row = {
        "id": str(uuid.uuid4()),
        "centre": unit.centre,
        "unit_id": unit.id,
        "post": wanted.post,
        "seconds": _seconds(work, book, unit, wanted.post),
        "gain": now_seen.gain(unit.id, wanted.post) if now_seen else None,
        "ordered_at": work.now,
        "ordered_by": wanted.actor,
        "reason": wanted.why,
        "ended_at": None,
        "end_reason": None,
    }
    await work.conn.execute(insert(table).values(row))
    return _show(work, row | {"call_sign": unit.call_sign}, book, "ordered")


async def end(work: Work, move_up: str, reason: MoveUpEnd) -> bool:
    """Ends a move-up and shows it; False if it had ended before or there is none."""
    values = {"ended_at": work.now, "end_reason": reason}
    changed = update(table).where(table.c.id == move_up, table.c.ended_at.is_(None)).values(values)
    if await work.conn.scalar(changed.returning(table.c.id)) is None:
        return False
    row = (await work.conn.execute(move_ups.query(id=move_up))).mappings().one()
    _show(work, row, await work.book(row["centre"]), reason)
    return True


async def exists(work: Work, move_up: str) -> bool:
    """True for a known id, ended or not."""
    return await work.conn.scalar(select(table.c.id).where(table.c.id == move_up)) is not None


async def any_over(work: Work) -> bool:
    """True if some move-up under way has ended by what is known now; locks nothing."""
    return bool(await _over(work, lock=False))


async def end_those_over(work: Work) -> None:
    """Ends all that have: arrived, assigned, gone off, or too old."""
    for move_up, reason in (await _over(work, lock=True)).items():
        await end(work, move_up, reason)


def view(row: Mapping[str, Any], book: Book | None) -> dict[str, Any]:
    """As tablets, consoles and the API see it; the post's name and place are none if the pack no longer names it."""
    post = next((known for known in book.pack.centre.posts if known.id == row["post"]), None) if book else None
    place = Place(post.position.lat, post.position.lon) if post else None
    return {
        "move_up_id": row["id"],
        "centre": row["centre"],
        "unit": row["unit_id"],
        "call_sign": row["call_sign"],
        "post": row["post"],
        "post_name": post.name if post else None,
        "position": place_view(place),
        "seconds": row["seconds"],
        "gain": row["gain"],
        "ordered_at": moment(row["ordered_at"]),
        "ordered_by": row["ordered_by"],
        "reason": row["reason"],
        "ended_at": moment(row["ended_at"]),
        "end_reason": row["end_reason"],
    }


async def _over(work: Work, *, lock: bool) -> dict[str, MoveUpEnd]:
    found = {}
    for row in await move_ups.under_way(work, lock=lock):
        book = await work.book(row["centre"])
        post = posts_of(book).get(row["post"]) if book else None
        known = post is not None and row["lat"] is not None
        left = metres(Place(row["lat"], row["lon"]), post) if known and post else None
        reason = over(UnderWay(row["ordered_at"], UnitState(row["unit_state"]), row["retiring"], left), work.now)
        if reason is not None:
            found[row["id"]] = reason
    return found


def _seconds(work: Work, book: Book, unit: Unit, post: str) -> float | None:
    if unit.place is None:
        return None
    [answer] = work.library.travel(book).to_one([unit.place], posts_of(book)[post], Profile.NORMAL)
    return round(answer.seconds, 1) if isinstance(answer, Reached) else None


def _show(work: Work, row: Mapping[str, Any], book: Book | None, step: str) -> dict[str, Any]:
    shown = view(row, book)
    # The stream's own `position` takes the place of the post's, so that one travels as `place`.
    work.show(KIND, shown | {"place": shown["position"]}, row["unit_id"])
    MOVE_UPS.labels(step).inc()
    log.info("move_up", move_up_id=row["id"], unit=row["unit_id"], post=row["post"], step=step)
    return shown
