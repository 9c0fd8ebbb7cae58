"""docs/security.md: each line names a test, and each named test exists."""

import ast
import re
from functools import cache

import pytest

from deploy.local.layout import REPOSITORY

DOCUMENT = (REPOSITORY / "docs" / "security.md").read_text("utf-8")
LINES = [
    line
    for line in DOCUMENT.split("## Lines")[1].split("## ")[0].splitlines()
    if line.startswith("|") and "---" not in line
][1:]


@cache
def names_in(path: str) -> frozenset[str]:
    """Names of the test functions of a file."""
    tree = ast.parse((REPOSITORY / path).read_text("utf-8"))
    found = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in found if node.name.startswith("test_"))


@pytest.mark.parametrize("line", LINES)
def test_each_line_is_checked(line: str) -> None:
    """A threat without a test that exists is not held."""
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert len(cells) == 4
    named = re.findall(r"`(tests/[^`:]+\.py)::(test_\w+)`", cells[3])
    assert named
    for path, test in named:
        assert test in names_in(path)
