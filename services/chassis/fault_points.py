"""Faults on order, for `make faults` alone: inert unless VIGIE_FAULTS_DIR names a folder when the process starts.

The folder is the process's own. A file in it named like a point is an order that is carried out once: the process
that comes by removes the file and then dies by SIGKILL (or stops, if the file says `stop`). A file `clock` holds
seconds by which this process's clock is wrong.
"""

import os
import signal
from datetime import timedelta
from pathlib import Path

VARIABLE = "VIGIE_FAULTS_DIR"
CLOCK = "clock"
_FOLDER = Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None


def point(name: str) -> None:
    """Here a process may be killed: `<process>.<loop>.<before_effect | before_commit | after_commit>`."""
    if _FOLDER is None:
        return
    order = _FOLDER / name
    try:
        text = order.read_text()
        order.unlink()  # whoever removes it carries it out, and nobody after the restart
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGSTOP if text.strip() == "stop" else signal.SIGKILL)


def clock_error() -> timedelta:
    """By how much this process's clock is wrong: nothing, unless a fault was ordered."""
    if _FOLDER is None:
        return timedelta()
    try:
        return timedelta(seconds=float((_FOLDER / CLOCK).read_text()))
    except (FileNotFoundError, ValueError):
        return timedelta()
