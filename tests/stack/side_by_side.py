"""`make test` runs files side by side (pytest-xdist), each process with its own broker and database.

The browser's tests stay together, at the end, in one of the processes: they measure what a person sees and share a
room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import Scheduling

ALONE = "tests/browser/"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """By file, except that what is in ALONE is one."""
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return ALONE if nodeid.startswith(ALONE) else super()._split_scope(nodeid)

    return Together(config, log)
