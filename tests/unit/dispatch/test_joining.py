"""Whether an alarm belongs to an incident that people already work on."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary.natures import Nature, compatible
from services.dispatch.domain.incident import Incident
from services.dispatch.domain.joining import Joined, join
from services.dispatch.domain.report import Report
from tests.unit.dispatch.builders import NOON, incident, report


@pytest.mark.parametrize(
    ("new", "held", "reason"),
    [
        (report(device="d2"), incident(), Joined.SAME_SITE_AND_NATURE),
        (report(), incident(), Joined.SAME_DEVICE),
        (report(Nature.HOLD_UP), incident(nature=Nature.INTRUSION), Joined.SAME_DEVICE),
        (report(Nature.HOLD_UP), incident(nature=Nature.FIRE), Joined.NEW),
        (report(Nature.TECHNICAL_FAULT), incident(nature=Nature.FIRE), Joined.NEW),
        (report(Nature.HOLD_UP, device="d2"), incident(nature=Nature.INTRUSION), Joined.NEW),
        (report(device="d2", site="shop"), incident(), Joined.NEW),
        (report(device="d2", site=None), incident(site=None), Joined.NEW),
        (
            report(Nature.SOS, device="app-2", site=None, subject="sos:1"),
            incident(nature=Nature.SOS, device="app-1", site=None, subject="sos:1"),
            Joined.SAME_SUBJECT,
        ),
        (
            report(Nature.SOS, device="app-2", site=None, subject="sos:2"),
            incident(nature=Nature.SOS, device="app-1", site=None, subject="sos:1"),
            Joined.NEW,
        ),
    ],
)
def test_what_joins_and_why(new: Report, held: Incident, reason: Joined) -> None:
    """Same SOS, same device with natures that may be one happening, same site and nature; nothing else."""
    assert join(new, [held]) == (held if reason is not Joined.NEW else None, reason)


def test_the_oldest_of_several_is_joined() -> None:
    """Whatever order they are found in."""
    older, newer = incident("z"), incident("a", opened_at=NOON + timedelta(minutes=1))
    assert join(report(), [newer, older])[0] is older


NATURES_OF_ALARMS = st.sampled_from(Nature)


@given(NATURES_OF_ALARMS, NATURES_OF_ALARMS, st.sampled_from(["panel", "d2"]), st.sampled_from(["school", "shop"]))
def test_no_responder_is_forgotten(new: Nature, held: Nature, device: str, site: str) -> None:
    """An alarm never joins an incident of a nature that cannot be the same happening."""
    found, reason = join(report(new, device=device, site=site), [incident(nature=held)])
    assert found is None or compatible(new, held)
    assert (found is None) == (reason is Joined.NEW)


@pytest.mark.parametrize(
    ("of", "scope"),
    [
        (report(), "site:57463:school"),
        (report(Nature.SOS, site=None, subject="sos:1"), "sos:sos:1"),
        (report(Nature.PERSON_DETECTED, site=None, subject="track:1"), "device:57463:panel"),
        (report(site=None), "device:57463:panel"),
    ],
)
def test_what_is_locked_while_it_is_decided(of: Report, scope: str) -> None:
    """The site, else the SOS, else the device."""
    assert of.lock_scope == scope
