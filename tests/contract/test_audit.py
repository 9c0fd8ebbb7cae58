"""The dependency audit against a small service that speaks the OSV API over HTTP."""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from deploy.supply import audit
from tests.contract.small_locks import jar, pinned, small_project

TODAY = datetime.date(2026, 11, 23)


def record(name: str, ecosystem: str, package: str, fixed: str | None, **more: Any) -> dict[str, Any]:
    """An advisory in OSV's form."""
    events = [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]
    affected = {
        "package": {"ecosystem": ecosystem, "name": package},
        "ranges": [
            {"type": "ECOSYSTEM", "events": events},
            {"type": "GIT", "events": [{"introduced": "0"}, {"fixed": "a1b2"}]},
        ],
    }
    return {"id": name, "summary": f"about {package}", "affected": [affected], **more}


class Advisories:
    """Holds records and which package has which; answers by pages of one id."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Any]] = {}
        self.of: dict[str, list[str]] = {}

    def add(self, purl: str, advisory: dict[str, Any]) -> None:
        """The package of this URL has it."""
        self.records[advisory["id"]] = advisory
        self.of.setdefault(purl, []).append(advisory["id"])

    def batch(self, queries: list[dict[str, Any]]) -> dict[str, Any]:
        """POST /v1/querybatch: results in the order of the questions, each a page."""
        results: list[dict[str, Any]] = []
        for query in queries:
            ids, page = self.of.get(query["package"]["purl"], []), int(query.get("page_token", 0))
            answer: dict[str, Any] = {"vulns": [{"id": ids[page]}]} if ids else {}
            results.append(answer | ({"next_page_token": str(page + 1)} if page + 1 < len(ids) else {}))
        return {"results": results}


@pytest.fixture
def advisories(monkeypatch: pytest.MonkeyPatch) -> Iterator[Advisories]:
    """The service, listening on this machine; OSV_URL names it."""
    held = Advisories()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            self.answer(held.batch(asked["queries"]))

        def do_GET(self) -> None:
            self.answer(held.records[self.path.rpartition("/")[2]])

        def answer(self, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
        thread.start()
        monkeypatch.setenv("OSV_URL", f"http://127.0.0.1:{server.server_port}")
        yield held
        server.shutdown()
        thread.join()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three kinds of dependency."""
    return small_project(tmp_path, pinned("jinja2", "3.1.2"), {"@a/b": "MIT"}, jar("org.x", "y", "1.0"))


def test_a_hole_with_a_fix_fails_in_each_kind_of_lock(
    root: Path, advisories: Advisories, capsys: pytest.CaptureFixture[str]
) -> None:
    """Python, npm and jars alike; an advisory of two names is one line, also when they are on two pages."""
    advisories.add("pkg:pypi/jinja2@3.1.2", record("GHSA-1", "PyPI", "Jinja2", "3.1.3", aliases=["CVE-1", "PYSEC-1"]))
    advisories.add("pkg:pypi/jinja2@3.1.2", record("PYSEC-1", "PyPI", "jinja2", "3.1.3", aliases=["CVE-1"]))
    advisories.add("pkg:npm/%40a/b@1.0.0", record("GHSA-2", "npm", "@a/b", "1.0.1"))
    advisories.add("pkg:maven/org.x/y@1.0", record("GHSA-3", "Maven", "org.x:y", "1.1"))
    assert audit.main(root) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(" — ")[0] for line in lines] == [
        "maven/org.x/y 1.0: GHSA-3 about org.x:y",
        "npm/@a/b 1.0.0: GHSA-2 about @a/b",
        "pypi/jinja2 3.1.2: GHSA-1 CVE-1 PYSEC-1 about Jinja2",
        "audit: 4 dependencies, 3 known vulnerabilities",
    ]
    assert "FIXED in 3.1.3: run `make lock`" in lines[2]


def test_a_hole_without_a_fix_and_a_withdrawn_one_pass(
    root: Path, advisories: Advisories, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing can be done about the first, which is shown; the second was none. A fix of a commit is no release."""
    advisories.add("pkg:pypi/jinja2@3.1.2", record("GHSA-4", "PyPI", "jinja2", None))
    advisories.add("pkg:npm/%40a/b@1.0.0", record("GHSA-5", "npm", "@a/b", "2", withdrawn="2026-01-01T00:00:00Z"))
    assert audit.main(root) == 0
    said = capsys.readouterr().out
    assert "GHSA-4 about jinja2 — no fix yet" in said
    assert "GHSA-5" not in said


@pytest.mark.parametrize(
    ("line", "passes"),
    [
        ({"id": "CVE-1", "package": "pypi/jinja2", "until": TODAY}, True),
        ({"id": "CVE-1", "package": "pypi/jinja2", "until": TODAY - datetime.timedelta(days=1)}, False),
        ({"id": "CVE-2", "package": "pypi/jinja2", "until": TODAY}, False),
        ({"id": "CVE-1", "package": "pypi/other", "until": TODAY}, False),
    ],
)
def test_what_is_accepted_passes_until_its_day(line: dict[str, Any], passes: bool) -> None:
    """By any of its names, for that package, with its reason shown; the day after it fails again."""
    found = audit.Hole("pypi/jinja2", "3.1.2", ("GHSA-1", "CVE-1"), "about", ("3.1.3",))
    lines, failed = audit.verdict([found], [audit.Acceptance(**line, reason="no template of others")], TODAY)
    assert failed is not passes
    assert ("no template of others" in lines[0]) is passes


def test_the_form_of_accepted_toml_is_the_one_its_comment_shows(tmp_path: Path) -> None:
    """Whoever takes the comment's marks away has a file that is read."""
    text = audit.ACCEPTED.read_text()
    shown = tmp_path / "accepted.toml"
    shown.write_text("\n".join(line.removeprefix("# ") for line in text.splitlines()[2:] if line.startswith("# ")))
    assert [line.package for line in audit.accepted(shown)] == ["pypi/jinja2"]
    assert all(line.reason for line in audit.accepted())


def test_without_an_answer_the_check_passes_and_says_so(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a closed network one line says that nothing was audited."""
    monkeypatch.setenv("OSV_URL", "http://127.0.0.1:9")
    assert audit.main(root) == 0
    said = capsys.readouterr().out
    assert said.startswith("audit: 4 dépendances NON vérifiées")
    assert "NOT audited" in said
    assert len(said.splitlines()) == 1


def test_an_error_of_the_service_is_no_clean_bill(
    root: Path, advisories: Advisories, capsys: pytest.CaptureFixture[str]
) -> None:
    """An answer that is not the API's counts as none."""
    advisories.batch = lambda queries: {"results": []}  # type: ignore[method-assign]
    assert audit.main(root) == 0
    assert "NOT audited" in capsys.readouterr().out
