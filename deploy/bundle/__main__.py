"""`python -m deploy.bundle build | trial`; see the package. Every foreseen failure is one sentence."""

from __future__ import annotations

import argparse
import sys

from deploy.bundle.building import build
from deploy.bundle.trial import trial
from deploy.local.sentences import StackError
from deploy.local.settings import read_settings


def say(line: str) -> None:
    """A line of progress."""
    print(f"bundle           | {line}", flush=True)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m deploy.bundle")
    parser.add_argument("command", choices=["build", "trial"])
    command = parser.parse_args().command
    try:
        settings = read_settings()
        archive = build(settings.cache, settings.var / "bundle", say)
        return trial(archive, settings.demo_seconds or 20, say) if command == "trial" else 0
    except StackError as failure:
        print(failure.sentence, file=sys.stderr)
        return failure.sentence.exit_code


if __name__ == "__main__":
    sys.exit(main())
