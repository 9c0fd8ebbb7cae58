"""A process that starts again yields the processor to those that still do its work; once it answers it has its share.

Starting costs seconds of processor (a broker's classes, a service's imports). On a small machine an urgent alarm would
wait for them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

STARTING = 15
"""The niceness of a start: about a thirtieth of a busy processor, all of an idle one."""


def may_be_undone() -> bool:
    """True where this process may take a niceness back (Linux, root): elsewhere a start keeps its share."""
    return sys.platform == "linux" and os.geteuid() == 0


def full_share(pid: int, niceness: int) -> None:
    """Gives every thread of the process its share beside ours; a process that has ended is left alone."""
    share = os.getpriority(os.PRIO_PROCESS, 0) + niceness
    try:
        threads = [int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()]
        for thread in threads:
            os.setpriority(os.PRIO_PROCESS, thread, share)
    except (FileNotFoundError, ProcessLookupError):
        return  # its end is seen, and told, by who waits for it
