"""Ports: the default when it is free, else a free one; a port the user asked for is never silently replaced."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from deploy.local.sentences import StackError, port_taken

# Below Linux' ephemeral range (32768…), so that no outgoing connection sits on a port that we picked.
FREE_RANGE = range(20_000, 32_000)


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """True if TCP and UDP can both be bound. SO_REUSEADDR: a port in TIME_WAIT counts as free."""
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                return False
    return True


@dataclass
class PortBook:
    """Chooses ports for one run and holds a claim on each, so that two runs that start together never pick the same.

    A claim is an flock on a file in the temporary folder: the kernel drops it when the holder dies.
    """

    host: str = "127.0.0.1"
    folder: Path = field(default_factory=lambda: Path(tempfile.gettempdir()) / f"vigie-ports-{os.geteuid()}")
    _claims: dict[int, IO[bytes]] = field(default_factory=dict)

    def choose(self, default: int, setting: str, asked: int | None = None) -> int:
        """Returns a usable port.

        Raises StackError if `asked`, which the user set through `setting`, is taken.
        """
        if asked is not None:
            if not self._claim(asked):
                raise StackError(port_taken(asked, setting))
            return asked
        for port in self._candidates(default):
            if self._claim(port):
                return port
        raise StackError(port_taken(default, setting))

    def free(self) -> int:
        """Returns any free port outside the defaults."""
        return self.choose(random.choice(FREE_RANGE), "")

    def release(self) -> None:
        """Gives up all claims."""
        for held in self._claims.values():
            held.close()
        self._claims.clear()

    def _candidates(self, default: int) -> Iterable[int]:
        yield default
        yield from random.sample(FREE_RANGE, k=200)

    def _claim(self, port: int) -> bool:
        if port in self._claims:
            return False
        self.folder.mkdir(exist_ok=True)
        held = (self.folder / str(port)).open("wb")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            held.close()
            return False
        if not is_free(port, self.host):
            held.close()
            return False
        self._claims[port] = held
        return True
