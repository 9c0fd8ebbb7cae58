"""The examples of triage's topics are what triage says today, not what it once said."""

import json
from pathlib import Path
from typing import Any

from schemas.codec import decode, encode
from schemas.messages.signal import Alarm, Situation
from schemas.topics.files import topics
from schemas.vocabulary.natures import is_urgent
from schemas.vocabulary.signals import Outcome, ScreeningReason
from services.triage.correlation.answers_table import NAME
from services.triage.correlation.app import APP_ID
from services.triage.correlation.messages import ALARMS
from services.triage.correlation.worker import Record
from tests.unit.triage.test_correlation_worker import worker

EXAMPLES = Path(__file__).resolve().parents[2] / "schemas" / "examples"


def values(topic: str) -> dict[str, Any]:
    """The values of that topic's examples by name."""
    return {path.stem: json.loads(path.read_text("utf-8"))["value"] for path in (EXAMPLES / topic).glob("*.json")}


def test_the_situation_examples_are_what_correlation_says_about_their_alarms() -> None:
    """An SOS, then the camera beside it: same ids, confidence, members and words."""
    examples, correlation = values("situations"), worker({})
    for name in ("sos-alone", "sos-and-camera"):
        key, value, headers = encode(Alarm.model_validate(examples[name]["alarm"]), "vigie/screening")
        output = correlation.correlate(Record(0, 0, key, value, headers))
        assert json.loads(decode(output.value, output.headers, (Situation,)).model_dump_json()) == examples[name]


def test_no_example_shows_an_outcome_that_screening_cannot_give() -> None:
    """Urgent ends as alarm, update or repeat; only urgent alarms wait for an operator because of a silence."""
    for value in values("signal.outcomes").values():
        if is_urgent(value["nature"]):
            assert value["outcome"] in {Outcome.ALARM, Outcome.UPDATE, Outcome.REPEAT}
    for value in values("alarms").values():
        under_silence = value["reason"] == ScreeningReason.URGENT_UNDER_SILENCE
        assert value["operator_confirmed"] == under_silence
        assert not under_silence or is_urgent(value["signal"]["nature"])


def test_the_changelog_topic_is_the_one_that_faust_writes() -> None:
    """Faust derives the name; as many partitions as `alarms`, compacted, or state would not follow its partition."""
    changelog = topics()[f"{APP_ID}-{NAME}-changelog"]
    assert changelog.partitions == topics()[ALARMS].partitions
    assert changelog.cleanup == "compact"
