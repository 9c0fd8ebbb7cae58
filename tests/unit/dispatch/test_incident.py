"""The incident's states: what is allowed from where, and which of two a merge keeps."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.dispatching import IncidentState
from schemas.vocabulary.natures import Priority
from services.dispatch.domain.incident import Action, Incident, NotAllowed, check, outranks, resolved
from tests.unit.dispatch.builders import NOON, incident

LIVE = "acknowledge verify dismiss assign backup escalate merge split note"
TABLE = {
    IncidentState.OPEN: LIVE,
    IncidentState.IN_PROGRESS: LIVE,
    IncidentState.RESOLVED: "acknowledge reopen close note split",
    IncidentState.CLOSED: "note",
    IncidentState.DISMISSED: "reopen close note",
    IncidentState.MERGED: "unmerge note",
}
"""DESIGN.md's states, written down a second time on purpose."""


@pytest.mark.parametrize("state", IncidentState)
@pytest.mark.parametrize("action", Action)
def test_each_action_from_each_state(state: IncidentState, action: Action) -> None:
    """Allowed exactly where the table says; else NotAllowed names the state, the wish and all that is possible."""
    possible = sorted(TABLE[state].split())
    if action in possible:
        check(incident(state=state), action)
        return
    with pytest.raises(NotAllowed) as refused:
        check(incident(state=state), action)
    assert (refused.value.state, refused.value.wanted, refused.value.allowed) == (state, action, possible)


@pytest.mark.parametrize("state", IncidentState)
def test_unfinished_means_open_or_in_progress(state: IncidentState) -> None:
    """Only those two take a new alarm."""
    assert incident(state=state).unfinished == (state in {IncidentState.OPEN, IncidentState.IN_PROGRESS})


def test_resolving_takes_the_call_for_attention_off() -> None:
    """The moment is kept, nothing calls any more, and the given incident is unchanged."""
    before = incident(attention="no_unit_free")
    after = resolved(before, NOON)
    assert (after.state, after.resolved_at, after.attention) == (IncidentState.RESOLVED, NOON, None)
    assert before.attention == "no_unit_free"


UNFINISHED = st.builds(
    incident,
    st.sampled_from(["a", "b", "c"]),
    state=st.sampled_from([IncidentState.OPEN, IncidentState.IN_PROGRESS]),
    priority=st.sampled_from(Priority),
    acknowledged_at=st.sampled_from([None, NOON]),
    opened_at=st.integers(0, 3).map(lambda minutes: NOON + timedelta(minutes=minutes)),
)


@given(UNFINISHED, UNFINISHED, st.booleans(), st.booleans())
def test_exactly_one_of_two_is_kept(one: Incident, other: Incident, engaged: bool, engaged_too: bool) -> None:
    """Whichever is asked first, the same one is kept; an engaged one is never given up for one that is not."""
    if one.id == other.id:
        return
    keeps_one = outranks(one, other, engaged, engaged_too)
    assert keeps_one != outranks(other, one, engaged_too, engaged)
    if engaged != engaged_too:
        assert keeps_one == engaged


@given(UNFINISHED, UNFINISHED, UNFINISHED)
def test_being_further_advanced_is_an_order(one: Incident, other: Incident, third: Incident) -> None:
    """If the first outranks the second and that one the third, the first outranks the third."""
    if len({one.id, other.id, third.id}) == 3 and outranks(one, other, False, False):
        assert not outranks(other, third, False, False) or outranks(one, third, False, False)


def test_the_older_wins_a_tie() -> None:
    """Two alike: the one that was opened first is kept."""
    older, newer = incident("b"), incident("a", opened_at=NOON + timedelta(seconds=1))
    assert outranks(older, newer, True, True)
