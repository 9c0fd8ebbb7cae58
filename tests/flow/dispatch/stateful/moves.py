"""Everything that may happen, each as a value that Hypothesis can make, show and shrink."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Protocol

from schemas.vocabulary.dispatching import HandOverState, IncidentState, WorkOrderState
from schemas.vocabulary.signals import Phase
from services.dispatch.actions.packing import apply
from services.dispatch.actions.partners import REPLIES
from services.dispatch.actions.partners import STEPS as STEPS_OF
from services.dispatch.domain.incident import ALLOWED, Action
from tests.flow.dispatch import builders
from tests.flow.dispatch.stateful import letters
from tests.flow.dispatch.stateful.seen import Row, Seen
from tests.flow.dispatch.stateful.town import Town, pick

SILENCED = ("site:school", "device:panel-shop", "device:app-anna")
UNTAGGED = {"backup", "notes"}
FOLLOWING = (Phase.UPDATE, Phase.CANCEL)
STEPS = ("accept", "en-route", "on-scene", "clear", "decline")


class Move(Protocol):
    """Something that happens to dispatch."""

    async def happen(self, town: Town) -> None:
        """Does it; nothing where there is nothing to do it to."""


@dataclass(frozen=True)
class Alarm:
    """A device raises an alarm: one of its messages comes at once, the others later or never."""

    source: int
    lane: int
    situation: int

    async def happen(self, town: Town) -> None:
        ways = letters.lanes(letters.signal_of(town.number(), self.source), town.passed_s, self.situation)
        first = ways.pop(self.lane % len(ways))
        town.under_way += ways
        await town.deliver(first)


@dataclass(frozen=True)
class Follows:
    """A later position of an SOS or its cancel, which may come before the SOS itself."""

    who: int
    phase: int
    lane: int
    knows_first: bool

    async def happen(self, town: Town) -> None:
        of = letters.follow_up(town.number(), self.who, FOLLOWING[self.phase % 2])
        same = [known.of.signal_id for known in town.delivered if known.of.subject == of.subject and known.raises]
        first = same[-1] if same and self.knows_first else None
        ways = letters.lanes(of, town.passed_s, 0, first)
        now = ways.pop(self.lane % len(ways))
        town.under_way += ways
        await town.deliver(now)


@dataclass(frozen=True)
class Delivery:
    """A message that was under way comes."""

    which: int

    async def happen(self, town: Town) -> None:
        if town.under_way:
            await town.deliver(town.under_way.pop(self.which % len(town.under_way)))


@dataclass(frozen=True)
class Repeat:
    """An earlier message or request comes a second time."""

    which: int

    async def happen(self, town: Town) -> None:
        number = self.which % max(1, len(town.delivered) + len(town.asked))
        if number < len(town.delivered):
            await town.deliver(town.delivered[number])
        elif town.asked:
            await town.send(town.asked[number - len(town.delivered)])


@dataclass(frozen=True)
class Order:
    """An operator's order on a card, with the present ETag, an old one, or none; sometimes where it is not allowed."""

    what: str
    which: int
    other: int = 0
    tag: str | None = None
    anywhere: bool = False

    async def happen(self, town: Town) -> None:
        what, _, how = self.what.partition(":")
        card = pick(town.seen.incidents if self.anywhere else allowed(town.seen, what), self.which)
        if card is None:
            return
        tags = {"present": f'"{card["revision"]}"', "old": '"0"'}
        headers = {"If-Match": tags[self.tag]} if self.tag and what not in UNTAGGED else {}
        body = self._body(town, card["id"], what, how)
        await town.ask("POST", f"/v1/incidents/{card['id']}/{what}", body, **headers)

    def _body(self, town: Town, card: str, what: str, how: str) -> Any:
        if what == "assign":
            unit = pick(town.seen.units, self.other)
            return {"unit": unit["id"], "reason": "knows the place"} if how and unit else None
        if what == "merge":
            others = [known for known in town.seen.unfinished if known["id"] != card]
            other = pick([known for known in others if not town.seen.bound(known["id"])] or others, self.other)
            return {"incident": other["id"] if other else card}
        if what == "split":
            return {"signals": _some_alarms(town.seen, card, self.other) or ["none"]}
        bodies: dict[str, Any] = {
            "verify": {"result": how},
            "dismiss": {"reason": "drill"},
            "backup": {"count": 1 + self.other % 2},
            "notes": {"text": "seen"},
        }
        return bodies.get(what)


def allowed(seen: Seen, what: str) -> list[Row]:
    """The cards on which an order is possible."""
    action = Action("note" if what == "notes" else what)
    cards = [known for known in seen.incidents if action in ALLOWED[IncidentState(known["state"])]]
    if what != "split":
        return cards
    held = Counter(known["incident_id"] for known in seen.signals if known["role"] == "alarm")
    return [known for known in cards if held[known["id"]] > 1]


def _some_alarms(seen: Seen, card: str, count: int) -> list[str]:
    """The last of the alarms on a card, not all."""
    held = [known["signal_id"] for known in seen.signals if known["incident_id"] == card and known["role"] == "alarm"]
    return held[-1 - count % max(1, len(held) - 1) :]


@dataclass(frozen=True)
class Tap:
    """A tablet reports a step of its assignment, or of an older one, or under another epoch."""

    which: int
    step: str
    off: int

    async def happen(self, town: Town) -> None:
        assignment = pick(town.seen.active if self.off == 0 else town.seen.assignments, self.which)
        if assignment is not None:
            body = {"epoch": max(1, assignment["epoch"] + min(self.off, 1))}
            await town.ask("POST", f"/v1/assignments/{assignment['id']}/{self.step}", body)


@dataclass(frozen=True)
class Way:
    """A unit goes its way to the end of a step, as most do: the next step of an active assignment."""

    which: int

    async def happen(self, town: Town) -> None:
        steps = dict(zip(("offered", "accepted", "en_route", "on_scene"), STEPS, strict=False))
        assignment = pick(town.seen.active, self.which)
        if assignment is not None:
            path = f"/v1/assignments/{assignment['id']}/{steps[assignment['state']]}"
            await town.ask("POST", path, {"epoch": assignment["epoch"]})


@dataclass(frozen=True)
class Status:
    """A unit says whether it can be sent."""

    which: int
    state: str

    async def happen(self, town: Town) -> None:
        unit = pick(town.seen.units, self.which)
        assert unit is not None
        await town.ask("PUT", f"/v1/units/{unit['id']}/status", {"state": self.state})


@dataclass(frozen=True)
class Distress:
    """An officer calls for help."""

    which: int

    async def happen(self, town: Town) -> None:
        unit = pick(town.seen.units, self.which)
        assert unit is not None
        assert await town.ask("POST", f"/v1/units/{unit['id']}/distress", {}) == 202


@dataclass(frozen=True)
class Reply:
    """A partner agency answers a hand-over."""

    which: int
    what: str

    async def happen(self, town: Town) -> None:
        possible = [h for h in town.seen.hand_overs if self.what in REPLIES.get(HandOverState(h["state"]), {})]
        hand_over = pick(possible or town.seen.hand_overs, self.which)
        if hand_over is not None:
            body = {"reason": "no engine"} if self.what == "refuse" else None
            await town.ask("POST", f"/v1/hand-overs/{hand_over['id']}/{self.what}", body)


@dataclass(frozen=True)
class Crew:
    """A crew reports about its work order."""

    which: int
    what: str

    async def happen(self, town: Town) -> None:
        possible = [o for o in town.seen.orders if self.what in STEPS_OF.get(WorkOrderState(o["state"]), {})]
        order = pick(possible or town.seen.orders, self.which)
        if order is not None:
            await town.ask("POST", f"/v1/work-orders/{order['id']}/{self.what}")


@dataclass(frozen=True)
class Pack:
    """Another version of the city's pack: without its second patrol, or with it again."""

    whole: bool

    async def happen(self, town: Town) -> None:
        whole = builders.city()
        units = tuple(known for known in whole.units if known.id != builders.PATROLS[1])
        pack = whole if self.whole else builders.city(units=units)
        await town.world.do(lambda work: apply(work, pack))


@dataclass(frozen=True)
class Silence:
    """A place is under test for an hour, or the first such test ends."""

    which: int
    begins: bool

    async def happen(self, town: Town) -> None:
        if self.begins:
            ends = builders.ago(hours=-1).isoformat()
            body = {"scope": SILENCED[self.which % len(SILENCED)], "reason": "drill", "ends_at": ends}
            await town.ask("POST", "/v1/silences", body)
        elif town.seen.silences:
            await town.ask("DELETE", f"/v1/silences/{town.seen.silences[0]['id']}")


@dataclass(frozen=True)
class Timers:
    """One look at everything that falls due."""

    async def happen(self, town: Town) -> None:
        await town.timers()
