"""Legal bases of analytics: each names a period that has an end, its approver, and cameras that exist."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.pack.checks.references import refers
from schemas.pack.devices import LegalBasis
from schemas.pack.draft import Draft, Item
from schemas.pack.findings import Finding, error, warning
from schemas.vocabulary.signals import DeviceKind

LONGEST_PERIOD = timedelta(days=3 * 365 + 1)
"""Three years with a leap day: a basis must be approved again after that."""
EXERCISE_BASIS = "EXERCICE"


def check_law(draft: Draft, now: datetime) -> Iterator[Finding]:
    """Findings on legal bases."""
    used = {
        rule.use_case
        for item in draft.devices
        if item.model.analytics is not None
        for rule in item.model.analytics.labels.values()
    }
    cameras = {item.model.id for item in draft.devices if item.model.kind is DeviceKind.CAMERA}
    others = {item.model.id for item in draft.devices} - cameras
    for item in draft.legal_bases:
        yield from _period(item, now)
        for index, camera in enumerate(item.model.cameras):
            yield from refers(item.entry, ("cameras", index), camera, draft.devices.written - others)
        yield from _exercise(draft, item)
        if item.model.use_case not in used:
            yield warning(
                item.entry.place("use_case"),
                f"aucune caméra ne sert à « {item.model.use_case} » ; vérifiez le nom",
                f'no camera serves "{item.model.use_case}"; check the name',
            )


def _period(item: Item[LegalBasis], now: datetime) -> Iterator[Finding]:
    starts, ends, name = item.model.starts_at, item.model.ends_at, item.model.use_case
    if ends <= starts:
        yield error(
            item.entry.place("ends_at"),
            f"base légale « {name} » : la fin n'est pas après le début ; corrigez ends_at",
            f'legal basis "{name}": the end is not after the start; correct ends_at',
        )
    elif ends - starts > LONGEST_PERIOD:
        yield error(
            item.entry.place("ends_at"),
            f"base légale « {name} » : plus de trois ans ; rapprochez ends_at, elle sera renouvelée",
            f'legal basis "{name}": longer than three years; bring ends_at nearer, it will be renewed',
        )
    elif ends <= now:
        yield warning(
            item.entry.place("ends_at"),
            f"base légale « {name} » échue : le contrôle refusera ; renouvelez-la ou retirez-la",
            f'legal basis "{name}" is over: the gate will refuse; renew or remove it',
        )


def _exercise(draft: Draft, item: Item[LegalBasis]) -> Iterator[Finding]:
    if item.model.basis.upper() != EXERCISE_BASIS:
        return
    for centre in draft.centre:
        if not centre.model.exercise:
            yield error(
                item.entry.place("basis"),
                f"la base {EXERCISE_BASIS} exige le bandeau d'exercice ; écrivez centre.exercise: true",
                f"basis {EXERCISE_BASIS} needs the exercise banner; write centre.exercise: true",
            )
