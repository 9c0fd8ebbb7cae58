"""The bench's town is a city pack that the checks let in."""

from pathlib import Path

from bench import centre
from bench.correlation.alarms import alarms
from bench.screening import workload


def test_each_call_has_a_place_of_its_own() -> None:
    """Two hundred calls in a row never look like one happening."""
    assert len({centre.spot(number) for number in range(200)}) == 200


def test_the_overlay_takes_metz_own_patrols_off_duty(tmp_path: Path) -> None:
    """Only the bench's patrols are sent, so that one is free for each call."""
    written = (centre.write_overlay(tmp_path / "overlay", ()) / "bench.yaml").read_text()
    assert all(f'"id": "{name}", "on_duty": false' in written for name in centre.OFF_DUTY)
    assert len(centre.patrols()) == centre.PATROLS


def test_the_same_records_every_time() -> None:
    """Every contender is given the same bytes; a larger centre has more devices."""
    first, second = (list(workload.records(300, 1_700_000_000.0)) for _ in range(2))
    assert first == second
    small = {key for key, *_ in workload.records(2_000, 1_700_000_000.0, devices=200)}
    large = {key for key, *_ in workload.records(2_000, 1_700_000_000.0, devices=20_000)}
    assert len(small) < len(large)


def test_alarms_of_as_many_devices_as_asked() -> None:
    """One each where there are no more alarms than devices: as many situations stay open."""
    assert len({alarm.signal.device for alarm in alarms(500, 500, 1_700_000_000.0, 60.0)}) == 500
    assert len({alarm.signal.device for alarm in alarms(500, 20, 1_700_000_000.0, 60.0)}) == 20
