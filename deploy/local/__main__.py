"""Commands of the embedded stack: `python -m deploy.local run | up | down | demo | status | fetch`."""

from __future__ import annotations

import argparse
import asyncio
import sys

from deploy.local.background import down, up
from deploy.local.commands import fetch, run, status
from deploy.local.demonstration import demo
from deploy.local.run import Interrupted
from deploy.local.sentences import StackError
from deploy.local.settings import read_settings

INTERRUPTED = 130  # what a shell reports for a program ended by Ctrl-C


def arguments() -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("run", "up", "demo"):
        command = commands.add_parser(name)
        command.add_argument("--only", default="", help="parts to start, comma separated (default: all)")
        if name == "run":
            command.add_argument("--report-to", type=int, default=None, help="descriptor to report progress to")
    for name in ("down", "status", "fetch"):
        commands.add_parser(name)
    return parser.parse_args()


def main() -> int:
    """Returns the exit code; every foreseen failure is one sentence."""
    given = arguments()
    only = tuple(name for name in getattr(given, "only", "").split(",") if name)
    try:
        settings = read_settings()
        match given.command:
            case "run":
                return asyncio.run(run(settings, only, given.report_to))
            case "up":
                return up(settings, only)
            case "demo":
                return asyncio.run(demo(settings, only))
            case "down":
                return down(settings)
            case "status":
                return status(settings)
            case _:
                return fetch(settings)
    except StackError as failure:
        print(failure.sentence, file=sys.stderr)
        return failure.sentence.exit_code
    except (Interrupted, KeyboardInterrupt):
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
