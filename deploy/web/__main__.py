"""Commands of web/; see the package. Every foreseen failure is one sentence."""

from __future__ import annotations

import argparse
import sys

from deploy.local.sentences import StackError
from deploy.web import building, contract
from deploy.web.node import require_node

SCRIPTS = {"types": ["types"], "check": ["types:check", "check"], "test": ["test"], "format": ["format"]}
"""Command → scripts of package.json, in order."""


def say(line: str) -> None:
    """A line of progress, as bootstrap.py writes them."""
    print(f"web              | {line}", flush=True)


def run(command: str) -> None:
    """Raises StackError."""
    if command == "build":
        building.build(say)
        return
    if command == "without":
        say("suite sans les pages, l'API marche : « make web » plus tard / going on without: `make web` later")
        return
    if command in {"contract", "types"}:
        contract.write()
    if command == "contract":
        return
    node = require_node()
    building.install(node, say)
    for script in SCRIPTS[command]:
        building.npm(node, "run", script, "--silent")
    say(f"{command} : bien / fine")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m deploy.web")
    parser.add_argument("command", choices=["build", "built", "without", "contract", *SCRIPTS])
    command = parser.parse_args().command
    if command == "built":
        return 0 if building.is_built() or building.from_bundle() else 1
    try:
        run(command)
    except StackError as failure:
        print(failure.sentence, file=sys.stderr)
        return failure.sentence.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
