"""Which ports a run takes."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.ports import FREE_RANGE, PortBook, is_free
from deploy.local.sentences import Reason, StackError


@pytest.fixture
def book(tmp_path: Path) -> Iterator[PortBook]:
    """A book whose claims are seen by this test only."""
    made = PortBook(folder=tmp_path / "claims")
    yield made
    made.release()


@pytest.fixture
def listening() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_takes_the_default_when_it_is_free(book: PortBook) -> None:
    """A user finds a service where the documentation says, if nothing else is there."""
    default = book.free()
    book.release()
    assert book.choose(default, "X_PORT") == default


def test_avoids_a_default_that_is_taken(book: PortBook, listening: int) -> None:
    """A second stack on the machine starts beside the first."""
    chosen = book.choose(listening, "X_PORT")
    assert chosen != listening
    assert chosen in FREE_RANGE


def test_never_replaces_a_port_that_was_asked_for(book: PortBook, listening: int) -> None:
    """A port that the user set is used or refused by name, not silently changed."""
    with pytest.raises(StackError) as refused:
        book.choose(8100, "DISPATCH_PORT", asked=listening)
    assert refused.value.sentence.reason is Reason.PORT_TAKEN
    assert "DISPATCH_PORT" in str(refused.value)
    assert refused.value.sentence.exit_code == 2


def test_a_udp_listener_makes_a_port_taken() -> None:
    """DC-09 panels may send by UDP, so a port counts as free only if UDP is free too."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        assert not is_free(server.getsockname()[1])


def test_two_runs_that_start_together_never_choose_the_same_port(tmp_path: Path) -> None:
    """Between choosing a port and binding it lies a second in which another run must not choose it."""
    first, second = PortBook(folder=tmp_path), PortBook(folder=tmp_path)
    port = first.free()
    assert second.choose(port, "X_PORT") != port
    first.release()
    assert PortBook(folder=tmp_path).choose(port, "X_PORT") == port
    second.release()
