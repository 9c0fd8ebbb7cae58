"""Is the database as new as the code? A process that finds it older does nothing but say so until it is migrated.

Newer is allowed: while an upgrade is under way the old processes work on the new tables (CONTRIBUTING.md, migrations).
"""

import asyncio
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.chassis import logs
from services.chassis.database import FAULTS
from services.chassis.health import Health, State
from services.chassis.lifecycle import pause

log = logs.get(__name__)
CHECK = "schema"
LOOK_S = 0.5


class Migrated:
    """Asks for one schema, whose migrations are in `folder`; `command` is what the administrator forgot."""

    def __init__(self, engine: AsyncEngine, schema: str, folder: Path, command: str, health: Health) -> None:
        revisions = list(ScriptDirectory(str(folder)).walk_revisions())
        self._newest, self._known = revisions[0].revision, {one.revision for one in revisions}
        self._engine, self._schema, self._command, self._health = engine, schema, command, health
        self._said: str | None = None

    async def wait(self, stop: asyncio.Event) -> bool:
        """True once the database is new enough, also while PostgreSQL was away before; False at `stop`."""
        while not stop.is_set():
            missing = await self._missing()
            if missing is None:
                self._health.set(CHECK, State.READY)
                return True
            self._say(missing)
            await pause(stop, LOOK_S)
        return False

    async def _missing(self) -> str | None:
        try:
            found = await self._revision()
        except FAULTS as error:
            return f"PostgreSQL ne répond pas / PostgreSQL does not answer ({type(error).__name__})"
        if found == self._newest or (found is not None and found not in self._known):
            return None
        return (
            f"base en {found}, cette version attend {self._newest} : lancez « {self._command} » / "
            f"database at {found}, this version needs {self._newest}: run {self._command}"
        )

    async def _revision(self) -> str | None:
        table = f"{self._schema}.alembic_version"
        async with self._engine.connect() as conn:
            if (await conn.execute(text("SELECT to_regclass(:table)"), {"table": table})).scalar() is None:
                return None
            return (await conn.execute(text(f"SELECT version_num FROM {table}"))).scalar()

    def _say(self, missing: str) -> None:
        self._health.set(CHECK, State.WAITING, missing)
        if missing != self._said:
            log.warning("schema_waits", detail=logs.cut(missing))
            self._said = missing
