"""The services' own doors: health, clock, pack versions, the journal; and the disk under them."""

import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from cli.doctor.findings import Area, Finding, problem, warning, well
from cli.doctor.postgres import SKEW_S, skewed

ASK_S = 3.0
JOURNAL = "vigie_ingest_journal_entries"
LEAST_SHARE, LEAST_BYTES = 0.10, 2_000_000_000


def examine(urls: Mapping[str, str], packs: Mapping[str, str]) -> Iterator[Finding]:
    """Each service. `urls`: base URL by name; `packs`: version in force by centre."""
    if not urls:
        yield warning(
            Area.SERVICES,
            "Aucune pile locale n'est notée : services non vérifiés.",
            "No local stack is on record: services were not looked at.",
            "Lancez « make up », ou posez VIGIE_VAR ; ailleurs, interrogez /health/ready de chaque service.",
            "Run `make up`, or set VIGIE_VAR; elsewhere ask each service's /health/ready.",
        )
    with httpx.Client(timeout=ASK_S, trust_env=False) as client:
        for name, url in sorted(urls.items()):
            try:
                health, metrics = client.get(f"{url}/health/ready"), client.get(f"{url}/metrics")
                said = health.json()
            except (httpx.HTTPError, ValueError) as error:
                yield _silent(name, type(error).__name__)
                continue
            yield from judge_health(name, said)
            yield from _clock(name, health.headers.get("date"))
            yield from judge_packs(name, said, packs)
            yield from judge_journal(name, metrics.text)


def judge_health(name: str, said: Mapping[str, object]) -> Iterator[Finding]:
    """One line, and one for each check that is not ready."""
    status, checks = said.get("status"), said.get("checks")
    if status == "ready":
        yield well(Area.SERVICES, f"{name} : prêt.", f"{name}: ready.")
        return
    for check, told in (checks if isinstance(checks, dict) else {}).items():
        state, detail = told.get("state"), str(told.get("detail", ""))[:200]
        if state == "ready":
            continue
        make = problem if state == "waiting" else warning
        yield make(
            Area.SERVICES,
            f"{name} : {check} {'attend' if state == 'waiting' else 'dégradé'} ({detail}).",
            f"{name}: {check} is {state} ({detail}).",
            f"Journal : var/log/{name}.log",
            f"Log: var/log/{name}.log",
        )


def judge_packs(name: str, said: Mapping[str, object], packs: Mapping[str, str]) -> Iterator[Finding]:
    """Whether what the service holds (`centre@version` in its health) is what dispatch has in force."""
    checks = said.get("checks")
    detail = str(checks.get("packs", {}).get("detail", "")) if isinstance(checks, dict) else ""
    centre, _, version = detail.partition("@")
    if version and centre in packs and packs[centre] != version:
        yield problem(
            Area.PACKS,
            f"{name} tient le pack {version} de {centre}, dispatch {packs[centre]}.",
            f"{name} holds pack {version} of {centre}, dispatch {packs[centre]}.",
            "Vérifiez la boîte d'envoi de dispatch, puis ./vigie pack apply.",
            "Check dispatch's outbox, then ./vigie pack apply.",
        )


def judge_journal(name: str, metrics: str) -> Iterator[Finding]:
    """A journal that holds signals: Kafka is, or was, away."""
    for family in text_string_to_metric_families(metrics):
        if family.name == JOURNAL:
            depth = sum(sample.value for sample in family.samples)
            if depth:
                yield warning(
                    Area.SERVICES,
                    f"{name} : {depth:.0f} signaux attendent dans le journal local.",
                    f"{name}: {depth:.0f} signals wait in the local journal.",
                    "Kafka était absent : le nombre doit baisser dès qu'il répond.",
                    "Kafka was away: the number must go down once it answers.",
                )


def judge_disk(folder: Path) -> Finding:
    """Room under a folder."""
    usage = shutil.disk_usage(next(known for known in (folder, *folder.parents) if known.exists()))
    gigabytes = usage.free / 1e9
    said = (f"{gigabytes:.1f} Go libres sous {folder}.", f"{gigabytes:.1f} GB free under {folder}.")
    if usage.free < LEAST_BYTES:
        return problem(Area.DISK, *said, "Faites de la place maintenant.", "Make room now.")
    if usage.free < LEAST_SHARE * usage.total:
        return warning(Area.DISK, *said, "Faites de la place bientôt.", "Make room soon.")
    return well(Area.DISK, *said)


def _clock(name: str, date: str | None) -> Iterator[Finding]:
    """By HTTP's date, which counts whole seconds."""
    if date is None:
        return
    seconds = (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds()
    if abs(seconds) > SKEW_S + 1:
        yield skewed(name, seconds)


def _silent(name: str, why: str) -> Finding:
    return problem(
        Area.SERVICES,
        f"{name} ne répond pas ({why}).",
        f"{name} does not answer ({why}).",
        f"Le superviseur le relance ; journal : var/log/{name}.log",
        f"The supervisor starts it again; log: var/log/{name}.log",
    )
