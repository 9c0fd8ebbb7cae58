"""One line of the table."""

from dataclasses import dataclass

from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import Flag


@dataclass(frozen=True)
class Case:
    """What is sent through one door, and what must come of it.

    `answer` is what the sender gets. `kept`: text that the reason of the dead letter holds, None where nothing is kept
    aside. `raised`: nature of the signal that is stored all the same, with at least these `flags`, None for no signal.
    """

    what: str
    sent: bytes
    answer: str
    kept: str | None = None
    raised: Nature | None = None
    flags: frozenset[Flag] = frozenset()
    topic: str = ""


def flags(*names: str) -> frozenset[Flag]:
    """Flags by their words."""
    return frozenset(Flag(name) for name in names)
