"""The run-books (docs/runbooks) as tests read them, and all the words of the code that a page may name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import typer

from cli.__main__ import app
from deploy.local.layout import REPOSITORY

FOLDER = REPOSITORY / "docs" / "runbooks"
INDEX = FOLDER / "README.md"
FIRST = "## La première minute / The first minute"
LOOK, DO = "## Regarder / Look", "## Faire / Do"
HEADINGS = ("## Ce que cela veut dire / What it means", LOOK, DO, "## La provoquer / Make it happen")
TURN = "\n*In English*\n"
"""Stands between the French steps and the English ones."""
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
LOGGED = rf"log\.({'|'.join(sorted(LEVELS))})"


def pages() -> list[Path]:
    """Every page but the index."""
    return [path for path in sorted(FOLDER.glob("*.md")) if path != INDEX]


def parts() -> list[tuple[Path, str]]:
    """Every section with steps: the page and its heading."""
    return [(INDEX, FIRST), *((page, heading) for page in pages() for heading in (LOOK, DO))]


def section(page: Path, heading: str) -> str:
    """What stands under a heading. Raises IndexError where it is not there."""
    return re.split(r"^## .*\n", page.read_text("utf-8").split(heading + "\n")[1], maxsplit=1, flags=re.M)[0]


def steps(text: str) -> list[str]:
    """The numbered steps of a text."""
    return re.findall(r"^\d+\. (.*)$", text, re.M)


def both(page: Path, heading: str) -> tuple[list[str], list[str]]:
    """French steps and English ones. Raises ValueError where one language is missing."""
    french, english = section(page, heading).split(TURN)
    return steps(french), steps(english)


def quoted(text: str) -> list[str]:
    """What stands in backquotes."""
    return re.findall(r"`([^`]+)`", text)


@cache
def _sources() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(path.read_text("utf-8")) for path in sorted((REPOSITORY / "services").rglob("*.py")))


@cache
def literals() -> frozenset[str]:
    """Every string that a service has as such: reasons, checks, labels, loops. f-strings with a word for each hole."""
    found = set()
    for node in (node for tree in _sources() for node in ast.walk(tree)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            found.add(_template(node))
    return frozenset(found)


def _template(node: ast.JoinedStr) -> str:
    """`f"reads {self._topic}"` as `reads TOPIC`."""
    parts = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        elif isinstance(part, ast.FormattedValue):
            parts.append(ast.unparse(part.value).rpartition(".")[2].strip("_").upper())
    return "".join(parts)


@cache
def events() -> frozenset[str]:
    """The first argument of every `log.<level>(…)` in services/."""
    found = set()
    for node in (node for tree in _sources() for node in ast.walk(tree)):
        if isinstance(node, ast.Call) and node.args and re.fullmatch(LOGGED, ast.unparse(node.func)):
            named = [one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)]
            found |= {name for name in named if isinstance(name, str)}
    return frozenset(found)


@cache
def degradable() -> frozenset[str]:
    """Names of health checks that can be degraded: asked each time, or set to anything but ready or waiting."""
    return frozenset(name for tree in _sources() for name in _degradable(tree))


def _degradable(tree: ast.Module) -> Iterator[str]:
    constants = {
        target.id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not re.fullmatch(r"(\w+\.)*_?health\.(set|ask)", ast.unparse(node.func)):
            continue
        if node.func.attr == "set" and ast.unparse(node.args[1]) in {"State.READY", "State.WAITING"}:  # type: ignore[attr-defined]
            continue
        name = node.args[0]
        yield constants[name.id] if isinstance(name, ast.Name) else _text(name)


def _text(node: ast.expr) -> str:
    return _template(node) if isinstance(node, ast.JoinedStr) else str(ast.literal_eval(node))


@cache
def commands() -> dict[str, frozenset[str]]:
    """Each command of `./vigie`, such as `dead-letters list`, with its options."""
    found: dict[str, frozenset[str]] = {}

    def walk(command: typer.core.TyperCommand | typer.core.TyperGroup, name: str) -> None:
        for part, below in getattr(command, "commands", {}).items():
            walk(below, f"{name} {part}".strip())
        if not hasattr(command, "commands"):
            found[name] = frozenset(option for known in command.params for option in known.opts)

    walk(typer.main.get_command(app), "")  # type: ignore[arg-type]
    return found
