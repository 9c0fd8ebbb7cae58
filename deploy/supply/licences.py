"""Which licence each shipped dependency has, and whether policy.toml allows it.

What is known stands in THIRD_PARTY.md, one row a dependency, so that the answer does not depend on the machine. A row
comes from policy.toml (read by a person), else from the npm lock, else from what the installed package declares.
Fit for .venv-tools only: license-expression and pip-licenses live there.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boolean.boolean import ParseError
from license_expression import ExpressionError, get_spdx_licensing

from deploy.supply.locks import Dependency

POLICY = Path(__file__).with_name("policy.toml")
TABLE = "THIRD_PARTY.md"
UNKNOWN = "UNKNOWN"
_ROW = re.compile(
    r"^\| (?P<kind>pypi|npm|maven) \| (?P<name>\S+) \| (?P<version>\S+) \| (?P<licence>.+) \|$", re.MULTILINE
)
_OWN = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")
_SPDX = get_spdx_licensing()


@dataclass(frozen=True)
class Policy:
    """policy.toml."""

    allowed: frozenset[str]
    stated: Mapping[str, str]
    """`kind/name` (for jars `maven/group`) → SPDX expression, read by a person."""
    words: Mapping[str, str]

    @classmethod
    def read(cls, file: Path = POLICY) -> Policy:
        """Reads the file."""
        said = tomllib.loads(file.read_text())
        return cls(
            frozenset(name for names in said["allowed"].values() for name in names), said["stated"], said["words"]
        )

    def says_of(self, dependency: Dependency) -> str | None:
        """What a person stated of it."""
        group = dependency.key.rpartition("/")[0] if dependency.kind == "maven" else dependency.key
        return self.stated.get(group)

    def spdx(self, words: str) -> str | None:
        """The words of a package as an SPDX expression, or None if they are none."""
        text = self.words.get(words, words)
        try:
            return str(_SPDX.parse(text, validate=True)) if text != UNKNOWN else None
        except (ExpressionError, ParseError):
            return None

    def allows(self, expression: str) -> bool:
        """Of an OR one side must be allowed, of an AND all. What is no SPDX expression is not allowed."""
        try:
            return self._allows(_SPDX.parse(expression))
        except (ExpressionError, ParseError):
            return False

    def _allows(self, node: Any) -> bool:
        if isinstance(node, _SPDX.OR):
            return any(self._allows(part) for part in node.args)
        if isinstance(node, _SPDX.AND):
            return all(self._allows(part) for part in node.args)
        name = str(node)
        return name in self.allowed and (_OWN.fullmatch(name) is not None or not _SPDX.unknown_license_keys(name))


def declared(python: Path) -> dict[str, tuple[str, ...]]:
    """What each package of an environment declares, best first; by normalised name."""
    command = (
        sys.executable,
        "-m",
        "piplicenses",
        f"--python={python}",
        "--from=all",
        "--with-system",
        "--format=json",
    )
    packages = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    kinds = ("License-Expression", "License-Metadata", "License-Classifier")
    return {
        re.sub(r"[-_.]+", "-", package["Name"]).lower(): tuple(package[kind] for kind in kinds) for package in packages
    }


def licence_of(dependency: Dependency, policy: Policy, installed: Mapping[str, tuple[str, ...]]) -> str:
    """An SPDX expression, or UNKNOWN."""
    stated = policy.says_of(dependency)
    if stated:
        return stated
    said = installed.get(dependency.name, ()) if dependency.kind == "pypi" else (dependency.licence,)
    return next((spdx for words in said if words and (spdx := policy.spdx(words))), UNKNOWN)


def table(dependencies: Iterable[Dependency], policy: Policy, installed: Mapping[str, tuple[str, ...]]) -> str:
    """The text of THIRD_PARTY.md."""
    rows = sorted({(d.kind, d.name, d.version, licence_of(d, policy, installed)) for d in dependencies})
    return "\n".join(
        (
            "# What Vigie is handed out with",
            "",
            "Dependencies in the bundle (`make bundle`), the images and the built pages, each unchanged. Written by",
            "`make licences` from the locks; `deploy/supply/policy.toml` says what is allowed and why.",
            "",
            "| from | name | version | licence (SPDX) |",
            "|---|---|---|---|",
            *(f"| {kind} | {name} | {version} | {licence} |" for kind, name, version, licence in rows),
            "",
        )
    )


def rows(text: str) -> dict[tuple[str, str, str], str]:
    """(kind, name, version) → licence."""
    return {(row["kind"], row["name"], row["version"]): row["licence"] for row in _ROW.finditer(text)}


def complaints(
    dependencies: Iterable[Dependency], text: str, policy: Policy, installed: Mapping[str, tuple[str, ...]]
) -> Iterator[str]:
    """One line for each dependency without a row, with an unknown or a forbidden licence, or that now says another."""
    known = rows(text)
    wanted = {(d.kind, d.name, d.version): d for d in dependencies}
    for key, dependency in sorted(wanted.items()):
        licence = known.get(key)
        if licence is None:
            yield f"{dependency.purl}: not in {TABLE}: run `make licences`"
        elif licence == UNKNOWN:
            yield f"{dependency.purl}: licence unknown: read it and state it in {POLICY.name}"
        elif not policy.allows(licence):
            yield f"{dependency.purl}: {licence} is not allowed by {POLICY.name}"
        elif (now := licence_of(dependency, policy, installed)) not in (licence, UNKNOWN):
            yield f"{dependency.purl}: {TABLE} says {licence}, the package {now}: run `make licences`"
    for kind, name, version in sorted(known.keys() - wanted.keys()):
        yield f"{TABLE}: {kind} {name} {version} is in no lock: run `make licences`"
