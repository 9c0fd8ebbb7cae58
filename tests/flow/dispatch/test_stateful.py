"""Nobody is sent twice, no task is forgotten, everything ends, timers fire once: in any order of anything."""

import os
from collections.abc import Iterator

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from services.dispatch.metrics import TRANSACTION_RETRIES
from tests.flow.dispatch.databases import create, found
from tests.flow.dispatch.stateful.machine import Dispatch
from tests.flow.dispatch.stateful.moves import Alarm
from tests.flow.dispatch.stateful.town import Ground

# Alone it takes half a minute. STATEFUL=search looks for new faults as long as STATEFUL_EXAMPLES says.
LONG = os.environ.get("STATEFUL") == "search"
PHASES = (Phase.generate, Phase.shrink) if os.environ.get("STATEFUL_SHRINK") else (Phase.generate,)
"""Taking steps away from what failed goes on for minutes: only where it is asked for."""
CI = settings(
    max_examples=30,
    stateful_step_count=25,
    derandomize=True,
    database=None,
    deadline=None,
    phases=PHASES,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
SEARCH = settings(
    CI, max_examples=int(os.environ.get("STATEFUL_EXAMPLES", "300")), stateful_step_count=40, derandomize=False
)
PROFILE = SEARCH if LONG else CI


@pytest_asyncio.fixture(scope="module")
async def database_of_its_own(postgres_server: str) -> str:
    """One whose commits can be made to fail."""
    url = create(postgres_server)
    await found(url)
    return url


@pytest.fixture(scope="module")
def machine(database_of_its_own: str) -> Iterator[type[Dispatch]]:
    """The machine, and where all its examples stand."""

    class Standing(Dispatch):
        ground = Ground(database_of_its_own)

    yield Standing
    Standing.ground.close()


def test_whatever_happens_the_promises_hold(machine: type[Dispatch]) -> None:
    """Alarms, orders, taps, time, crashes, repeats and races in any order: looked at after every move, to the end."""
    run_state_machine_as_test(machine, settings=PROFILE)


def test_a_crash_takes_back_what_was_written_and_it_is_begun_again(machine: type[Dispatch]) -> None:
    """The means of the machine: the next commit fails for PostgreSQL's own reason, and one alarm is still one card."""
    ground, retried = machine.ground, _retries()
    town = ground.town()
    ground.run(town.crash_at(1))
    ground.run(Alarm(source=0, lane=0, situation=0).happen(town))
    assert _retries() == retried + 1
    assert len(ground.run(town.look()).incidents) == 1


def _retries() -> float:
    return sum(
        sample.value
        for found in TRANSACTION_RETRIES.collect()
        for sample in found.samples
        if sample.name.endswith("_total")
    )
