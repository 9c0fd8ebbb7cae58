"""Every fault of the list: nothing acknowledged is lost, nobody is sent twice, one effect each, help is not late."""

from __future__ import annotations

import asyncio

import pytest

import tests.faults.cases  # noqa: F401 (fills CASES)
from tests.faults import results
from tests.faults.abilities import unable
from tests.faults.case import Case
from tests.faults.partner import Partner
from tests.faults.stack import PATIENCE, Stack
from tests.faults.town import perform


@pytest.mark.parametrize("case", results.wanted(), ids=lambda case: case.name)
async def test_holds(case: Case, town_stack: Stack, partner: Partner) -> None:
    """The invariants hold through the fault, by what clients saw."""
    if case.needs and (why := unable(case.needs)):
        pytest.skip(why)
    async with asyncio.timeout(case.longest_s * PATIENCE):
        line = await perform(town_stack, partner, case.name, case.act, urgent=case.urgent)
    results.write(line)
    print(results.one_line(line))
    assert results.holds(line), "\n".join(line["wrong"])
