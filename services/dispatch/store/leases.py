"""One holder at a time, by a lease that expires by PostgreSQL's clock: a stopped process holds nobody up for long."""

from datetime import timedelta

from sqlalchemy import func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import logs
from services.chassis.database import FAULTS
from services.dispatch.store.reading import alone
from services.dispatch.store.tables import leases

log = logs.get(__name__)


async def take(engine: AsyncEngine, name: str, holder: str, for_: timedelta) -> bool:
    """True while `holder` has the lease `name`, now for as long as `for_`; takes it if it is free or has run out."""
    now = func.clock_timestamp()
    row = {"name": name, "holder": holder, "generation": 1, "expires_at": now + for_}
    free = or_(leases.c.holder == holder, leases.c.expires_at < now)
    taken = (
        insert(leases)
        .values(row)
        .on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": holder, "expires_at": now + for_, "generation": leases.c.generation + 1},
            where=free,
        )
    )
    async with alone(engine) as conn:
        return await conn.scalar(taken.returning(leases.c.name)) is not None


async def give_back(engine: AsyncEngine, name: str, holder: str) -> None:
    """Lets the next one take it at once; while PostgreSQL is away it runs out by itself."""
    where = (leases.c.name == name, leases.c.holder == holder)
    try:
        async with alone(engine) as conn:
            await conn.execute(update(leases).where(*where).values(expires_at=func.clock_timestamp()))
    except FAULTS as error:
        log.warning("lease_runs_out", error=type(error).__name__)
