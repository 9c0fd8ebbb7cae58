"""An operator's order on one incident: what each of these routes takes, how it is run, and what it answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from services.chassis.problems import Problem
from services.dispatch import views
from services.dispatch.actions import operating
from services.dispatch.api.answers.incidents import IncidentOrdered
from services.dispatch.api.describing import answers
from services.dispatch.api.door import Act, Actor, Doors, IdempotencyKey, IfMatch, open_case, tag
from services.dispatch.domain.recommending import Refusal
from services.dispatch.store.case import Case
from services.dispatch.store.work import Work
from services.dispatch.wording import REFUSALS, Words

ORDER = answers(IncidentOrdered, 404, 409, 412)
UNTOUCHED = answers(IncidentOrdered, 404, 409)
"""Of orders that two operators may give side by side: they take no `If-Match`."""
UNKNOWN = Words("Ce centre n'a pas cette patrouille.", "The centre has no such patrol.")


@dataclass
class Asked:
    """One request for an order; `if_match` is None where the order takes none."""

    door: Doors
    request: Request
    response: Response
    incident_id: str
    actor: Actor
    idempotency_key: IdempotencyKey = None

    @property
    def _if_match(self) -> str | None:
        return None

    async def open(self, work: Work) -> Case:
        """The incident's case under lock; raises 404, or 412 where the order rests on an old card."""
        return await open_case(work, self.incident_id, self._if_match)

    async def run(self, act: Callable[[Work, Case], Awaitable[None]], *, frees: bool = False) -> dict[str, Any]:
        """Gives the order and answers the card as it is after it; `frees`: units may be free now for what waits."""

        async def within(work: Work) -> dict[str, Any]:
            case = await self.open(work)
            await act(work, case)
            return views.case_view(case)

        try:
            body = await self.transact(within)
        except operating.UnitRefused as error:
            raise _refused(error) from error
        except operating.OverrideNeedsReason as error:
            raise _needs_reason(error) from error
        if frees:
            self.door.timers.unit_freed()
        return body

    async def transact(self, within: Act) -> dict[str, Any]:
        """The same for an order that opens its cases itself; `within` returns the card."""
        return tag(self.response, await self.door.transact(self.request, self.idempotency_key, within))


@dataclass
class AskedOnCard(Asked):
    """The same for an order that rests on the card as it was seen."""

    if_match: IfMatch = None

    @property
    def _if_match(self) -> str | None:
        return self.if_match


def _refused(error: operating.UnitRefused) -> Problem:
    words = REFUSALS[Refusal(error.reason)] if error.reason else UNKNOWN
    title, detail = "Équipage non engageable / unit cannot be sent", f"{words.fr} / {words.en}"
    return Problem(409, "unit-refused", title, detail, reason=str(error.reason or "unknown_unit"))


def _needs_reason(error: operating.OverrideNeedsReason) -> Problem:
    return Problem(
        422,
        "override-needs-reason",
        "Motif obligatoire / a reason is required",
        "Another unit than the recommended one was chosen: say why in `reason`.",
        recommended=error.recommended,
    )


Ordered = Annotated[AskedOnCard, Depends()]
OrderedBeside = Annotated[Asked, Depends()]
