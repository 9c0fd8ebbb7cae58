"""As root: run a child as an ordinary account, which PostgreSQL insists on, without changing the machine.

No account is created and no folder of the user is opened up. Where the project lies in a folder that the account
cannot enter (a root-only home), the child keeps the one capability that lets it pass file permissions.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import struct
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from deploy.local.sentences import StackError, missing_tool, no_access

CAP_DAC_OVERRIDE = 1
_PR_SET_SECUREBITS = 28
_SECBIT_NO_SETUID_FIXUP = 1 << 2
_PR_CAP_AMBIENT = 47
_PR_CAP_AMBIENT_RAISE = 2
_CAPABILITY_VERSION_3 = 0x20080522
_LIBC = ctypes.CDLL(None, use_errno=True)
_PREFERRED = ("postgres", "nobody", "daemon")


@dataclass(frozen=True)
class Account:
    """An ordinary account, and whether a child must keep CAP_DAC_OVERRIDE to reach the project."""

    name: str
    uid: int
    gid: int
    keep_access: bool = False

    def become(self) -> None:
        """Called in the forked child, before exec. Raises OSError."""
        if self.keep_access:
            # Keeps capabilities over setuid, and lets access(2), by which PostgreSQL looks for itself, count them.
            _check(_LIBC.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0))
        os.setgroups([])
        os.setgid(self.gid)
        os.setuid(self.uid)
        if self.keep_access:
            _keep(CAP_DAC_OVERRIDE)


def _keep(capability: int) -> None:
    """Sets the capability effective, permitted and inheritable, then ambient, so that it survives exec."""
    mask = 1 << capability
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    data = struct.pack("=6I", mask, mask, mask, 0, 0, 0)
    _check(_LIBC.capset(header, data))
    _check(_LIBC.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0))


def _check(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), "could not keep a capability")


def ordinary_account(needs: tuple[Path, ...]) -> Account | None:
    """Returns None unless run as root; else an account that can reach the files `needs`.

    Raises StackError if the machine has no ordinary account.
    """
    if os.geteuid() != 0:
        return None
    for name in _PREFERRED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        account = Account(name, entry.pw_uid, entry.pw_gid)
        if all(_reaches(account, path) for path in needs):
            return account
        return _with_access(account, needs)
    raise StackError(
        missing_tool(
            "un compte ordinaire (postgres ou nobody)",
            "créez-en un avec `useradd --system postgres`, ou ne lancez pas make en root",
            "an ordinary account (postgres or nobody) is needed: `useradd --system postgres`, or do not run as root",
        )
    )


def _with_access(account: Account, needs: tuple[Path, ...]) -> Account:
    """Returns the account that passes file permissions. Raises StackError where the kernel does not allow it."""
    allowed = replace(account, keep_access=True)
    try:
        unreachable = [path for path in needs if not _reaches(allowed, path)]
    except (OSError, subprocess.SubprocessError):
        unreachable = list(needs)
    if unreachable:
        raise StackError(no_access(str(unreachable[0]), account.name))
    return allowed


def _reaches(account: Account, path: Path) -> bool:
    test = ["test", "-x" if path.is_dir() or os.access(path, os.X_OK) else "-r", str(path)]
    return subprocess.run(test, check=False, preexec_fn=account.become, cwd="/").returncode == 0
