"""Recorded calls: local times without an offset, what becomes of rows, and whom the production decision sends."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bench.replayed_calls.comparing import compare, summary
from bench.replayed_calls.fleet import Posted, fleet_of
from bench.replayed_calls.parsing import Unreadable, calls_of, local
from bench.replayed_calls.replaying import replay
from services.dispatch.domain.report import Place

HERE = (37.7770, -122.4470)
NEAR, FAR = Place(37.7790, -122.4470), Place(37.7970, -122.4470)


def row(number: str = "1", unit: str = "E1", **changes: Any) -> dict[str, str]:
    """One engine at a structure fire on a January noon: entered after 20 s, sent after 60, there after 200."""
    plain = {
        "Call Number": number,
        "Unit ID": unit,
        "Unit Type": "ENGINE",
        "Call Type": "Structure Fire",
        "Received DtTm": "01/10/2017 12:00:00 PM",
        "Entry DtTm": "01/10/2017 12:00:20 PM",
        "Dispatch DtTm": "01/10/2017 12:01:00 PM",
        "Response DtTm": "01/10/2017 12:02:00 PM",
        "On Scene DtTm": "01/10/2017 12:03:20 PM",
        "Available DtTm": "01/10/2017 12:30:00 PM",
        "Unit sequence in call dispatch": "1",
        "Location": f"({HERE[0]}, {HERE[1]})",
        "RowID": f"{number}-{unit}",
    }
    return plain | changes


def engine(unit: str, post: Place, capability: str = "engine") -> Posted:
    """A vehicle that turns out in a minute."""
    return Posted(unit, capability, post, 60.0, 10, 0.0)


def test_local_times_are_san_franciscos() -> None:
    """Noon is 20:00 UTC in winter and 19:00 in summer; 12 AM is midnight."""
    assert local("01/10/2017 12:00:00 PM") == datetime(2017, 1, 10, 20, 0, tzinfo=UTC)
    assert local("07/10/2017 12:00:00 PM") == datetime(2017, 7, 10, 19, 0, tzinfo=UTC)
    assert local("01/10/2017 12:00:00 AM") == datetime(2017, 1, 10, 8, 0, tzinfo=UTC)


def test_the_hour_that_comes_twice_goes_on_within_a_row() -> None:
    """On 5 November 2017 01:30 is the first one (PDT), unless the row was past it: then time goes on, never back."""
    first = local("11/05/2017 01:30:00 AM")
    assert first == datetime(2017, 11, 5, 8, 30, tzinfo=UTC)
    later = local("11/05/2017 01:05:00 AM", after=local("11/05/2017 01:58:00 AM"))
    assert later == datetime(2017, 11, 5, 9, 5, tzinfo=UTC)
    [call] = calls_of(
        [
            row(
                **{
                    "Received DtTm": "11/05/2017 01:58:00 AM",
                    "Entry DtTm": "11/05/2017 01:59:00 AM",
                    "Dispatch DtTm": "11/05/2017 01:00:10 AM",
                    "Response DtTm": "11/05/2017 01:01:00 AM",
                    "On Scene DtTm": "11/05/2017 01:04:00 AM",
                    "Available DtTm": "11/05/2017 02:10:00 AM",
                }
            )
        ]
    )
    assert (call.dispatched - call.received).total_seconds() == 130
    assert call.on_scene is not None
    assert (call.on_scene - call.received).total_seconds() == 360
    assert (call.vehicles[0].available - call.on_scene).total_seconds() == 66 * 60


def test_the_hour_that_is_left_out_counts_from_before() -> None:
    """02:30 on 12 March 2017 does not exist: it is read as an hour and a half after one o'clock."""
    assert local("03/12/2017 02:30:00 AM") == datetime(2017, 3, 12, 10, 30, tzinfo=UTC)


def test_one_incident_a_call_number() -> None:
    """Rows of one number are vehicles of one call, in the order of dispatch; calls come in order of receipt."""
    late = row("2", **{"Received DtTm": "01/10/2017 12:00:30 PM"})
    second = row("1", "E2", **{"Dispatch DtTm": "01/10/2017 12:01:30 PM", "Unit sequence in call dispatch": "2"})
    missing = row("1", "E3", **{"On Scene DtTm": "", "Response DtTm": "", "Unit sequence in call dispatch": "3"})
    calls = calls_of([late, second, missing, row()])
    assert [call.number for call in calls] == ["1", "2"]
    assert [vehicle.unit for vehicle in calls[0].vehicles] == ["E1", "E3", "E2"]
    assert calls[0].first_there is not None
    assert calls[0].first_there.unit == "E1"


@pytest.mark.parametrize("wrong", [{"Location": "Masonic Ave"}, {"Received DtTm": "2017-01-10"}, {"Dispatch DtTm": ""}])
def test_a_row_that_cannot_be_read_is_named(wrong: dict[str, str]) -> None:
    """The call's number stands in the error."""
    with pytest.raises(Unreadable, match="call 7"):
        calls_of([row("7", **wrong)])


def test_the_nearest_of_the_kind_goes_once_the_call_is_entered() -> None:
    """A truck next door is no engine; of two engines the nearer is sent 20 s after receipt, there 60 s + way later."""
    calls = calls_of([row()])
    fleet = [engine("E8", FAR), engine("E9", NEAR), engine("T9", Place(*HERE), "truck")]
    [sent] = replay(calls, fleet)["1"]
    assert (sent.unit, sent.asked_s, sent.after_s) == ("E9", 20.0, 20.0)
    assert sent.on_scene_s == pytest.approx(20 + 60 + 222.4 * 1.3 * 3.6 / 32, rel=0.01)


def test_a_vehicle_is_bound_as_long_as_the_recorded_one_was() -> None:
    """A second call five minutes later gets the other engine, a third after half an hour the near one again."""
    second = {"Received DtTm": "01/10/2017 12:05:00 PM", "Entry DtTm": "01/10/2017 12:05:00 PM"}
    second |= {"Dispatch DtTm": "01/10/2017 12:05:30 PM", "Response DtTm": "", "On Scene DtTm": ""}
    third = dict.fromkeys((*second, "Available DtTm"), "01/10/2017 01:30:00 PM") | {"On Scene DtTm": ""}
    calls = calls_of([row(), row("2", **second), row("3", **third)])
    sent = replay(calls, [engine("E8", FAR), engine("E9", NEAR)])
    assert [sent[number][0].unit for number in ("1", "2", "3")] == ["E9", "E8", "E9"]


def test_the_post_is_found_where_the_journeys_began() -> None:
    """Journeys made up from a post give that post back to within the grid, and the median turnout."""
    post = Place(37.7850, -122.4400)
    calls = calls_of(_journeys_from(post))
    [posted] = fleet_of(calls)
    assert abs(posted.post.lat - post.lat) < 0.001
    assert abs(posted.post.lon - post.lon) < 0.0015
    assert (posted.turnout_s, posted.journeys) == (60.0, 12)
    assert posted.error_s < 10


def test_the_same_calls_give_the_same_answer() -> None:
    """Twice replayed and compared, nothing differs."""
    calls = calls_of(_journeys_from(Place(37.7850, -122.4400)))

    def whole() -> Any:
        fleet = fleet_of(calls)
        compared = compare(calls, fleet, replay(calls, fleet))
        return compared, summary(compared, fleet)

    once = whole()
    assert once == whole()
    assert once[1]["slots_that_waited"] == 0
    assert once[1]["received_to_dispatch_s"]["ours"] == {"median": 20.0, "p90": 20.0}


def _journeys_from(post: Place) -> list[dict[str, str]]:
    """Twelve calls on twelve days around, each as far in time from the post as the straight line says."""
    rows = []
    for day in range(1, 13):
        place = Place(37.772 + (day % 4) * 0.003, -122.452 + (day % 3) * 0.006)
        north, east = (place.lat - post.lat) * 111_195, (place.lon - post.lon) * 111_195 * 0.7904
        seconds = round((north**2 + east**2) ** 0.5 * 1.3 * 3.6 / 32)
        times = {
            name: value.replace("01/10/2017", f"01/{day:02d}/2017") for name, value in row().items() if "DtTm" in name
        }
        there = f"01/{day:02d}/2017 12:{2 + seconds // 60:02d}:{seconds % 60:02d} PM"
        rows.append(row(str(day), **times | {"On Scene DtTm": there, "Location": f"({place.lat}, {place.lon})"}))
    return rows
