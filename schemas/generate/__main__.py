"""`python -m schemas.generate [--check]`: exit code 1 if `--check` finds a file that differs from the models."""

import argparse
import sys

from schemas.generate.files import drift, generated, write


def main() -> int:
    """Write or check; prints a line for each file that changes or differs."""
    parser = argparse.ArgumentParser(prog="python -m schemas.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="say what would change, and change nothing")
    check = parser.parse_args().check
    wanted = generated()
    lines = drift(wanted)
    for line in lines:
        print(line)
    if check:
        if lines:
            print("Run `python -m schemas.generate` and commit the result.", file=sys.stderr)
        return 1 if lines else 0
    write(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
