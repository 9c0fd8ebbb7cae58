"""`python -m deploy.supply licences | check | sbom`, in .venv-tools: see the package."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from deploy.supply.licences import TABLE, UNKNOWN, Policy, complaints, declared, rows, table
from deploy.supply.locks import shipped
from deploy.supply.sbom import documents

REPOSITORY = Path(__file__).resolve().parents[2]


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m deploy.supply")
    parser.add_argument("command", choices=["licences", "check", "sbom"])
    parser.add_argument("--root", type=Path, default=REPOSITORY)
    parser.add_argument("--python", type=Path, default=REPOSITORY / ".venv" / "bin" / "python")
    parser.add_argument("--to", type=Path, default=REPOSITORY / "var" / "sbom")
    given = parser.parse_args()
    if given.command == "licences":
        return licences(given.root, given.python)
    if given.command == "check":
        return check(given.root, given.python)
    return sbom(given.root, given.to)


def licences(root: Path, python: Path) -> int:
    """Writes THIRD_PARTY.md; exit code 1 if a licence is unknown."""
    text = table(shipped(root), Policy.read(), declared(python))
    (root / TABLE).write_text(text)
    unknown = [f"{name} {version}" for (_, name, version), licence in rows(text).items() if licence == UNKNOWN]
    print(f"{TABLE}: {len(rows(text))} rows" + (f", unknown: {', '.join(unknown)}" if unknown else ""))
    return 1 if unknown else 0


def check(root: Path, python: Path) -> int:
    """Licences against the policy, and that the SBOM can be made and is valid."""
    text = (root / TABLE).read_text() if (root / TABLE).exists() else ""
    found = list(complaints(shipped(root), text, Policy.read(), declared(python)))
    if found:
        print("\n".join(found))
        return 1
    print(f"licences: {len(rows(text))} known and allowed; sbom: {len(documents(root))} documents, CycloneDX 1.6")
    return 0


def sbom(root: Path, folder: Path) -> int:
    """Writes the documents."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in documents(root).items():
        (folder / name).write_text(text)
        print(folder / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
