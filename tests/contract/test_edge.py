"""The hot edge against the models: what it reads, they read alike; what it writes, they would have written."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas import edge
from schemas.codec import rfc3339
from schemas.messages.signal import Alarm, Signal, SignalOutcome
from schemas.vocabulary.natures import Nature
from schemas.vocabulary.signals import DeviceKind, Flag, Outcome, Phase, ScreeningReason
from schemas.wire import Origin, Position
from services.triage.screening.domain.decision import Decision
from services.triage.screening.messages import (
    alarm_at_the_edge,
    moment,
    outcome_at_the_edge,
    seen,
    seen_at_the_edge,
    to_alarm,
    to_outcome,
    written,
)

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "schemas" / "examples" / "signals").glob("*.json"))
AT = 1_800_000_000.125
ids = st.text(
    st.characters(min_codepoint=32, exclude_characters="\x7f", exclude_categories=["Cs"]), min_size=1, max_size=12
)
texts = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))
numbers = st.floats(allow_nan=False, allow_infinity=False)
values = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.integers() | st.booleans() | numbers
positions = st.builds(
    Position,
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    accuracy_m=st.none() | st.floats(0, allow_infinity=False),
)
origins = st.builds(
    Origin, centre=st.just("57463"), commune=st.none() | st.just("2A004"), pack_version=st.text(max_size=8)
)
signals = st.builds(
    Signal,
    signal_id=ids,
    origin=st.builds(
        Origin, centre=st.just("57463"), commune=st.none() | st.just("2A004"), pack_version=st.text(max_size=8)
    ),
    device=ids,
    device_kind=st.sampled_from(DeviceKind),
    nature=st.sampled_from(Nature),
    phase=st.sampled_from(Phase),
    received_at=moments,
    device_at=st.none() | moments,
    site=st.none() | ids,
    zone=texts,
    place=texts,
    sector=st.none() | ids,
    position=st.none() | positions,
    subject=st.none() | ids,
    use_case=st.none() | ids,
    confidence=st.none() | st.floats(0, 1),
    mark=texts,
    fingerprint=texts,
    code=texts,
    flags=st.lists(st.sampled_from(Flag), max_size=3).map(tuple),
    attributes=st.dictionaries(st.text(max_size=8), values, max_size=4),
)
decisions = st.builds(
    Decision,
    outcome=st.sampled_from([Outcome.ALARM, Outcome.FOLDED, Outcome.SILENCED]),
    reason=st.sampled_from(ScreeningReason),
    decided_at=st.integers(0, 4_000_000_000_000).map(lambda milliseconds: milliseconds / 1000),
    first_signal_id=st.none() | ids,
    count=st.integers(0, 1000),
    silence_id=st.none() | ids,
    operator_confirmed=st.booleans(),
    sector=st.none() | ids,
    inputs=st.dictionaries(st.text(max_size=8), values, max_size=3),
)


leaves = st.none() | st.booleans() | st.integers() | numbers | st.text(max_size=30)
ANYTHING = st.recursive(leaves, st.lists, max_leaves=4)


def agree(value: bytes) -> bool:
    """Where the edge reads it, the models read the same; True where it does."""
    found = edge.read_signal(value)
    if found is None:
        return False
    model = Signal.model_validate_json(value)
    assert Signal.model_validate_json(edge.write(found)) == model
    assert seen_at_the_edge(found, AT) == seen(model, AT)
    return True


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_read_at_the_edge(path: Path) -> None:
    """As our own codec writes it: none of them needs the models."""
    message = Signal.model_validate(json.loads(path.read_text(encoding="utf-8"))["value"])
    assert agree(message.model_dump_json().encode())


@settings(max_examples=400, deadline=None)
@given(signals)
def test_what_the_edge_reads_the_models_read_alike(signal: Signal) -> None:
    """Any signal, as our codec writes it. What holds no escape is read at the edge."""
    written = signal.model_dump_json().encode()
    assert agree(written) or b"\\" in written or b"\x7f" in written or _odd(signal)


def _odd(signal: Signal) -> bool:
    """Numbers past 64 bits, years before 1000: the edge leaves them to the models."""
    large = [value for value in signal.attributes.values() if isinstance(value, int) and abs(value) >= 1 << 63]
    return bool(large)


@settings(max_examples=600, deadline=None)
@given(signals, st.data())
def test_whatever_is_done_to_a_record_they_never_disagree(signal: Signal, data: st.DataObject) -> None:
    """A field is taken away, replaced by any JSON, or the bytes are cut or changed."""
    said: dict[str, Any] = json.loads(signal.model_dump_json())
    name = data.draw(st.sampled_from(sorted(said)))
    if data.draw(st.booleans()):
        said[name] = data.draw(ANYTHING)
    else:
        del said[name]
    written = bytearray(json.dumps(said, ensure_ascii=data.draw(st.booleans())).encode("utf-8", "surrogatepass"))
    if data.draw(st.booleans()):
        written[data.draw(st.integers(0, len(written) - 1))] = data.draw(st.integers(0, 255))
    value = bytes(written)
    try:
        agree(value)
    except ValidationError as error:
        raise AssertionError(f"the edge reads what the models refuse: {value!r}") from error


@settings(max_examples=400, deadline=None)
@given(signals, decisions)
def test_what_the_edge_writes_the_models_would_have_written(signal: Signal, decision: Decision) -> None:
    """Outcome and alarm, byte for byte different perhaps, but equal once read."""
    value = signal.model_dump_json().encode()
    found = edge.read_signal(value)
    if found is None:
        return
    at = written(decision.decided_at)
    assert at == rfc3339(moment(decision.decided_at))
    outcome = outcome_at_the_edge(found, decision, at)
    assert SignalOutcome.model_validate_json(outcome) == to_outcome(signal, decision)
    alarm = alarm_at_the_edge(found, value, decision, at)
    assert Alarm.model_validate_json(alarm) == to_alarm(signal, decision)
