"""Names that two programs must agree on, and neither may import from the other."""

from cli.doctor.kafka import GROUPS
from schemas.topics.files import topics
from services.dispatch.watch.signals_tail import SCREENING_GROUP
from services.notify.consumer import TOPIC
from services.notify.settings import NotifySettings
from services.triage.correlation.app import APP_ID
from services.triage.screening.process import GROUP


def test_the_reconciler_and_the_doctor_know_the_groups_by_their_names() -> None:
    """A renamed group would otherwise look like one that stands still for ever."""
    assert SCREENING_GROUP == GROUP
    assert {GROUP: "signals", APP_ID: "alarms", NotifySettings.model_fields["notify_group"].default: TOPIC} == GROUPS
    assert set(GROUPS.values()) <= topics().keys()
