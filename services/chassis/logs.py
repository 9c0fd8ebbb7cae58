"""JSON logs: one event a line on standard output, with the trace it belongs to. No personal data, no secrets.

Events are words, their fields those of `fields`. What an exception says goes to `detail`, one line of it and cut:
the next ones show what could not be stored.
"""

import logging
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, MutableMapping
from types import TracebackType
from typing import Any

import structlog
from opentelemetry import trace

LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}
DETAIL = 200
"""Characters."""
EVERY_S, REMEMBERED = 10.0, 1000
CHANGING = re.compile(r"\[rdkafka#[\w-]+\]|\(after \d+ms[^)]*\)|0x[0-9a-f]+")
"""In a library's sentence: which client, how long, where in memory."""
LIBRARY = "library_said"
"""The event of a line that a library wrote: `module` names it, `detail` is its sentence."""
LIBRDKAFKA = logging.getLogger("librdkafka")
"""For `logger` of each Kafka client: without it librdkafka writes lines of its own to standard error. Its client's own
thread brings them here, while it polls."""
ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


class Seldom(logging.Filter):
    """A library's sentence once in EVERY_S: while a broker was away, librdkafka said the same 400 times a second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """False for what was said just now; what bears an exception is always told."""
        if record.exc_info:
            return True
        said, now = (record.name, CHANGING.sub("", record.getMessage())), self._clock()
        if now - self._said.get(said, now - EVERY_S) < EVERY_S:
            return False
        if len(self._said) >= REMEMBERED:
            self._said.clear()
        self._said[said] = now
        return True


def setup(service: str, level: str) -> None:
    """Configures structlog and the standard library's logging alike for this process."""

    def add_service(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service  # a context variable would be missing on every thread
        return event

    shared: list[Any] = [
        add_service,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        structlog.processors.ExceptionRenderer(_told),
    ]
    to_json = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    structlog.configure(
        processors=[*shared, to_json],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, to_json],
            foreign_pre_chain=[_of_library, *shared],
        )
    )
    handler.addFilter(Seldom())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(LEVELS[level], logging.WARNING))
    logging.captureWarnings(capture=True)
    sys.excepthook = lambda *info: get(__name__).error("process_failed", exc_info=info)
    threading.excepthook = lambda ended: get(__name__).error("thread_failed", exc_info=ended.exc_value)


def get(name: str) -> Any:
    """A logger; `name` is the module's."""
    return structlog.get_logger(module=name)


def cut(said: object) -> str:
    """The first line of what `said` says, at most DETAIL characters of it."""
    return next(iter(str(said).splitlines()), "")[:DETAIL]


def fault(error: BaseException) -> dict[str, str]:
    """The fields `error` and `detail` of an exception, for `log.warning("…", **logs.fault(error))`."""
    return {"error": type(error).__name__, "detail": cut(error)}


def _add_trace(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = format(context.trace_id, "032x")
    elif event.get("trace_id", "") is None:
        del event["trace_id"]
    return event


def _of_library(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event["module"], event["detail"] = event["_record"].name, cut(event["event"])
    event["event"] = LIBRARY
    return event


def _told(exc_info: ExcInfo) -> str:
    """Frames, types and first lines of an exception and of those behind it, the oldest first."""
    return "\n".join(
        "".join((*traceback.format_tb(error.__traceback__), f"{type(error).__name__}: {cut(error)}"))
        for error in reversed(list(_behind(exc_info[1], set())))
    )


def _behind(error: BaseException, seen: set[int]) -> Iterator[BaseException]:
    """It, the members of a group, and what each was raised from; each once."""
    if id(error) in seen:
        return
    seen.add(id(error))
    yield error
    for member in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from _behind(member, seen)
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _behind(before, seen)
