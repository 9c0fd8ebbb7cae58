"""docs/bad-input.md from the table: `python -m tests.flow.bad_input.table` writes it."""

from collections.abc import Iterable

from deploy.local.layout import REPOSITORY
from tests.flow.bad_input.camera_cases import CAMERA
from tests.flow.bad_input.case import Case
from tests.flow.bad_input.dispatch_cases import CALL, POSITION, Bad
from tests.flow.bad_input.http_cases import APP_SOS, GENERIC, KIOSK
from tests.flow.bad_input.panel_cases import panel_cases
from tests.flow.bad_input.topic_cases import TOPIC_ROWS

DOCUMENT = REPOSITORY / "docs" / "bad-input.md"
HEAD = """# What becomes of bad input

Written by `python -m tests.flow.bad_input.table` from the cases that `tests/flow/bad_input` sends to real parts; a test
fails where it is not what the cases say. After each bad message the same test sends a good one through the same door.

*answer*: what the sender gets. *kept*: the bytes stand on `signals.dead` (or `<topic>.dead`) with this in the reason.
*raised*: the signal that is stored all the same, and its doubts; it becomes an incident like any other.
"""
DOORS = "tests/flow/bad_input/test_doors.py"
FATES = (
    ("same id, other body", "another signal: the bytes belong to a repeat as much as its mark does (rule 3)",
     f"{DOORS}::test_same_id_with_another_body"),
    ("replayed SOS, signed", "401 `replayed`, also after a restart ([devices.md](devices.md))",
     "tests/unit/ingest/test_proving.py::test_replay_after_the_repeat_window"),
    ("replayed SOS, unsigned", "a repeat within two minutes; after that another SOS: better one too many",
     "tests/unit/ingest/test_dc09_conversation.py::test_same_frame_later_is_another_alarm"),
    ("DC-09 sequence that wraps, or begins again", "other bytes, or later than two minutes: a new alarm",
     f"{DOORS}::test_a_sequence_that_begins_again"),
    ("the hour that comes twice when the clock changes", "a time without offset is UTC, so no hour comes twice",
     f"{DOORS}::test_http_doors"),
    ("a retained MQTT message", "PUBACK, and nothing: it was handled when it was new",
     "tests/flow/bad_input/test_retained.py::test_a_retained_message_is_no_new_alarm"),
    ("a device that publishes on another's topic", "the broker drops it; where it lets it pass, kept, raises nothing",
     "tests/flow/test_mqtt_access.py::test_a_device_publishes_on_its_own_topics_only"),
    ("a link to an internal address, in any spelling", "left out of the signal; a partner's webhook there: refused",
     "tests/unit/chassis/test_links.py::test_leads_inside"),
    ("a call for help with any body at all", "202 (past 16 MB 413: it is not read)",
     "tests/flow/dispatch/test_bad_input.py::test_a_call_for_help_is_never_refused_for_its_body"),
    ("JWT `alg=none`, expired, other audience", "401 at dispatch",
     "tests/unit/dispatch/test_access.py::test_no_other_badge_counts"),
    ("requests that nobody thought of", "a documented answer of the documented shape, never a 5xx (Schemathesis)",
     "tests/flow/test_ingest_api_fuzzed.py::test_ingest"),
)  # fmt: skip


def rows(cases: Iterable[Case]) -> str:
    """The lines of one door."""
    lines = ["| bad input | answer | kept | raised |", "|---|---|---|---|"]
    for case in cases:
        raised = "" if case.raised is None else ", ".join((f"`{case.raised.value}`", *sorted(case.flags)))
        lines.append(f"| {case.what} | {case.answer} | {case.kept or ''} | {raised} |")
    return "\n".join(lines) + "\n"


def document() -> str:
    """The whole text."""
    sections = (
        ("`POST /v1/sos`", f"{DOORS}::test_http_doors", APP_SOS),
        ("`POST /v1/kiosks/{kiosk}/calls`", f"{DOORS}::test_http_doors", KIOSK),
        ("`POST /v1/signals`", f"{DOORS}::test_http_doors", GENERIC),
        ("SIA DC-09 over TCP", f"{DOORS}::test_panels`, over UDP `{DOORS}::test_panels_over_udp", panel_cases()),
        ("Frigate over MQTT", f"{DOORS}::test_cameras", CAMERA),
    )
    text = HEAD
    for title, test, cases in sections:
        text += f"\n## {title}\nTest: `{test}`.\n\n{rows(cases)}"
    text += asked("`POST /v1/calls` (dispatch)", "test_an_operators_call", CALL)
    text += asked("`PUT /v1/units/{unit}/position` (dispatch)", "test_a_position", POSITION)
    topics = ["| bad record | reason |", "|---|---|", *(f"| {what} | {reason} |" for what, reason in TOPIC_ROWS)]
    text += "\n## Topics (screening, correlation, dispatch, notify: one codec)\n"
    text += "Kept on `<topic>.dead`; reading goes on. Tests: the codec `tests/contract/test_bad_records.py::"
    text += "test_each_bad_record_has_its_reason`, a process\n`tests/flow/bad_input/test_topics.py::"
    text += "test_bad_records_are_kept_with_their_reason_and_reading_goes_on`.\n\n"
    fates = ["| case | what becomes of it | test |", "|---|---|---|"]
    fates += [f"| {what} | {fate} | `{test}` |" for what, fate, test in FATES]
    return text + "\n".join(topics) + "\n\n## Identity, access and the rest\n" + "\n".join(fates) + "\n"


def asked(title: str, test: str, cases: Iterable[Bad]) -> str:
    """A door that answers and keeps nothing aside: whoever asks is told."""
    lines = ["| bad input | answer | reason |", "|---|---|---|"]
    lines += [f"| {case.what} | {case.answer} | {case.reason} |" for case in cases]
    return f"\n## {title}\nTest: `tests/flow/dispatch/test_bad_input.py::{test}`.\n\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), "utf-8")
