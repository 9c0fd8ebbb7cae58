"""Runs a replay: findings as they come, progress on long ones, the summary at the end."""

import sys
import time
from dataclasses import dataclass
from datetime import datetime

import typer

from cli.exit_codes import Compared
from cli.replay import report
from schemas.pack.pack import CityPack
from services.dispatch.domain.replaying import Finding, Tally
from services.dispatch.replay import NotReadable, Period, UnknownIncident, replay

PROGRESS_S = 2.0


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for."""

    begin: datetime
    end: datetime
    incident: str | None
    changed: CityPack | None
    as_json: bool


class _Progress:
    """Says on standard error where it is, every two seconds, if a person is looking."""

    def __init__(self, started: float) -> None:
        self._started, self._said = started, started
        self._shown = sys.stderr.isatty()

    def at(self, finding: Finding, tally: Tally) -> None:
        now = time.monotonic()
        if self._shown and now - self._said >= PROGRESS_S:
            self._said = now
            typer.echo(report.progress(tally, finding.record.at, now - self._started), err=True)


def run(database_url: str, wanted: Wanted) -> Compared:
    """Prints to standard output; what is wrong goes to standard error."""
    period = Period(wanted.begin, wanted.end, wanted.incident)
    tally, started = Tally(), time.monotonic()
    progress = _Progress(started)
    try:
        for finding in replay(database_url, period, wanted.changed):
            tally.add(finding)
            _show(finding, wanted.as_json)
            progress.at(finding, tally)
    except UnknownIncident:
        return _trouble(f"Événement {wanted.incident} inconnu. / Incident {wanted.incident} is not known.")
    except NotReadable as problem:
        return _trouble(f"Base illisible : {problem}\nThe database cannot be read.")
    seconds, changed = time.monotonic() - started, wanted.changed is not None
    if wanted.as_json:
        print(report.summary_json(tally, seconds, changed=changed))
    else:
        print("\n".join(report.summary_lines(tally, seconds, changed=changed)))
    return Compared.DIFFERENT if tally.different.total() else Compared.SAME


def _show(finding: Finding, as_json: bool) -> None:
    if as_json and (finding.differences or finding.obstacle):
        print(report.difference_json(finding))
    elif finding.differences:
        print("\n".join(report.difference_lines(finding)))


def _trouble(message: str) -> Compared:
    typer.echo(message, err=True)
    return Compared.TROUBLE
