"""A signal by the urgent lane or its second path: the one place that tells a synthetic SOS from a real one."""

from services.dispatch.actions import intake, probing
from services.dispatch.actions.intake import Times
from services.dispatch.domain.probing import is_probe
from services.dispatch.domain.report import Report
from services.dispatch.store.work import Work


async def receive(work: Work, report: Report, times: Times) -> str | None:
    """The incident, as `intake.receive` says; None for a synthetic SOS, which leaves none."""
    if is_probe(report):
        await probing.receive(work, report, times)
        return None
    return await intake.receive(work, report, times)
