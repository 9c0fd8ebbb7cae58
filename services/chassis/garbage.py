"""Python's search for reference cycles, which stops everything else in a process while it looks.

Ours make few: what a request or a record leaves is gone when its last name is. By Python's defaults a process that
holds a city's streets spent a third of an urgent decision on looking through them.
"""

import gc


def look_seldom() -> None:
    """Looks for young cycles after 50,000 new objects instead of 700, for old ones a hundred times less often still."""
    gc.set_threshold(50_000, 20, 100)


def keep_for_good() -> None:
    """What is held now stays until the process ends: it is never looked through again."""
    gc.freeze()
