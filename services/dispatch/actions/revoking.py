"""Taking badges back, and lifting that: recorded with who and why, told to every process by the live stream."""

import uuid
from typing import Any

from sqlalchemy import insert, select, update

from services.dispatch.domain.access_register import Entry, Seen
from services.dispatch.domain.revoking import Scope
from services.dispatch.store.register import append
from services.dispatch.store.revocations import remembered
from services.dispatch.store.tables import revocations
from services.dispatch.store.work import Work

KIND = "revocation"


async def revoke(work: Work, scope: Scope, who: str, reason: str, actor: str) -> dict[str, Any]:
    """From now on nothing counts that was or is issued to them, until it is lifted."""
    row = {
        "id": str(uuid.uuid4()),
        "scope": scope.value,
        "who": who,
        "reason": reason,
        "set_by": actor,
        "at": work.now,
        "lifted_at": None,
        "lifted_by": None,
        "lift_reason": None,
    }
    await work.conn.execute(insert(revocations).values(row))
    await _tell(work, row, actor, reason)
    return view(row)


async def lift(work: Work, identifier: str, reason: str, actor: str) -> dict[str, Any] | None:
    """New badges count again, the old ones never; None if there is no such revocation in force."""
    table = revocations
    where = (table.c.id == identifier, table.c.lifted_at.is_(None))
    changed = update(table).where(*where).values(lifted_at=work.now, lifted_by=actor, lift_reason=reason)
    row = (await work.conn.execute(changed.returning(*table.c))).mappings().one_or_none()
    if row is None:
        return None
    await _tell(work, dict(row), actor, reason)
    return view(dict(row))


async def all_remembered(work: Work) -> list[dict[str, Any]]:
    """In force and of the last month, the newest first."""
    query = select(revocations).where(remembered()).order_by(revocations.c.at.desc())
    return [view(dict(row)) for row in (await work.conn.execute(query)).mappings()]


def view(row: dict[str, Any]) -> dict[str, Any]:
    """As it is answered."""
    moments = {name: row[name].isoformat() if row[name] else None for name in ("at", "lifted_at")}
    return {"revocation_id": row["id"], **{name: row[name] for name in row if name != "id"}, **moments}


async def _tell(work: Work, row: dict[str, Any], actor: str, reason: str) -> None:
    """Every process by the stream, without the reason, which a person typed; the access register with it."""
    asked = {"revocation": row["id"], "scope": row["scope"], "lifted": row["lifted_at"] is not None}
    await append(work.conn, [Entry(Seen.REVOCATION, actor, object=row["who"], asked=asked, reason=reason)])
    lifted = row["lifted_at"] is not None
    work.show(KIND, {"revocation_id": row["id"], "scope": row["scope"], "who": row["who"], "lifted": lifted})
