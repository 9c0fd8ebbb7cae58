"""The room's other doors: operator-entered calls, kiosk calls, silences, signals, packs, and ingest's second path."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from schemas.messages.signal import Signal, SignalOutcome
from schemas.pack.pack import CityPack
from schemas.vocabulary.dispatching import KioskCallState
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Outcome, Phase
from services.chassis.problems import Problem
from services.dispatch import messages
from services.dispatch.actions import calling, intake, kiosks, packing, silencing
from services.dispatch.actions import urgent as lane
from services.dispatch.actions.calling import Call
from services.dispatch.api import bodies
from services.dispatch.api.answers.room import KioskCall, PackApplied, PackInForce, Received, SignalFate, Silence
from services.dispatch.api.centre import centre_among
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Actor, Door, Doors, IdempotencyKey, not_found
from services.dispatch.domain.report import Place, Report
from services.dispatch.packs import zone_known
from services.dispatch.store import tables
from services.dispatch.store.reading import read, rows
from services.dispatch.store.work import TooLarge, Work

router = APIRouter(prefix="/v1", tags=["room"])


@router.post("/calls", **answers(Received, status=201))
async def enter_call(
    door: Doors, request: Request, body: bodies.CallBody, actor: Actor, idempotency_key: IdempotencyKey = None
) -> dict[str, Any]:
    """An operator takes down a call; it opens or joins an incident like any other alarm."""
    signal_id = str(uuid.uuid4())

    async def act(work: Work) -> dict[str, Any]:
        centre = await centre_of(work, body.centre)
        call = await _call(door, work, body, centre, signal_id, actor)
        told = filter(None, (body.text, body.caller and f"Requérant : {body.caller}"))
        return {"signal_id": signal_id, "incident_id": await calling.enter(work, call, tuple(told), door.times)}

    return await door.transact(request, idempotency_key, act, 201)


@router.get("/kiosk-calls", **answers(list[KioskCall]))
async def list_kiosk_calls(
    door: Doors, state: Annotated[list[KioskCallState] | None, Query()] = None
) -> list[dict[str, Any]]:
    """Kiosk calls, the longest waiting first."""
    return await kiosk_calls(door, state)


async def kiosk_calls(door: Door, state: list[KioskCallState] | None) -> list[dict[str, Any]]:
    """The same, for the stream's snapshot."""
    table = tables.kiosk_calls
    query = select(table).order_by(table.c.called_at).limit(500)
    if state:
        query = query.where(table.c.state.in_(state))
    return [kiosks.view(row) for row in await rows(door.engine, query)]


def _kiosk_route(name: str, state: KioskCallState, meaning: str) -> None:
    described = answers(KioskCall, 404, 409)

    @router.post(f"/kiosk-calls/{{call_id}}/{name}", name=f"kiosk_{name}", description=meaning, **described)
    async def endpoint(
        door: Doors,
        request: Request,
        call_id: str,
        actor: Actor,
        body: bodies.OptionalReason | None = None,
        idempotency_key: IdempotencyKey = None,
    ) -> dict[str, Any]:
        reason = body.reason if body else None
        if state is KioskCallState.REFUSED and not reason:
            raise Problem(422, "reason-required", "Motif obligatoire / a reason is required", "Say why in `reason`.")

        async def act(work: Work) -> dict[str, Any]:
            table = tables.kiosk_calls
            row = (await work.conn.execute(select(table).where(table.c.id == call_id))).mappings().one_or_none()
            if row is None:
                raise not_found("kiosk call", call_id)
            incident = await _sos_of(work, row, door) if state is KioskCallState.SOS else None
            locked = (await work.conn.execute(select(table).where(table.c.id == call_id).with_for_update())).mappings()
            now = locked.one()
            if incident and now["state"] == KioskCallState.SOS:
                return kiosks.view(now)
            return await kiosks.change(work, now, state, reason or name, actor=actor, incident_id=incident)

        return await door.transact(request, idempotency_key, act)


_kiosk_route("answer", KioskCallState.ANSWERED, "Somebody speaks with the caller.")
_kiosk_route("open", KioskCallState.OPENED, "The bollard is opened.")
_kiosk_route("refuse", KioskCallState.REFUSED, "Access is refused, with a reason.")
_kiosk_route("sos", KioskCallState.SOS, "The call is a call for help.")


@router.get("/silences", **answers(list[Silence]))
async def list_silences(door: Doors, request: Request, centre: str | None = None) -> list[dict[str, Any]]:
    """Silences and sites under test in force, with who set them and the time that is left; what ends first leads."""

    async def act(work: Work) -> dict[str, Any]:
        return {"silences": await silencing.in_force(work, centre)}

    found: list[dict[str, Any]] = (await door.transact(request, None, act))["silences"]
    return found


@router.post("/silences", **answers(Silence, status=201))
async def add_silence(
    door: Doors, request: Request, body: bodies.SilenceBody, actor: Actor, idempotency_key: IdempotencyKey = None
) -> dict[str, Any]:
    """Sets a silence, or a site under test. It never hides an urgent alarm: that one becomes operator-confirmed."""

    async def act(work: Work) -> dict[str, Any]:
        centre = await centre_of(work, body.centre)
        book = await work.book(centre)
        return await silencing.add(
            work,
            centre=centre,
            pack_version=book.version if book else "none",
            scope=body.scope,
            under_test=body.under_test,
            starts_at=body.starts_at,
            ends_at=body.ends_at,
            reason=body.reason,
            actor=actor,
        )

    try:
        return await door.transact(request, idempotency_key, act, 201)
    except silencing.EndsTooSoon as error:
        title = "Fin avant début / ends before it starts"
        raise Problem(
            422, "ends-before-start", title, "Donnez une fin plus tardive. / Give a later `ends_at`."
        ) from error
    except silencing.EndsTooLate as error:
        raise Problem(
            422,
            "ends-too-late",
            "Fin trop lointaine / ends too late",
            "Au plus 30 jours, à renouveler tant que l'essai dure. / At most 30 days; renew the site under test then.",
            at_most_days=silencing.AT_MOST.days,
        ) from error


@router.delete("/silences/{silence_id}", **answers(None, 404, status=204))
async def end_silence(door: Doors, request: Request, silence_id: str) -> Response:
    """Ends a silence now."""

    async def act(work: Work) -> dict[str, Any]:
        if not await silencing.end(work, silence_id):
            raise not_found("silence", silence_id)
        return {}

    await door.transact(request, None, act)
    return Response(status_code=204)


@router.get("/signals", **answers(list[SignalOutcome]))
async def list_signals(
    door: Doors, outcome: Outcome | None = None, limit: Annotated[int, Query(ge=1, le=1000)] = 200
) -> list[dict[str, Any]]:
    """The newest signals' outcomes: what was refused, silenced or folded, and why."""
    table = tables.signal_outcomes
    query = select(table.c.record).order_by(table.c.decided_at.desc()).limit(limit)
    if outcome:
        query = query.where(table.c.outcome == outcome)
    return [dict(row["record"]) for row in await rows(door.engine, query)]


@router.get("/signals/{signal_id}", **answers(SignalFate, 404))
async def read_signal(door: Doors, signal_id: str) -> dict[str, Any]:
    """What became of one signal: its outcome and reason, and the card or kiosk call that holds it. 404 until known."""
    outcome, linked, calls = tables.signal_outcomes, tables.incident_signals, tables.kiosk_calls
    screened = select(outcome.c.outcome, outcome.c.reason, outcome.c.first_signal_id)
    incident_of = select(linked.c.incident_id).where(linked.c.signal_id == signal_id)
    call_of = select(calls.c.id).where(calls.c.signal_id == signal_id)

    async def act(conn: AsyncConnection) -> tuple[RowMapping | None, str | None, str | None]:
        found = await conn.execute(screened.where(outcome.c.signal_id == signal_id))
        return found.mappings().one_or_none(), await conn.scalar(incident_of), await conn.scalar(call_of)

    row, incident, call = await read(door.engine, act, snapshot=True)
    if row is None and incident is None and call is None:
        raise not_found("signal", signal_id)
    known = dict(row) if row else {"outcome": None, "reason": None, "first_signal_id": None}
    return {"signal_id": signal_id, **known, "incident_id": incident, "kiosk_call_id": call}


@router.post("/urgent", **answers(Received, status=202))
async def urgent(door: Doors, request: Request, body: Signal) -> dict[str, Any]:
    """Ingest's second path for urgent signals while Kafka is away; the same ids, so that nothing is done twice."""

    async def act(work: Work) -> dict[str, Any]:
        incident = await lane.receive(work, messages.report_of_signal(body), door.times)
        return {"signal_id": body.signal_id, "incident_id": incident}

    return await door.transact(request, None, act, 202)


@router.put("/packs/{centre}", **answers(PackApplied))
async def put_pack(door: Doors, request: Request, centre: str, body: CityPack) -> dict[str, Any]:
    """Applies a city pack; open incidents keep theirs, removed units retire when clear."""
    if body.centre.code != centre:
        raise Problem(422, "other-centre", "Autre centre / another centre", "Path and pack name different centres.")
    if not zone_known(body.centre.timezone):
        title = "Fuseau horaire inconnu / unknown time zone"
        raise Problem(422, "timezone", title, "Write in `centre.timezone` for example Europe/Paris.")

    async def act(work: Work) -> dict[str, Any]:
        return {"centre": centre, "version": body.version, "changed": await packing.apply(work, body)}

    try:
        return await door.transact(request, None, act)
    except packing.PackRefused as error:
        raise Problem(422, error.kind, error.title, str(error)) from error
    except TooLarge as error:
        raise Problem(422, "too-large", "Partie trop volumineuse / part too large", str(error)) from error


@router.get("/packs/{centre}", **answers(PackInForce, 404))
async def get_pack(door: Doors, centre: str) -> dict[str, Any]:
    """The pack in force, without secrets (it holds none)."""
    book = await read(door.engine, lambda conn: door.library.current(conn, centre))
    if book is None:
        raise not_found("centre", centre)
    return {"version": book.version, **book.pack.model_dump(mode="json")}


async def centre_of(work: Work, wanted: str | None) -> str:
    """The centre that is meant: the one that was named, else the only one. 422 naming them all otherwise."""
    table = tables.current_packs
    return centre_among([str(known) for known in (await work.conn.execute(select(table.c.centre))).scalars()], wanted)


async def _call(door: Door, work: Work, body: bodies.CallBody, centre: str, signal_id: str, actor: str) -> Call:
    book = await work.book(centre)
    site = book.sites.get(body.site) if book and body.site else None
    if body.site and site is None:
        raise Problem(422, "site", "Site inconnu / unknown site", "Choose a site of the city pack, or leave it out.")
    place = Place(body.lat, body.lon) if body.lat is not None and body.lon is not None else None
    if place is None and site is not None:
        place = Place(site.position.lat, site.position.lon)
    return Call(
        signal_id=signal_id,
        centre=centre,
        nature=body.nature,
        actor=actor,
        commune=body.commune or (site.commune if site else None),
        sector=body.sector or (site.sector if site else None),
        site=body.site,
        place=place,
    )


async def _sos_of(work: Work, row: Any, door: Door) -> str | None:
    """An operator heard a call for help: the kiosk's SOS, opened in its name."""
    report = Report(
        signal_id=messages.derived_id("kiosk_sos", row["id"]),
        centre=row["centre"],
        commune=row["commune"],
        device=row["kiosk"],
        device_kind=DeviceKind.KIOSK,
        nature=Nature.KIOSK_SOS,
        phase=Phase.RAISE,
        received_at=work.now,
        site=row["site"],
        sector=row["sector"],
        place=Place(row["lat"], row["lon"]) if row["lat"] is not None else None,
    )
    return await intake.receive(work, report, door.times)
