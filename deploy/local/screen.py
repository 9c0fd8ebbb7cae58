"""What reaches the terminal and `var/log/supervisor.log`: progress of the supervisor, concise output of processes."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TextIO

NAME_WIDTH = 16


class Screen:
    """Writes `name | line`, to the log always, to the terminal unless muted."""

    def __init__(self, log: Path, terminal: TextIO = sys.stdout) -> None:
        self._log = log.open("a", encoding="utf-8")
        self._terminal: TextIO | None = terminal
        self.muted = False
        """True while the demo's board owns the terminal."""

    def say(self, name: str, line: str) -> None:
        """A progress line of the supervisor, or a worthwhile line of a process."""
        text = f"{name:<{NAME_WIDTH}} | {line}"
        self._log.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S%z')} {text}\n")
        self._log.flush()
        if not self.muted:
            self._print(text)

    def always(self, line: str) -> None:
        """A line that is shown even while muted: the sentence that ends the run."""
        self._log.write(f"{line}\n")
        self._log.flush()
        self._print(line)

    def detach(self) -> None:
        """From here on the log only: the terminal belongs to somebody else (`make up` has returned)."""
        self._terminal = None

    def _print(self, text: str) -> None:
        if self._terminal is None:
            return
        try:
            print(text, file=self._terminal, flush=True)
        except (BrokenPipeError, ValueError):
            self._terminal = None  # the reader is gone (`make up | head`); the log goes on
