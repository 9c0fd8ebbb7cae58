"""The 173 recorded calls of `../shared/data/calls`, replayed."""

import pytest

from bench.dispatch.networks import DATA
from bench.replayed_calls.__main__ import FILE
from bench.replayed_calls.comparing import compare, summary
from bench.replayed_calls.fleet import fleet_of
from bench.replayed_calls.parsing import read_calls
from bench.replayed_calls.replaying import replay


def test_every_recorded_call_gets_its_vehicles() -> None:
    """173 incidents; each gets somebody, never later than it was asked for by more than a vehicle's absence; and the
    recorded vehicles' modelled median lies within 10 % of what was recorded, so that the model is worth comparing."""
    if not (DATA / FILE).is_file():
        pytest.skip("../shared/data is not here")
    calls = read_calls(DATA / FILE)
    assert len(calls) == 173
    fleet = fleet_of(calls)
    sent = replay(calls, fleet)
    assert all(sent[call.number] for call in calls)
    found = summary(compare(calls, fleet, sent), fleet)
    times = found["received_to_on_scene_s"]
    assert times["recorded_vehicles_in_our_model"]["median"] == pytest.approx(times["recorded"]["median"], rel=0.1)
    assert times["ours"]["median"] <= times["recorded_vehicles_in_our_model"]["median"]
