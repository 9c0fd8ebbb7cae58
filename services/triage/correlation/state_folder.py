"""The worker's own folder: a cache of the changelog, which may be missing or damaged."""

import shutil
from pathlib import Path

from rocksdict import Options, Rdict

from services.chassis import logs
from services.triage import metrics

log = logs.get(__name__)


def prepare(folder: Path) -> None:
    """Makes the folder ready. A database that cannot be read to its end is deleted; Faust then rebuilds it.

    Reading all of it takes well under a second for 100,000 answers, and happens once a start.
    """
    databases = sorted(folder.glob("v*/tables/*.db"))
    if not databases:
        folder.mkdir(parents=True, exist_ok=True)
        metrics.STATE_REBUILT.labels("missing").inc()
        log.warning("state_missing_rebuilding_from_changelog", file=str(folder))
        return
    for database in databases:
        reason = _damage(database)
        if reason is not None:
            metrics.STATE_REBUILT.labels("damaged").inc()
            log.error("state_damaged_rebuilding_from_changelog", file=str(database), detail=logs.cut(reason))
            shutil.rmtree(database)


def _damage(database: Path) -> str | None:
    """Why this database is not usable, or None; blocks are checked against their checksums as they are read."""
    try:
        opened = Rdict(str(database), Options(raw_mode=True))
        try:
            for _ in opened.items():
                pass
        finally:
            opened.close()
    except Exception as error:  # noqa: BLE001 (rocksdict raises plain Exception for whatever is wrong)
        return str(error)
    return None
