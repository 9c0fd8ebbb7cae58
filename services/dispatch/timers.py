"""What falls due: roster, offers, hand-overs, welfare checks and P1 without answer, waiting tasks, levels, broadcasts.

Due times stand in PostgreSQL and are compared with its clock, so that they survive a restart; every process may
run this loop, since each action checks again under the incident's lock.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping, Select, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from schemas.messages.signal import SignalOutcome
from schemas.vocabulary.dispatching import IncidentEvent, ResponderKind
from schemas.vocabulary.natures import Nature
from services.chassis import logs
from services.chassis.database import away
from services.chassis.metrics import RESTARTS_OF_LOOPS
from services.dispatch import messages
from services.dispatch.actions import (
    broadcasting,
    escalating,
    intake,
    kiosks,
    moving,
    partners,
    relieving,
    reporting,
    rostering,
    sharing,
    welfare,
)
from services.dispatch.actions.intake import Times
from services.dispatch.actions.keeping import keep
from services.dispatch.domain.attention import calls
from services.dispatch.metrics import TASKS_WAITING, UNACKNOWLEDGED_P1
from services.dispatch.packs import Library
from services.dispatch.right_of_way import Turn
from services.dispatch.settings import DispatchSettings
from services.dispatch.store import broadcasts, due, fleet, protection, signals, tables
from services.dispatch.store import case as cases
from services.dispatch.store.reading import rows
from services.dispatch.store.work import Work, look, run
from services.dispatch.tried import Free, Tried, Waiting

log = logs.get(__name__)
EVERY_S = 0.2
AT_ONCE = 50
Ids = tuple[str, ...]


class Timers:
    """The loop over everything that falls due."""

    def __init__(
        self, engine: AsyncEngine, library: Library, settings: DispatchSettings, turn: Turn = nullcontext
    ) -> None:
        self._engine, self._library, self._settings, self._turn = engine, library, settings, turn
        self._times = Times(settings.offer, settings.link_within)
        self._freed = asyncio.Event()
        self._tried: dict[tuple[str, str], Tried] = {}

    def unit_freed(self) -> None:
        """Looks at waiting tasks at once: a unit became free."""
        self._freed.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Runs until `stop`; a fault of one round is logged and the next round tries again."""
        while not stop.is_set():
            try:
                await self.round()
            except Exception:
                RESTARTS_OF_LOOPS.labels("timers").inc()
                log.exception("timers_failed")
            self._freed.clear()
            try:
                await asyncio.wait_for(self._freed.wait(), EVERY_S)
            except TimeoutError:
                continue

    async def round(self) -> None:
        """One look at everything; what is not due costs no more than that look."""
        seen = await self._glance()
        TASKS_WAITING.set(seen["waiting"])
        UNACKNOWLEDGED_P1.set(seen["unseen"])
        steps = {
            # First, so that nobody is offered anything after the end of duty.
            "roster": self._roster_lines,
            "offers": self._expire_offers,
            "welfare": self._welfare_checks,
            "hand_overs": self._overdue_hand_overs,
            "engageable": self._waiting_tasks,
            "relievable": self._reliefs,
            "move_ups": self._move_ups,
            "unclaimed": self._unclaimed_alarms,
            "unseen_late": self._unacknowledged_p1,
            "escalations": self._escalations,
            "broadcasts": self._broadcasts,
        }
        for name, step in steps.items():
            if seen[name]:
                await step()

    async def _glance(self) -> RowMapping:
        late = {"unclaimed_s": self._settings.unclaimed_alarm_s, "unseen_s": self._settings.unacknowledged_p1_s}
        async with self._engine.connect() as conn:
            return (await conn.execute(due.GLANCE, late)).mappings().one()

    async def _expire_offers(self) -> None:
        table = tables.assignments
        for row in await self._rows(due.OFFERS_DUE.order_by(table.c.due_at)):

            async def act(work: Work, row: Ids = row) -> None:
                await reporting.expire(work, row[0], row[1], self._times.offer)

            await self._in_transaction(act)

    async def _roster_lines(self) -> None:
        for row in await self._rows(due.ROSTER_DUE.order_by(tables.roster.c.starts_at)):

            async def act(work: Work, row: Ids = row) -> None:
                await rostering.turn(work, row[0])

            await self._in_transaction(act)

    async def _welfare_checks(self) -> None:
        for row in await self._rows(due.WELFARE_DUE.order_by(tables.assignments.c.welfare_at)):

            async def act(work: Work, row: Ids = row) -> None:
                case = await cases.load(work, row[0])
                if case is not None and welfare.check(work, case, row[1], self._settings.welfare_answer):
                    keep(work, case)

            await self._in_transaction(act)

    async def _overdue_hand_overs(self) -> None:
        for row in await self._rows(due.HAND_OVERS_DUE):

            async def act(work: Work, row: Ids = row) -> None:
                case = await cases.load(work, row[0])
                if case is not None and partners.overdue(work, case, case.hand_overs[row[1]]):
                    keep(work, case)

            await self._in_transaction(act)

    async def _waiting_tasks(self) -> None:
        """All that wait for one kind of unit in one centre together, unless it was in vain just before."""
        # Who is free first: whoever becomes so after that is seen as a change in the next round.
        free: dict[tuple[str, str], Free] = {}
        for row in await rows(self._engine, fleet.WHO_IS_FREE):
            free.setdefault((row["centre"], row["kind"]), []).append((row["id"], row["state_since"]))
        together: dict[tuple[str, str], list[Waiting]] = {}
        for row in await rows(self._engine, due.SERVABLE):
            together.setdefault((row["centre"], row["kind"]), []).append((row["id"], row["version"]))
        for of, waiting in together.items():
            tried = self._tried.setdefault(of, Tried())
            left = tried.left(dict.fromkeys(waiting), free.get(of, []))[:AT_ONCE]
            if left:
                await self._share_out(of, left, tried)

    async def _share_out(self, of: tuple[str, str], waiting: list[Waiting], tried: Tried) -> None:
        incidents = [incident for incident, _ in waiting]
        looked_at: list[Waiting] = []

        async def act(work: Work) -> None:
            await sharing.share_out(work, of[0], ResponderKind(of[1]), incidents, self._times.offer)
            after = [work.cases[known].incident for known in incidents if known in work.cases]
            looked_at[:] = [] if work.hindered else [(known.id, known.version) for known in after]

        if await self._in_transaction(act):
            tried.remember(looked_at)

    async def _reliefs(self) -> None:
        """Looks first without a lock: most units that become free are not sooner than the one on its way."""
        for row in await self._rows(due.RELIEVABLE) if self._settings.dispatch_relief else ():

            async def act(work: Work, row: Ids = row) -> bool:
                return await relieving.relieve(work, row[0], self._times.offer)

            async def is_due(work: Work, row: Ids = row) -> bool:
                return await relieving.is_due(work, row[0], self._times.offer)

            await self._in_transaction(act, is_due)

    async def _move_ups(self) -> None:
        await self._in_transaction(moving.end_those_over, moving.any_over)

    async def _unclaimed_alarms(self) -> None:
        """Opens by itself any alarm that no situation has claimed in time."""
        table = tables.signal_outcomes
        late = func.clock_timestamp() - timedelta(seconds=self._settings.unclaimed_alarm_s)
        on_card = exists().where(tables.incident_signals.c.signal_id == table.c.signal_id)
        claimed = update(table).where(table.c.unclaimed, table.c.decided_at < late, on_card)
        async with self._engine.begin() as conn:
            await conn.execute(claimed.values(unclaimed=False))
        query = select(table.c.signal_id).where(table.c.unclaimed, table.c.decided_at < late)
        for row in await self._rows(query.order_by(table.c.decided_at)):

            async def act(work: Work, row: Ids = row) -> None:
                await claim(work, row[0], self._times)

            async with self._turn():  # in a storm there are thousands
                await self._in_transaction(act)

    async def _unacknowledged_p1(self) -> None:
        for row in await self._rows(due.UNSEEN_LATE, {"unseen_s": self._settings.unacknowledged_p1_s}):

            async def act(work: Work, row: Ids = row) -> None:
                case = await cases.load(work, row[0])
                if case is None or not case.incident.unfinished:
                    return
                if case.incident.acknowledged_at or calls(case.incident.attention):
                    return
                case.ask_attention("unacknowledged_p1")
                case.record(IncidentEvent.ATTENTION_ASKED, "unacknowledged_p1")
                keep(work, case)

            await self._in_transaction(act)

    async def _escalations(self) -> None:
        for row in await self._rows(due.ESCALATIONS_DUE.order_by(tables.incidents.c.escalate_at)):

            async def act(work: Work, row: Ids = row) -> None:
                case = await cases.load(work, row[0])
                if case is not None:
                    await escalating.if_due(work, case, self._times.offer)
                    keep(work, case)

            await self._in_transaction(act)

    async def _broadcasts(self) -> None:
        for row in await self._rows(due.BROADCASTS_DUE):

            async def act(work: Work, row: Ids = row) -> None:
                await broadcasting.turn(work, row[0])

            await self._in_transaction(act)

    async def _rows(self, query: Select[Any], values: dict[str, float] | None = None) -> list[Ids]:
        async with self._engine.connect() as conn:
            return [tuple(row) for row in await conn.execute(query.limit(AT_ONCE), values or {})]

    async def _in_transaction(
        self, act: Callable[[Work], Awaitable[object]], if_due: Callable[[Work], Awaitable[bool]] | None = None
    ) -> bool:
        """One thing that fell due; False if it failed. That holds up nothing else; PostgreSQL's absence is the round's.

        `if_due` looks at it first, without a lock.
        """
        try:
            if if_due is None or await look(self._engine, self._library, if_due):
                await run(self._engine, self._library, act)
            return True
        except Exception as error:
            if away(error):
                raise
            RESTARTS_OF_LOOPS.labels("timer").inc()
            log.exception("timer_failed")
            return False


async def claim(work: Work, signal_id: str, times: Times) -> None:
    """Makes sure that an alarm is on a card or in the kiosk queue; opens it if it is nowhere."""
    table = tables.signal_outcomes
    where = (table.c.signal_id == signal_id, table.c.unclaimed)
    changed = await work.conn.execute(update(table).where(*where).values(unclaimed=False).returning(table.c.record))
    record = changed.scalar_one_or_none()
    if record is None or await signals.incident_of_signal(work.conn, signal_id) is not None:
        return
    report = messages.report_of_outcome(SignalOutcome.model_validate(record))
    if report.nature is Nature.ACCESS_CALL:
        await kiosks.receive(work, report)
        return
    incident = await intake.receive(work, report, times)
    log.warning("alarm_unclaimed", signal_id=signal_id, incident_id=incident)


async def forget(engine: AsyncEngine, kept: timedelta, texts_kept: timedelta = timedelta(days=30)) -> None:
    """Deletes what nobody asks for any more: stream, outbox, idempotency keys, texts of protection and broadcasts."""
    before = func.clock_timestamp() - kept
    async with engine.begin() as conn:
        await conn.execute(delete(tables.stream).where(tables.stream.c.at < before))
        await conn.execute(delete(tables.outbox).where(tables.outbox.c.sent_at < before))
        await conn.execute(delete(tables.idempotency).where(tables.idempotency.c.at < before))
        await protection.forget(conn, before)
        await broadcasts.erase_texts(conn, texts_kept)
