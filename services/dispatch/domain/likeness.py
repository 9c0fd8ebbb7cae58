"""Which natures may be two accounts of one happening, told by different people or devices."""

from schemas.vocabulary.natures import Nature

ACCOUNTS: tuple[frozenset[Nature], ...] = (
    # Somebody is attacked.
    frozenset(
        {Nature.SOS, Nature.KIOSK_SOS, Nature.PANIC, Nature.HOLD_UP, Nature.ASSAULT}
        | {Nature.HARASSMENT, Nature.DANGEROUS_SCENE}
    ),
    # Somebody is hurt or ill.
    frozenset({Nature.SOS, Nature.KIOSK_SOS, Nature.MEDICAL, Nature.ACCIDENT}),
    # It burns, or is about to.
    frozenset({Nature.FIRE, Nature.GAS}),
    # Somebody is where nobody should be.
    frozenset({Nature.INTRUSION, Nature.TAMPER, Nature.UNKNOWN_ALARM, Nature.PERSON_DETECTED}),
    # Trouble in the street.
    frozenset(
        {Nature.DISTURBANCE, Nature.CROWD, Nature.RUNNING_CROWD, Nature.DANGEROUS_SCENE}
        | {Nature.ASSAULT, Nature.HARASSMENT}
    ),
    # A vehicle stands in the way.
    frozenset({Nature.PARKED_VEHICLE, Nature.VEHICLE_DETECTED}),
)
"""Narrower than the families that correlation joins: across sectors the place is less sure."""
ALONE = frozenset(
    {Nature.OFFICER_DISTRESS, Nature.TECHNICAL_FAULT, Nature.POWER_FAULT, Nature.SUPERVISION_LOST, Nature.SYSTEM}
)
"""Each stands for itself: nobody should wonder whether an officer's call is another's, and a fault is of its device,
however many of a street report one when its network fails."""


def may_be_told_twice(nature: Nature) -> bool:
    """True if two devices or callers may speak of one happening of that nature."""
    return nature not in ALONE


def related(one: Nature, other: Nature) -> bool:
    """True if two different natures stand in one line of ACCOUNTS."""
    return any(one in account and other in account for account in ACCOUNTS)
