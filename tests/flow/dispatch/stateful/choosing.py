"""Which move is made: drawn by weight from one number, so that rare orders come as surely as common ones.

Hypothesis draws the number and takes steps away from what fails; left to choose every part of a move, it repeats a few
moves and hardly ever reopens, splits or merges.
"""

from random import Random

from hypothesis import strategies as st

from tests.flow.dispatch.stateful import moves
from tests.flow.dispatch.stateful.moves import Move

CHANCES = st.integers(0, 2**60)
ORDERS = {
    "acknowledge": 2,
    "verify:confirmed": 4,
    "verify:false_alarm": 2,
    "verify:inconclusive": 1,
    "assign": 4,
    "assign:unit": 4,
    "backup": 3,
    "dismiss": 2,
    "reopen": 6,
    "merge": 8,
    "unmerge": 8,
    "split": 8,
    "close": 2,
    "notes": 1,
}
STATES = ("available", "available", "unavailable", "off_duty")
REPLIES = ("acknowledge", "acknowledge", "refuse", "complete")
WORK = ("start", "complete", "already-fixed")
TAGS = (None, None, "present", "old")
KINDS = {
    "alarm": 14,
    "delivery": 8,
    "order": 10,
    "odd_order": 2,
    "way": 7,
    "tap": 3,
    "decline": 2,
    "reply": 4,
    "crew": 2,
    "status": 2,
    "distress": 1,
    "follows": 2,
    "repeat": 3,
    "pack": 1,
    "silence": 2,
    "timers": 1,
}


def move_of(chance: int, met: int) -> Move:
    """The move that this number stands for when it is met for the so-maniest time.

    Hypothesis likes to repeat what it drew; met again, a number stands for another move.
    """
    draw = Random(f"{chance}/{met}")
    [kind] = draw.choices(list(KINDS), list(KINDS.values()))
    any_one = draw.randrange(240)
    match kind:
        case "alarm":
            return moves.Alarm(any_one, draw.randrange(3), draw.randrange(2))
        case "delivery":
            return moves.Delivery(any_one)
        case "order" | "odd_order":
            return _order(draw, any_one, odd=kind == "odd_order")
        case "way":
            return moves.Way(any_one)
        case "tap":
            return moves.Tap(any_one, draw.choice(moves.STEPS), draw.choice((0, -1, 1)))
        case "decline":
            return moves.Tap(any_one, "decline", 0)
    return _of_others(draw, kind, any_one)


def _order(draw: Random, which: int, *, odd: bool) -> Move:
    [what] = draw.choices(list(ORDERS), list(ORDERS.values()))
    other = draw.randrange(240)
    return (
        moves.Order(what, which, other, draw.choice(TAGS), draw.random() < 0.5)
        if odd
        else moves.Order(what, which, other)
    )


def _of_others(draw: Random, kind: str, any_one: int) -> Move:
    match kind:
        case "reply":
            return moves.Reply(any_one, draw.choice(REPLIES))
        case "crew":
            return moves.Crew(any_one, draw.choice(WORK))
        case "status":
            return moves.Status(any_one, draw.choice(STATES))
        case "distress":
            return moves.Distress(any_one)
        case "follows":
            return moves.Follows(any_one % 2, draw.randrange(2), draw.randrange(2), draw.random() < 0.5)
        case "repeat":
            return moves.Repeat(any_one)
        case "silence":
            return moves.Silence(any_one, draw.random() < 0.6)
        case "pack":
            return moves.Pack(draw.random() < 0.5)
    return moves.Timers()
