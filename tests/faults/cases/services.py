"""Each service killed where it hurts: before the effect, between effect and commit, after the commit."""

from __future__ import annotations

import asyncio

from tests.faults.case import case
from tests.faults.stack import until
from tests.faults.town import Town

MOMENTS = ("before_effect", "before_commit", "after_commit")
LOOPS = {
    "ingest": ("reception",),
    "screening": ("triage.screening",),
    "correlation": ("correlation",),
    "dispatch": ("alarms.urgent", "signal.outcomes", "outbox"),
    "notify": ("notify", "delivery"),
}
COMES_BY_S = 25.0


async def at_each_moment(town: Town, process: str, loops: tuple[str, ...]) -> None:
    """Kills the process at each moment of each of its loops, the next time it comes by."""
    processes = ("dispatch", "dispatch-2") if process == "dispatch" else (process,)
    for loop in loops:
        for moment in MOMENTS:
            point = f"{loop}.{moment}"
            before = {name: town.stack.pid(name) for name in processes}
            for name in processes:
                town.stack.order(name, point)
            # Two dispatches share the work, and only one may have the lease: whoever comes by first dies.
            await until(lambda p=point: any(town.stack.carried_out(n, p) for n in processes), point, COMES_BY_S)  # type: ignore[misc]
            await asyncio.sleep(1.0)
            town.stack.heal_everything()
            died = [name for name in processes if town.stack.pid(name) != before[name]]
            town.notes.setdefault("killed", []).append(f"{point}: {', '.join(died)}")
            town.demand(bool(died), f"nobody died at {point}")
            await town.stack.healthy(60)


def _register(process: str, loops: tuple[str, ...]) -> None:
    async def act(town: Town) -> None:
        await at_each_moment(town, process, loops)

    act.__doc__ = f"kill -9 of {process} before the effect, after it before the commit, after the commit."
    case(f"{process}-killed-at-points", short=process == "dispatch")(act)


for _process, _loops in LOOPS.items():
    _register(_process, _loops)
