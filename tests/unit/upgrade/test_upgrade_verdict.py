"""What `make upgrade-test` says about a run, and the order that it follows."""

import re
from pathlib import Path
from typing import Any

import pytest

from deploy.local.layout import REPOSITORY
from tests.upgrade.rolling import BEFORE, ORDER
from tests.upgrade.table import holds, table
from tests.upgrade.versions import NoSuchVersion, unpacked

PAGES = [REPOSITORY / "docs" / language / "admin" / "upgrade.md" for language in ("fr", "en")]


def line(**changed: Any) -> dict[str, Any]:
    """A run in which all went well, but for what is given."""
    return {
        "passed": True,
        "sent": 4146,
        "acknowledged": 3972,
        "lost": 0,
        "doubled": 0,
        "urgent": 86,
        "urgent_unseen": 0,
        "worst_urgent_ms": 4444.0,
        "load_average": 2.5,
        "wrong": [],
        "notes": {"versions": ["a (0005)", "b (0007)"], "steps": [["topics", 10.0, 12.5, 80.0]]},
        **changed,
    }


def test_a_good_run_says_so() -> None:
    """Steps with their seconds and the longest wait meanwhile, figures, verdict."""
    said = table(line(), 120.0)
    assert holds(line())
    assert re.search(r"sujets / topics +2\.5 s +80 ms\n", said)
    assert re.search(r"longest wait +4,444 ms\n", said)
    assert said.endswith("mise à jour réussie / upgraded")


@pytest.mark.parametrize("wrong", [{"passed": False, "wrong": ["signal x: no outcome"]}, {"urgent_unseen": 1}])
def test_a_bad_run_fails(wrong: dict[str, Any]) -> None:
    """An invariant that broke, and an SOS that reached nobody, end in failure; what was wrong is said."""
    assert not holds(line(**wrong))
    said = table(line(**wrong), 120.0)
    assert said.endswith("ÉCHEC / FAILED")
    assert all(sentence in said for sentence in wrong.get("wrong", []))


def test_it_follows_the_order_that_administrators_are_told() -> None:
    """roll-out.sh and the guides in both languages name steps and services in the order that the test takes."""
    script = (REPOSITORY / "deploy" / "kubernetes" / "roll-out.sh").read_text("utf-8")
    [services] = re.findall(r"^for service in (.+); do$", script, re.M)
    assert services.split() == [name for name in ORDER if name not in ("dispatch-2", "pack")]
    assert ORDER.index("pack") == ORDER.index("dispatch-2") + 1
    words = {"topics": "schemas.topics create", "dispatch-2": "/health/ready"}
    words |= {name: f"services.{name.removeprefix('migrate-')} migrate" for name in BEFORE if name != "topics"}
    words |= {"pack": "./vigie pack apply", "dispatch": "2. "}
    for page in PAGES:
        text = page.read_text("utf-8").partition("roll-out.sh")[2]
        at = [text.index(words.get(name, f"`{name}`")) for name in (*BEFORE, *ORDER)]
        assert at == sorted(at), page


def test_an_unknown_version_is_named(tmp_path: Path) -> None:
    """One sentence with what to do, before anything is started."""
    with pytest.raises(NoSuchVersion, match="no-such-tag"), unpacked("no-such-tag", tmp_path, tmp_path):
        raise AssertionError("it was unpacked")
