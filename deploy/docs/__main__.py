"""`python -m deploy.docs`: builds docs/ into var/docs; exit code 1 on any warning, dead link or address elsewhere."""

import subprocess
import sys

from deploy.docs.links import faults
from deploy.local.layout import REPOSITORY

BUILDER = REPOSITORY / ".venv-docs" / "bin" / "zensical"
SITE = REPOSITORY / "var" / "docs"


def main() -> int:
    """Builds strictly, then reads every page that was built."""
    built = subprocess.run([BUILDER, "build", "--strict", "--clean"], cwd=REPOSITORY, check=False)
    if built.returncode != 0:
        return 1
    wrong = faults(SITE)
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        return 1
    print(f"{SITE / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
