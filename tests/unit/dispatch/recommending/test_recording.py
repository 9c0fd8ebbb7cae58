"""A decision's inputs are recorded, and evaluated again to the same answer."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.dispatch.timing import situations as large_backlog
from services.dispatch.domain.recommending import Backlog, Situation, match, recommend
from services.dispatch.domain.recommending.recording import UnknownForm, as_inputs, from_inputs
from services.dispatch.domain.recommending.recording_backlog import backlog_as_inputs, backlog_from_inputs
from tests.unit.dispatch.recommending.any_situation import situations
from tests.unit.dispatch.recommending.scenes import situation


@given(situations())
def test_inputs_go_through_json_and_give_the_same_recommendation(known: Situation) -> None:
    """Rule 15: what the event carries is all that the decision was made from."""
    again = from_inputs(json.loads(json.dumps(as_inputs(known))))
    assert again == known
    assert recommend(again) == recommend(known)
    assert json.loads(json.dumps(recommend(again).as_output())) == json.loads(json.dumps(recommend(known).as_output()))


def backlogs(known: Situation, others: list[Situation]) -> Backlog:
    """Situations over the same fleet, as production makes them, and one that shares nothing with them."""
    same = [replace(other, units=known.units, seconds=known.seconds, unreachable={}) for other in others[1:]]
    named = [known, *same, *others[:1]]
    return Backlog(tuple(replace(each, incident=replace(each.incident, id=f"i{at}")) for at, each in enumerate(named)))


@given(situations(), st.lists(situations(), max_size=3))
def test_a_backlog_goes_through_json_and_is_matched_alike(known: Situation, others: list[Situation]) -> None:
    """The same holds for a matching, whatever its situations have in common."""
    backlog = backlogs(known, others)
    again = backlog_from_inputs(json.loads(json.dumps(backlog_as_inputs(backlog))))
    assert again == backlog
    assert match(again) == match(backlog)
    assert backlog_from_inputs(json.loads(json.dumps(backlog_as_inputs(Backlog(()))))) == Backlog(())


def test_a_backlog_names_each_unit_once() -> None:
    """50 incidents × 60 units stay near 100 kB, with 15 digits each, where each situation for itself would be over a megabyte."""
    backlog = large_backlog(1)
    written = json.dumps(backlog_as_inputs(backlog))
    assert len(written) < 110_000
    assert sum(len(json.dumps(as_inputs(known))) for known in backlog.situations) > 1_000_000


def test_another_form_is_refused_by_name() -> None:
    """A record of another time is not misread."""
    with pytest.raises(UnknownForm, match="form 99"):
        from_inputs({**as_inputs(situation({})), "form": 99})
    with pytest.raises(KeyError):
        from_inputs({"form": 1})
    with pytest.raises(UnknownForm, match="form 99"):
        backlog_from_inputs({**backlog_as_inputs(Backlog(())), "form": 99})


def test_a_record_without_the_newer_sets_is_read() -> None:
    """Units asked lately were not recorded at first: such a record is evaluated as it was."""
    old = as_inputs(situation({}))
    del old["incident"]["asked_lately"]
    assert from_inputs(old) == situation({})
