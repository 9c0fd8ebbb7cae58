"""What of a service's log reaches the terminal."""

import json

import pytest

from deploy.local.services import concise


@pytest.mark.parametrize(
    ("entry", "shown"),
    [
        ({"level": "info", "event": "pack_held"}, None),
        ({"level": "warning", "event": "dead_letter", "topic": "signals.dead", "service": "screening"},
         "warning dead_letter topic=signals.dead"),
        ({"level": "error", "event": "process_failed", "exception": "  File x\n    y\nOSError: port is taken"},
         "error process_failed OSError: port is taken"),
        ({"level": "error", "event": "library_said", "module": "librdkafka", "detail": "refused"}, None),
        ({"level": "error", "event": "library_said", "module": "uvicorn.error", "exception": "F\nKeyError: 1"},
         "error library_said KeyError: 1"),
    ],
)  # fmt: skip
def test_warnings_are_shown_shortly_with_what_failed(entry: dict[str, str], shown: str | None) -> None:
    """Event, why and about what; a library's endless complaints about an absent broker stay in the file."""
    assert concise(json.dumps(entry)) == shown


def test_a_line_that_is_no_json_is_shown_as_it_is() -> None:
    """The last words of a process that could not even read its settings."""
    assert concise("Réglage X incorrect") == "Réglage X incorrect"
