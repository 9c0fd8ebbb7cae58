"""PostgreSQL engines with the time-outs that keep one stopped process from holding the others."""

import json
import re
from typing import Any

import psycopg
from psycopg import errors
from sqlalchemy import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

IDLE_LIMIT_MS = 300
"""A process stopped in mid-transaction is thrown out after this; a lock is waited for at most 2 s, then retried."""
SESSION = f"-c idle_in_transaction_session_timeout={IDLE_LIMIT_MS} -c lock_timeout=2000 -c statement_timeout=15000"

NUL_IN_JSON = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""An escaped NUL; an even number of backslashes before it are backslashes of the text."""
FAULTS = (DBAPIError, PoolTimeout, OSError)
"""What a loop over PostgreSQL catches to try again."""


def away(error: BaseException) -> bool:
    """True if PostgreSQL was away, restarting, locked or out of connections: the same work may succeed later.

    So may what PEP 249 calls internal or the interface's (a transaction or connection that is out of step), once it
    begins anew. False for what the statement itself is to blame for (data, constraint, limit): it would fail again.
    """
    if isinstance(error, PoolTimeout | OSError):
        return True
    cause = getattr(error, "orig", error)
    if isinstance(cause, errors.ProgramLimitExceeded):
        return False
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return lost or isinstance(cause, psycopg.OperationalError | psycopg.InternalError | psycopg.InterfaceError)


def address(database_url: str) -> URL:
    """`postgresql://…` as SQLAlchemy's URL for psycopg 3. Raises ValueError if it is not PostgreSQL."""
    url = make_url(database_url)
    if url.get_backend_name() != "postgresql":
        raise ValueError("DATABASE_URL must begin with postgresql://")
    return url.set(drivername="postgresql+psycopg")


def engine(database_url: str, application: str, *, pool: int = 10) -> AsyncEngine:
    """An async engine; `application` is shown in pg_stat_activity. What people wrote is in no error's text."""
    return create_async_engine(
        address(database_url),
        pool_size=pool,
        max_overflow=pool,
        pool_pre_ping=False,
        pool_timeout=5,
        # The connection used last has what it needs at hand: plans, and the catalogue's rows.
        pool_use_lifo=True,
        json_serializer=as_json,
        hide_parameters=True,
        connect_args={
            "application_name": application,
            "options": SESSION,
            "connect_timeout": 5,
            # Planning takes longer than answering: each statement is planned once a connection.
            "prepare_threshold": 1,
        },
    )


def without_nul(text: str) -> str:
    """`text` with each NUL, which PostgreSQL cannot hold, shown as a replacement mark."""
    return text.replace("\x00", "\ufffd")


def as_json(value: Any) -> str:
    """JSON that jsonb takes."""
    # A NUL inside JSON is refused by jsonb: one odd character in a device's free text must not cost its alarm.
    text = json.dumps(value)
    return NUL_IN_JSON.sub(r"\1\\ufffd", text) if "\\u0000" in text else text
