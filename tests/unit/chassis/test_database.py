"""Which faults of PostgreSQL pass by themselves, and what text it can hold."""

import json

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import errors
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.chassis.database import address, as_json, away, without_nul

PASSING = [
    errors.AdminShutdown,
    errors.CannotConnectNow,
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.QueryCanceled,
    errors.DiskFull,
    errors.TooManyConnections,
    errors.IdleInTransactionSessionTimeout,
    errors.InFailedSqlTransaction,
    psycopg.OperationalError,
    psycopg.InterfaceError,
]


@pytest.mark.parametrize("cause", PASSING)
def test_absence_locks_and_restarts_pass(cause: type[psycopg.Error]) -> None:
    """The same work may succeed later."""
    assert away(OperationalError("select", {}, cause()))


def test_a_lost_connection_and_a_full_pool_pass() -> None:
    """Also where the driver's error says nothing more."""
    assert away(DBAPIError("select", {}, psycopg.InterfaceError(), connection_invalidated=True))
    assert away(PoolTimeout())
    assert away(ConnectionResetError())


@pytest.mark.parametrize(
    "error",
    [
        DataError("insert", {}, errors.InvalidTextRepresentation()),
        IntegrityError("insert", {}, errors.ForeignKeyViolation()),
        ProgrammingError("select", {}, errors.UndefinedTable()),
        OperationalError("insert", {}, errors.ProgramLimitExceeded()),
        ValueError("no database at all"),
    ],
)
def test_what_the_statement_is_to_blame_for_does_not_pass(error: Exception) -> None:
    """It would fail again for ever."""
    assert not away(error)


@given(
    st.recursive(st.text() | st.integers() | st.none(), lambda inner: st.dictionaries(st.text(), inner), max_leaves=9)
)
def test_json_for_the_database_holds_no_nul_and_is_otherwise_the_same(value: object) -> None:
    """Whatever strings and keys hold, backslashes included: valid JSON, with replacement marks instead of NULs."""
    written = as_json(value)
    assert "\x00" not in str(json.loads(written))
    assert json.loads(written) == _replaced(value)


def _replaced(value: object) -> object:
    if isinstance(value, dict):
        return {without_nul(key): _replaced(item) for key, item in value.items()}
    return without_nul(value) if isinstance(value, str) else value


def test_only_postgresql() -> None:
    """Another database is refused in a sentence; the driver is chosen here."""
    assert address("postgresql://u@h/d").drivername == "postgresql+psycopg"
    with pytest.raises(ValueError, match="postgresql://"):
        address("sqlite:///x")
