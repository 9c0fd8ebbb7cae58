"""Stale files of a crashed database server."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from deploy.local.postgres.part import remove_stale_pid_file


def test_removes_a_pid_file_of_another_program(tmp_path: Path) -> None:
    """After a reboot the recorded pid may be anybody's, and PostgreSQL would refuse to start."""
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path}\n")
    assert remove_stale_pid_file(tmp_path)
    assert not (tmp_path / "postmaster.pid").exists()


def test_keeps_the_pid_file_of_a_server_that_runs(tmp_path: Path) -> None:
    """Two servers on one folder would destroy it: a live one's file stays."""
    stand_in = (sys.executable, "-c", "input()", "-D", str(tmp_path))
    with subprocess.Popen(stand_in, stdin=subprocess.PIPE) as server:
        (tmp_path / "postmaster.pid").write_text(f"{server.pid}\n")
        assert not remove_stale_pid_file(tmp_path)
        assert (tmp_path / "postmaster.pid").exists()
        server.kill()


def test_no_pid_file_is_nothing_to_do(tmp_path: Path) -> None:
    """A server that was stopped in order starts as it is."""
    assert not remove_stale_pid_file(tmp_path)


def test_an_unreadable_pid_file_is_removed(tmp_path: Path) -> None:
    """A crash may leave the file empty."""
    (tmp_path / "postmaster.pid").write_text("")
    assert remove_stale_pid_file(tmp_path)
    assert not (tmp_path / "postmaster.pid").exists()
