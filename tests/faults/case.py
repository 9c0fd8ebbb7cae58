"""A case is a fault with a name; this is the list of them, in the order in which they are run."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.town import Act


@dataclass(frozen=True)
class Case:
    """`urgent`: T is asked for as well. `short`: part of the short form, that CI runs. `needs`: a machine's ability."""

    name: str
    act: Act
    words: str
    urgent: bool = False
    short: bool = False
    needs: str | None = None
    longest_s: float = 300.0
    """A case that hangs is ended, and the next begins."""


LONG = os.environ.get("LONG") == "1"
"""Silences as long as issue 6 has them, of ten minutes, instead of what fits into the whole."""
CASES: dict[str, Case] = {}


def case(name: str, *, urgent: bool = False, short: bool = False, needs: str | None = None) -> Callable[[Act], Act]:
    """Registers a case; its docstring is what the list shows."""

    def register(act: Act) -> Act:
        words = (act.__doc__ or "").strip().split("\n")[0]
        CASES[name] = Case(name, act, words, urgent, short, needs, longest_s=1200.0 if LONG else 300.0)
        return act

    return register
