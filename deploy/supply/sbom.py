"""CycloneDX documents from the locks: the same locks give the same bytes, so no time and no random serial number.

A lock knows which packages there are, not which needs which: all hang directly from Vigie. Fit for .venv-tools only.
"""

from __future__ import annotations

import functools
import tomllib
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

from cyclonedx.factory.license import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from deploy.supply.licences import TABLE, UNKNOWN, rows
from deploy.supply.locks import KAFKA_LOCK, NPM_LOCK, SHIPPED_PYTHON, Dependency, jar_lock, npm_lock, python_lock

SERVICES_LOCK = "requirements-services.lock"


def documents(root: Path) -> dict[str, str]:
    """File name → JSON. Raises ValueError if one does not fit the schema."""
    known = rows((root / TABLE).read_text())
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    services = {dependency.purl for dependency in python_lock(root / SERVICES_LOCK)}
    python = [dependency for lock in SHIPPED_PYTHON for dependency in python_lock(root / lock)]
    parts = {
        "vigie-python": (python, services),
        "vigie-pages": (npm_lock(root / NPM_LOCK, production=True), None),
        "vigie-kafka": (jar_lock(root / KAFKA_LOCK), None),
    }
    return {
        f"{name}.cdx.json": valid(document(name, version, part, known, required))
        for name, (part, required) in parts.items()
    }


def document(
    name: str,
    version: str,
    dependencies: Iterable[Dependency],
    known: Mapping[tuple[str, str, str], str],
    required: set[str] | None = None,
) -> str:
    """One document. What is not in `required` (purls; None: all) is marked optional: the services run without it."""
    root = Component(name=name, version=version, type=ComponentType.APPLICATION, bom_ref=name)
    bom = Bom()
    bom.metadata.component = root
    bom.metadata.timestamp = None
    for dependency in sorted(dependencies):
        licence = known.get((dependency.kind, dependency.name, dependency.version), UNKNOWN)
        optional = required is not None and dependency.purl not in required
        bom.components.add(_component(dependency, licence, optional))
    bom.register_dependency(root, bom.components)
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, "".join(sorted(str(c.purl) for c in bom.components)))
    return str(JsonV1Dot6(bom).output_as_string(indent=1)) + "\n"


def valid(text: str) -> str:
    """The document itself. Raises ValueError with the first way in which it does not fit the CycloneDX 1.6 schema."""
    failure = _validator().validate_str(text)
    if failure is not None:
        raise ValueError(f"not CycloneDX 1.6: {failure}")
    return text


@functools.cache
def _validator() -> JsonStrictValidator:
    """Reading the schema takes a second and a half."""
    return JsonStrictValidator(SchemaVersion.V1_6)


def _component(dependency: Dependency, licence: str, optional: bool) -> Component:
    group, _, name = dependency.name.rpartition("/")
    # A release on PyPI has a file for each kind of machine; a scanner may meet any of them.
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in dependency.sha256]
    if dependency.sha512:
        hashes.append(HashType(alg=HashAlgorithm.SHA_512, content=dependency.sha512))
    licences = [] if licence == UNKNOWN else [_licence(licence)]
    return Component(
        name=name,
        group=group or None,
        version=dependency.version,
        type=ComponentType.LIBRARY,
        bom_ref=dependency.purl,
        purl=PackageURL.from_string(dependency.purl),
        hashes=hashes,
        licenses=licences,
        scope=ComponentScope.OPTIONAL if optional else ComponentScope.REQUIRED,
    )


def _licence(expression: str) -> LicenseExpression:
    made = LicenseFactory().make_from_string(expression)
    return made if isinstance(made, LicenseExpression) else LicenseExpression(expression)
