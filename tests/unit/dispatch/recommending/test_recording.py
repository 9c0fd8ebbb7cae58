"""A decision's inputs are recorded, and evaluated again to the same answer."""

import json

import pytest
from hypothesis import given

from services.dispatch.domain.recommending import Backlog, Situation, match, recommend
from services.dispatch.domain.recommending.recording import (
    UnknownForm,
    as_inputs,
    backlog_as_inputs,
    backlog_from_inputs,
    from_inputs,
)
from tests.unit.dispatch.recommending.any_situation import situations
from tests.unit.dispatch.recommending.scenes import idle, incident, situation


@given(situations())
def test_inputs_go_through_json_and_give_the_same_recommendation(known: Situation) -> None:
    """Rule 15: what the event carries is all that the decision was made from."""
    again = from_inputs(json.loads(json.dumps(as_inputs(known))))
    assert again == known
    assert recommend(again) == recommend(known)
    assert json.loads(json.dumps(recommend(again).as_output())) == json.loads(json.dumps(recommend(known).as_output()))


def test_a_backlog_goes_through_json_and_is_matched_alike() -> None:
    """The same holds for a matching."""
    both = tuple(situation({idle("a"): 10.0, idle("b"): 20.0}, incident(id=name)) for name in ("i1", "i2"))
    again = backlog_from_inputs(json.loads(json.dumps(backlog_as_inputs(Backlog(both)))))
    assert match(again) == match(Backlog(both))


def test_another_form_is_refused_by_name() -> None:
    """A record of another time is not misread."""
    with pytest.raises(UnknownForm, match="form 99"):
        from_inputs({**as_inputs(situation({})), "form": 99})
    with pytest.raises(KeyError):
        from_inputs({"form": 1})
