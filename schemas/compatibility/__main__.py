"""`python -m schemas.compatibility [--base REV]`: exit code 1 on a breaking change, 2 if REV is unknown."""

import argparse
import sys

from schemas.compatibility.revision import UnknownRevision, at_revision, default_base, present
from schemas.compatibility.verdict import judge


def main() -> int:
    """Prints each change that matters with who must be deployed first."""
    parser = argparse.ArgumentParser(prog="python -m schemas.compatibility", description=__doc__)
    parser.add_argument("--base", metavar="REV", help="git revision to compare with (default: the last tag, or HEAD~1)")
    base = parser.parse_args().base or default_base()
    try:
        old = at_revision(base)
    except UnknownRevision as problem:
        print(f"Cannot read {base}: {problem}. Name another with --base.", file=sys.stderr)
        return 2
    findings = judge(old, present())
    for finding in findings:
        print(finding)
    breaking = sum(finding.breaking for finding in findings)
    print(f"{base}: {len(old.schemas)} schemas compared, {breaking} breaking, {len(findings) - breaking} need an order")
    return 1 if breaking else 0


if __name__ == "__main__":
    sys.exit(main())
