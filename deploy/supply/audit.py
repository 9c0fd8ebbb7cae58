"""Known vulnerabilities of everything in the locks: `python -m deploy.supply.audit`, a part of `make check`.

Asks a service that speaks the OSV API (osv.dev; OSV_URL names a mirror), with one request for Python, npm and jars.
pip-audit and `npm audit` were tried: they know no jars and need paths of a registry that mirrors do not serve, and
pip-audit then says "no known vulnerabilities" of packages that it could not look up.

Exit code 1: one with a fix that accepted.toml does not name. Where nobody answers, one line says so and the check
passes: a machine on a closed network has to build too.
"""

from __future__ import annotations

import datetime
import os
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from deploy.local.layout import REPOSITORY
from deploy.supply.locks import Dependency, everything

SERVICE = "https://api.osv.dev"
ACCEPTED = Path(__file__).with_name("accepted.toml")
AT_ONCE = 500
"""Questions a request; the service takes 1,000."""
TIMEOUT = httpx.Timeout(15.0, connect=4.0)
ECOSYSTEMS = {"pypi": "PyPI", "npm": "npm", "maven": "Maven"}


@dataclass(frozen=True)
class Hole:
    """A vulnerability of one of ours. `fixed`: the versions that are free of it."""

    package: str
    version: str
    names: tuple[str, ...]
    summary: str
    fixed: tuple[str, ...]


@dataclass(frozen=True)
class Acceptance:
    """A line of accepted.toml."""

    id: str
    package: str
    reason: str
    until: datetime.date

    def covers(self, hole: Hole, today: datetime.date) -> bool:
        """Whether it still lets this one pass."""
        return self.package == hole.package and self.id in hole.names and today <= self.until


def accepted(file: Path = ACCEPTED) -> list[Acceptance]:
    """Reads accepted.toml. Raises TypeError for a line that lacks something."""
    return [Acceptance(**line) for line in tomllib.loads(file.read_text()).get("accepted", [])]


def holes(service: httpx.Client, dependencies: Sequence[Dependency]) -> Iterator[Hole]:
    """Those that the service knows. Raises httpx.HTTPError or ValueError where it does not answer as it should."""
    records: dict[str, Any] = {}
    for start in range(0, len(dependencies), AT_ONCE):
        for dependency, ids in asked(service, dependencies[start : start + AT_ONCE]).items():
            seen: set[str] = set()
            for name in ids:
                if name not in records:
                    records[name] = service.get(f"/v1/vulns/{name}").raise_for_status().json()
                record = records[name]
                names = {record["id"], *record.get("aliases", ())}
                if not record.get("withdrawn") and not names & seen:
                    yield hole(dependency, record)
                seen |= names


def asked(service: httpx.Client, dependencies: Sequence[Dependency]) -> dict[Dependency, list[str]]:
    """The ids of each dependency that is affected; follows the pages of an answer."""
    found: dict[Dependency, list[str]] = {}
    pages: dict[Dependency, str] = dict.fromkeys(dependencies, "")
    while pages:
        queries = [
            {"package": {"purl": dependency.purl}, **({"page_token": page} if page else {})}
            for dependency, page in pages.items()
        ]
        results = service.post("/v1/querybatch", json={"queries": queries}).raise_for_status().json()["results"]
        answers = list(zip(pages, results, strict=True))
        for dependency, result in answers:
            if result.get("vulns"):
                found.setdefault(dependency, []).extend(vulnerability["id"] for vulnerability in result["vulns"])
        pages = {d: result["next_page_token"] for d, result in answers if result.get("next_page_token")}
    return found


def hole(dependency: Dependency, record: Mapping[str, Any]) -> Hole:
    """What a record says of this package."""
    fixed = {
        event["fixed"]
        for affected in record.get("affected", ())
        if affected.get("package", {}).get("ecosystem") == ECOSYSTEMS[dependency.kind]
        and affected["package"]["name"].lower().replace(":", "/") == dependency.name.lower()
        for span in affected.get("ranges", ())
        if span["type"] != "GIT"
        for event in span["events"]
        if "fixed" in event
    }
    names = (record["id"], *sorted(record.get("aliases", ())))
    return Hole(dependency.key, dependency.version, names, record.get("summary", ""), tuple(sorted(fixed)))


def verdict(found: Iterable[Hole], known: Sequence[Acceptance], today: datetime.date) -> tuple[list[str], bool]:
    """Lines to show, and whether something has to be done."""
    lines, failed = [], False
    for each in found:
        acceptance = next((line for line in known if line.covers(each, today)), None)
        said = f"{each.package} {each.version}: {' '.join(each.names)} {each.summary}".rstrip()
        if acceptance:
            lines.append(f"{said} — accepted until {acceptance.until}: {acceptance.reason}")
        elif each.fixed:
            lines.append(f"{said} — FIXED in {', '.join(each.fixed)}: run `make lock`, or accept it in {ACCEPTED.name}")
            failed = True
        else:
            lines.append(f"{said} — no fix yet")
    return lines, failed


def main(root: Path = REPOSITORY) -> int:
    """The command."""
    dependencies = everything(root)
    try:
        with httpx.Client(base_url=os.environ.get("OSV_URL") or SERVICE, timeout=TIMEOUT) as service:
            found = list(holes(service, dependencies))
    except (httpx.HTTPError, ValueError, KeyError) as failure:
        print(
            f"audit: {len(dependencies)} dépendances NON vérifiées, le service d'avis ne répond pas / "
            f"dependencies NOT audited, the advisory service does not answer ({_cause(failure)})"
        )
        return 0
    lines, failed = verdict(found, accepted(), datetime.datetime.now(datetime.UTC).date())
    print("\n".join([*lines, f"audit: {len(dependencies)} dependencies, {len(found)} known vulnerabilities"]))
    return 1 if failed else 0


def _cause(failure: Exception) -> str:
    status = failure.response.status_code if isinstance(failure, httpx.HTTPStatusError) else ""
    return f"{type(failure).__name__} {status}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
