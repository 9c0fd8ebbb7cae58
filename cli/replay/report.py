"""What replay prints, French first with English beside, and the same as JSON lines."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from cli.replay.words import ASPECTS, COUNTERFACTUAL, KINDS, OBSTACLES, RESERVATIONS, RESPONDERS, Said
from services.dispatch.domain.replaying import Aspect, Finding, Kind, Obstacle, Tally
from services.dispatch.domain.replaying.findings import Difference, Plain

SECONDS = frozenset({Aspect.SECONDS, Aspect.TARGET})
AUTOMATIC = {True: Said("automatique", "automatic"), False: Said("confirmé par l'opérateur", "operator-confirmed")}
NONE = Said("aucun", "none")


def difference_lines(finding: Finding) -> Iterator[str]:
    """Which decision, then a line for each aspect: as it would be instead of as it was."""
    record = finding.record
    at = record.at.astimezone().isoformat(timespec="seconds")
    yield f"{at}  {record.incident}  v{record.version}  {record.event}  {KINDS[finding.kind]}"
    for difference in finding.differences:
        yield f"  {_sentence(difference)}"
    for reservation in finding.reservations:
        yield f"  ({RESERVATIONS[reservation]})"


def summary_lines(tally: Tally, seconds: float, *, changed: bool) -> Iterator[str]:
    """Decisions by kind: the same, different, not evaluable and why; speed; what the comparison means."""
    for kind in Kind:
        same, different, none = tally.same[kind], tally.different[kind], tally.not_evaluable(kind)
        if same or different or none:
            yield (
                f"  {KINDS[kind]!s:<32} {same + different + none:>8}   identiques / same {same:>8}   "
                f"différentes / different {different:>6}   non évaluables / not evaluable {none:>6}"
            )
    for (kind, obstacle), count in sorted(tally.obstacles.items()):
        yield f"    {KINDS[kind]} : {OBSTACLES[obstacle]} : {count}"
    for aspect, count in tally.aspects.most_common():
        yield f"    ≠ {ASPECTS[aspect]} : {count}"
    for reservation, count in tally.reservations.most_common():
        yield f"    ! {RESERVATIONS[reservation]} : {count}"
    if changed:
        yield str(COUNTERFACTUAL)
    yield _verdict(tally)
    fr, en = f"{seconds:.1f}".replace(".", ","), f"{seconds:.1f}"
    rate = _rate(tally.total, seconds)
    yield f"Décisions : {tally.total} en {fr} s, {rate}/s. / Decisions: {tally.total} in {en} s, {rate}/s."


def difference_json(finding: Finding) -> str:
    """One line a decision that differs or cannot be evaluated."""
    record = finding.record
    found: dict[str, Any] = {
        "kind": finding.kind,
        "incident_id": record.incident,
        "version": record.version,
        "event": record.event,
        "at": record.at.isoformat(),
        "obstacle": finding.obstacle,
        "differences": [
            {"aspect": each.aspect, "of": each.of, "recorded": each.recorded, "evaluated": each.evaluated}
            for each in finding.differences
        ],
        "reservations": list(finding.reservations),
    }
    return json.dumps(found, ensure_ascii=False)


def summary_json(tally: Tally, seconds: float, *, changed: bool) -> str:
    """The last line."""
    kinds = {
        kind: {
            "same": tally.same[kind],
            "different": tally.different[kind],
            "not_evaluable": {o: tally.obstacles[kind, o] for o in Obstacle if tally.obstacles[kind, o]},
        }
        for kind in Kind
    }
    found = {
        "decisions": tally.total,
        "evaluated": tally.evaluated,
        "different": tally.different.total(),
        "kinds": kinds,
        "aspects": dict(tally.aspects),
        "reservations": dict(tally.reservations),
        "changed_run_cards": changed,
        "seconds": round(seconds, 3),
    }
    return json.dumps({"summary": found}, ensure_ascii=False)


def progress(tally: Tally, at: datetime, seconds: float) -> str:
    """Where a long replay is."""
    moment = at.astimezone().isoformat(timespec="minutes")
    return f"{moment}  {tally.total} décisions / decisions, {_rate(tally.total, seconds)}/s"


def _verdict(tally: Tally) -> str:
    if not tally.total:
        return "Aucune décision dans cette période. / No decision in this period."
    if not tally.evaluated:
        return "Aucune décision évaluable dans cette période. / No decision in this period can be evaluated."
    different = tally.different.total()
    if not different:
        return "Aucune différence. / No difference."
    return f"Décisions différentes : {different}. / Decisions that differ: {different}."


def _rate(count: int, seconds: float) -> str:
    return f"{count / max(seconds, 1e-6):,.0f}".replace(",", " ")


def _sentence(difference: Difference) -> str:
    name = RESPONDERS.get(difference.of or "", ASPECTS[difference.aspect])
    if difference.of and difference.aspect is not Aspect.RESPONDERS:
        more = ASPECTS[difference.aspect]
        name = Said(f"{more.fr}, {name.fr}", f"{more.en}, {name.en}")
    if difference.aspect is Aspect.SLOT:
        return f"{name.fr} {difference.recorded} / {name.en} {difference.recorded}"
    new, old = (_said(difference.aspect, value) for value in (difference.evaluated, difference.recorded))
    return f"{name.fr} : {new.fr} au lieu de {old.fr} / {name.en}: {new.en} instead of {old.en}"


def _said(aspect: Aspect, value: Plain) -> Said:
    if value is None or value == "":
        return NONE
    if aspect is Aspect.ENGAGEMENT and isinstance(value, bool):
        return AUTOMATIC[value]
    if aspect in SECONDS and isinstance(value, float | int):
        return Said(f"{value:.0f} s", f"{value:.0f} s")
    return Said(str(value), str(value))
