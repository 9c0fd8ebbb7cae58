"""What a command's exit code says to the script that called it."""

from enum import IntEnum


class ExitCode(IntEnum):
    """2 is what the command line itself gives for a wrong option or argument."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    UNREACHABLE = 3


class Compared(IntEnum):
    """As `diff` and `cmp` have it: of a command that compares."""

    SAME = 0
    DIFFERENT = 1
    TROUBLE = 2
