"""No fault: the observer itself is tried."""

from __future__ import annotations

import asyncio

from tests.faults.case import case
from tests.faults.city import SHARE
from tests.faults.town import Town


@case("none", urgent=True, short=True)
async def nothing(town: Town) -> None:
    """Nothing happens: the books close, and every SOS is on a tablet within a second."""
    await asyncio.sleep(10)
    town.demand(len(town.ledger.sent) > 300 * SHARE, "the load was not there")
