"""What may be handed out, and the SBOM, asked of the real command on small locks."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from deploy.local.layout import REPOSITORY
from tests.contract.small_locks import digest, jar, pinned, small_project

KAFKA = jar("org.apache.kafka", "kafka-clients", "4.4.0")


def supply(command: str, root: Path) -> subprocess.CompletedProcess[str]:
    """Runs it where its libraries are, with this Python's packages as what is installed."""
    return subprocess.run(
        (
            *(REPOSITORY / ".venv-tools" / "bin" / "python", "-m", "deploy.supply", command, "--root", root),
            *("--to", root / "sbom", "--python", REPOSITORY / ".venv" / "bin" / "python"),
        ),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_allowed_gets_a_row_and_an_sbom_of_the_same_bytes(tmp_path: Path) -> None:
    """Licences come from package, npm lock and policy; a build tool is not handed out; two runs give the same bytes."""
    python = pinned("psycopg", "3.3.9", b"wheel") + pinned("scipy", "1.17.1")
    root = small_project(tmp_path, python, {"idb": "ISC"}, KAFKA)
    written = supply("licences", root)
    assert written.returncode == 0, written.stdout + written.stderr
    text = (root / "THIRD_PARTY.md").read_text()
    assert "| pypi | psycopg | 3.3.9 | LGPL-3.0-only |" in text
    assert "| pypi | scipy | 1.17.1 | BSD-3-Clause |" in text
    assert "| npm | idb | 1.0.0 | ISC |" in text
    assert "| maven | org.apache.kafka/kafka-clients | 4.4.0 | Apache-2.0 |" in text
    assert "builder" not in text

    assert supply("sbom", root).returncode == 0
    first = {file.name: file.read_bytes() for file in (root / "sbom").iterdir()}
    assert set(first) == {"vigie-python.cdx.json", "vigie-pages.cdx.json", "vigie-kafka.cdx.json"}
    assert supply("sbom", root).returncode == 0
    assert {file.name: file.read_bytes() for file in (root / "sbom").iterdir()} == first
    psycopg = json.loads(first["vigie-python.cdx.json"])["components"][0]
    assert psycopg["purl"] == "pkg:pypi/psycopg@3.3.9"
    assert psycopg["licenses"] == [{"expression": "LGPL-3.0-only"}]
    assert psycopg["hashes"] == [{"alg": "SHA-256", "content": digest(b"wheel")}]


def test_what_is_forbidden_unknown_new_gone_or_changed_fails(tmp_path: Path) -> None:
    """`make check` ends with 1 and one line for each, and says nothing of an OR of which one side is allowed."""
    npm = {
        "agpl": "AGPL-3.0-only",
        "both": "MIT AND GPL-3.0-only",
        "choice": "(MIT OR GPL-3.0-only)",
        "odd": "see file",
    }
    python = pinned("idna", "3.20") + pinned("nobody-declares-this", "1.0")
    root = small_project(tmp_path, python, npm, jar("com.unheard.of", "jar", "1"))
    written = supply("licences", root)
    assert written.returncode == 1
    assert "unknown: com.unheard.of/jar 1, odd 1.0.0, nobody-declares-this 1.0" in written.stdout

    table = root / "THIRD_PARTY.md"
    changed = table.read_text().replace("| idna | 3.20 | BSD-3-Clause |", "| idna | 3.20 | MIT |")
    table.write_text(changed + "| npm | gone | 1.0.0 | MIT |\n")
    (root / "requirements.lock").write_text(python + pinned("click", "8.3.0"))
    checked = supply("check", root)
    assert checked.returncode == 1
    assert [line.partition(": ")[::2] for line in checked.stdout.splitlines()] == [
        ("pkg:maven/com.unheard.of/jar@1", "licence unknown: read it and state it in policy.toml"),
        ("pkg:npm/agpl@1.0.0", "AGPL-3.0-only is not allowed by policy.toml"),
        ("pkg:npm/both@1.0.0", "MIT AND GPL-3.0-only is not allowed by policy.toml"),
        ("pkg:npm/odd@1.0.0", "licence unknown: read it and state it in policy.toml"),
        ("pkg:pypi/click@8.3.0", "not in THIRD_PARTY.md: run `make licences`"),
        ("pkg:pypi/idna@3.20", "THIRD_PARTY.md says MIT, the package BSD-3-Clause: run `make licences`"),
        ("pkg:pypi/nobody-declares-this@1.0", "licence unknown: read it and state it in policy.toml"),
        ("THIRD_PARTY.md", "npm gone 1.0.0 is in no lock: run `make licences`"),
    ]
