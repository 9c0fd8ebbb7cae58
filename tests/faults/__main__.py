"""`make faults`: runs the cases in a network and mount namespace of their own, and prints fault × invariant.

CASE=name,name chooses, LIST=1 lists, SHORT=1 is the short form, RESUME=1 leaves out what has passed.
LONG=1 has silences of ten minutes, where an offer and a partner's patience end sooner.
URGENT=report shows T without failing for it: on a machine that others use too, a second proves nothing.
SOAK=1 is `make soak`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

import tests.faults.cases  # noqa: F401 (fills CASES)
from tests.faults import results, tmpfs
from tests.faults.case import CASES

SHELL = 'ip link set lo up && exec "$@"'


def into_namespace() -> None:
    """As root: begins again in namespaces of its own, where ports are free and packets can be lost; else goes on."""
    if tmpfs.inside() or not _able():
        return
    os.environ[tmpfs.INSIDE] = "1"
    again = (sys.executable, "-m", "tests.faults", *sys.argv[1:])
    os.execvp("unshare", ("unshare", "--net", "--mount", "sh", "-c", SHELL, "sh", *again))


def _able() -> bool:
    if os.geteuid() != 0 or not all(shutil.which(tool) for tool in ("unshare", "ip")):
        return False
    # A container's root may not.
    return subprocess.run(("unshare", "--net", "--mount", "true"), check=False).returncode == 0


def listing() -> str:
    """Every case with what it asks for."""
    lines = [f"{'panne / fault':<30} T  short"]
    for case in CASES.values():
        urgent, short = "T" if case.urgent else " ", "short" if case.short else "     "
        lines.append(f"{case.name:<30} {urgent}  {short}  {case.words}")
    return "\n".join(lines)


def main() -> int:
    """pytest's exit code; 2 for a name that is no case."""
    if os.environ.get("LIST") == "1":
        print(listing())
        return 0
    unknown = [name for name in os.environ.get("CASE", "").split(",") if name and name not in CASES]
    if unknown:
        print(f"Panne inconnue / unknown fault: {unknown[0]} (LIST=1)", file=sys.stderr)
        return 2
    into_namespace()
    chosen = {case.name for case in results.wanted()}
    code = int(pytest.main(["-q", "-s", "-p", "no:cacheprovider", "tests/faults/test_faults.py", *sys.argv[1:]]))
    lines = [line for line in results.read() if line["fault"] in chosen]
    print(results.table(lines), results.memory(lines), sep="\n")
    print(results.summary_file())
    return code


if __name__ == "__main__":
    sys.exit(main())
