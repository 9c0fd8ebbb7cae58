"""Which word calls for an operator where several could: what is only a hint gives way to anything else."""

POSSIBLE_DUPLICATE = "possible_duplicate"
"""The incident may be another one."""
HINTS = frozenset({POSSIBLE_DUPLICATE})
"""Words that neither hide another call nor keep one from being made."""


def calls(shown: str | None) -> bool:
    """True if something more than a hint is shown."""
    return shown is not None and shown not in HINTS


def louder(shown: str | None, new: str) -> str:
    """What is shown once `new` would call as well: what calls already stays, a hint gives way."""
    return shown if shown is not None and (calls(shown) or new in HINTS) else new
