"""Every bad record into a real screening process: each is kept with its reason, the good one behind is screened."""

import base64
import uuid
from pathlib import Path

from confluent_kafka import Message

from schemas.messages.dead import DeadLetter
from schemas.messages.signal import SignalOutcome
from schemas.vocabulary.signals import Outcome
from tests.flow.bad_input.topic_cases import RECORDS
from tests.flow.triage_world import TriageWorld
from tests.unit.triage.builders import wire_signal


def letters(records: list[Message], run: str) -> dict[bytes, DeadLetter]:
    """The dead letters of this run by the name of their record, which travels in a header."""
    found = [DeadLetter.model_validate_json(record.value() or b"") for record in records]
    return {dict(letter.headers)[run].encode(): letter for letter in found if run in dict(letter.headers)}


def test_bad_records_are_kept_with_their_reason_and_reading_goes_on(kafka: str, tmp_path: Path) -> None:
    """Tombstone, null key, unknown version, `__faust` tags and the rest: none stops the reader, none is lost."""
    world, run = TriageWorld(kafka, tmp_path), f"bad-{uuid.uuid4().hex[:8]}"
    good = wire_signal(signal_id=f"{run}-good", device=run)
    with world.process("screening"):
        world.send_raw(
            "signals",
            [(record.key, record.value, [*record.headers, (run, record.what.encode())]) for record in RECORDS],
        )
        world.send("signals", [good])
        kept = letters(world.read("signals.dead", lambda found: len(letters(found, run)) >= len(RECORDS)), run)
        ended = [
            SignalOutcome.model_validate_json(record.value() or b"")
            for record in world.read(
                "signal.outcomes", lambda found: any(good.device.encode() == r.key() for r in found)
            )
            if record.key() == good.device.encode()
        ]
    assert [outcome.outcome for outcome in ended] == [Outcome.ALARM]
    for record in RECORDS:
        letter = kept[record.what.encode()]
        assert record.reason in letter.reason
        assert base64.b64decode(letter.raw) == (record.value or b"")
        assert (letter.raw_key is None) == (record.key is None)
