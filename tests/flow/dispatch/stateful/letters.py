"""What arrives over Kafka: each signal by every lane it takes, in any order, as often as it likes."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from schemas.messages.signal import Signal, SignalOutcome
from schemas.vocabulary.natures import FAULTS, Nature, is_urgent
from schemas.vocabulary.signals import Outcome, Phase, ScreeningReason
from tests.flow.dispatch.builders import outcome, signal, sos
from tests.flow.dispatch.world import World

SOURCES: tuple[tuple[Nature, str, str | None], ...] = (
    (Nature.FIRE, "panel-school", "school"),
    (Nature.GAS, "panel-school", "school"),
    (Nature.INTRUSION, "panel-school", "school"),
    (Nature.INTRUSION, "sensor-2", "school"),
    (Nature.HOLD_UP, "panel-shop", "shop"),
    (Nature.PANIC, "panel-shop", "shop"),
    (Nature.INTRUSION, "panel-shop", "shop"),
    (Nature.PERSON_DETECTED, "camera", None),
    (Nature.FIRE, "smoke-1", None),
    (Nature.LAMP_OUT, "lamp", None),
    (Nature.TECHNICAL_FAULT, "lamp", None),
)
PEOPLE = ("anna", "berta")
SITUATIONS = {"fire": {Nature.FIRE, Nature.GAS}}
"""Correlation puts only compatible natures together: fires with fires, the rest with the rest."""


@dataclass(frozen=True)
class Letter:
    """One message: a signal by one lane, and how much of the machine's time had passed when it was made."""

    of: Signal
    lane: str
    made_s: float
    situation: str = ""
    first: str | None = None

    @property
    def raises(self) -> bool:
        """True if it brings an alarm, which then must be on a card."""
        return self.of.phase is Phase.RAISE


def signal_of(number: int, source: int) -> Signal:
    """The alarm number `number`, from one of the sources; the last ones are people."""
    identifier = str(uuid.uuid5(uuid.NAMESPACE_OID, f"signal {number}"))
    source %= len(SOURCES) + len(PEOPLE)
    if source >= len(SOURCES):
        return sos(PEOPLE[source - len(SOURCES)], signal_id=identifier)
    nature, device, site = SOURCES[source]
    return signal(nature, device, site=site, signal_id=identifier)


def follow_up(number: int, who: int, phase: Phase) -> Signal:
    """A later word of an SOS."""
    identifier = str(uuid.uuid5(uuid.NAMESPACE_OID, f"signal {number}"))
    return sos(PEOPLE[who % len(PEOPLE)], phase, signal_id=identifier)


def lanes(of: Signal, made_s: float, situation: int, first: str | None = None) -> list[Letter]:
    """All messages that a signal becomes."""
    if of.phase is not Phase.RAISE:
        return [Letter(of, lane, made_s, first=first) for lane in ("urgent", "outcome")]
    if of.nature in FAULTS:
        return [Letter(of, "outcome", made_s)]
    group = "fire" if of.nature in SITUATIONS["fire"] else "danger"
    ways = ["urgent", "outcome", "situation"] if is_urgent(of.nature) else ["outcome", "situation"]
    return [Letter(of, lane, made_s, f"{group}-{situation}") for lane in ways]


async def deliver(world: World, letter: Letter, passed_s: float, revision: int) -> None:
    """Dispatch reads the message; its times are as old as they have become since."""
    of = letter.of
    of = of.model_copy(update={"received_at": of.received_at - timedelta(seconds=passed_s - letter.made_s)})
    if letter.lane == "urgent":
        await world.urgent(of)
    elif letter.lane == "situation":
        await world.situation(letter.situation, of, revision=revision)
    else:
        await world.outcomes(_outcome(letter, of))


def _outcome(letter: Letter, of: Signal) -> SignalOutcome:
    if of.phase is not Phase.RAISE:
        return outcome(of, Outcome.UPDATE, ScreeningReason.FOLLOWS_EARLIER, first_signal_id=letter.first)
    what = Outcome.FAULT if of.nature in FAULTS else Outcome.ALARM
    return outcome(of, what, ScreeningReason.NEW, decided_at=of.received_at)
