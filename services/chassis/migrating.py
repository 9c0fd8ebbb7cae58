"""Migrations beside running services: none waits at the head of the queue for a table for longer than a moment.

A change of a table waits for whoever reads it (a backup, for minutes), and everybody else waits behind the change.
"""

import time
from collections.abc import Callable

from psycopg import errors
from sqlalchemy.exc import OperationalError

from services.chassis import logs

log = logs.get(__name__)
WAIT = "SET LOCAL lock_timeout = '1s'"
"""Less than the services wait for a lock (`chassis.database.SESSION`); for the migration's own transaction."""
GIVES_WAY_S = 2.0
LONGEST_S = 900.0


def giving_way(migrate: Callable[[], None], longest_s: float = LONGEST_S) -> None:
    """Runs `migrate`, one transaction, again and again until it gets its tables.

    Raises sqlalchemy.exc.OperationalError once that took longer than `longest_s`, or for another reason at once.
    """
    until = time.monotonic() + longest_s
    while True:
        try:
            return migrate()
        except OperationalError as error:
            if not isinstance(error.orig, errors.LockNotAvailable) or time.monotonic() > until:
                raise
            log.warning("migration_gives_way", **logs.fault(error))
            time.sleep(GIVES_WAY_S)
