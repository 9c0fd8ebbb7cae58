"""Shows that the archive needs nothing: unpacked, installed and run in a network namespace that holds only `lo`.

HOME and TMPDIR are empty folders, no variable of the caller is passed on, pip and npm are told of a registry that
does not exist, and PATH holds Python, make and what every Linux has, no Java and no Node. Needs root
and util-linux's unshare.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from deploy.local.sentences import StackError, missing_tool

PROGRAMS = ("sh", "make", "awk", "cat", "dirname", "env", "find", "grep", "ls", "rm", "sed", "test", "uname")
"""Besides Python: make and what every Linux has."""
NOWHERE = "http://127.0.0.1:9/"
INSIDE = """
set -e
{ip} link set lo up
echo "trial            | adresses / addresses: $({ip} -brief address | tr -s ' ' | tr '\\n' ';')"
echo "trial            | routes: $({ip} route show table all type unicast | grep -vc 'dev lo') hors de / besides lo"
echo "trial            | PATH: $(ls -x -w 200 {path})"
export PATH={path}
make --no-print-directory demo DEMO_SECONDS={seconds}
test -f web/dist/index.html || {{ echo "pages absentes / no pages" >&2; exit 1; }}
"""


def trial(archive: Path, seconds: float, say: Callable[[str], None]) -> int:
    """Exit code of `make demo` in the unpacked archive. Raises StackError without root or unshare."""
    unshare, ip = shutil.which("unshare"), shutil.which("ip", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if unshare is None or ip is None or os.geteuid() != 0:
        tool = "root, unshare, ip"
        raise StackError(missing_tool(tool, "lancez en root, avec iproute2", "run it as root, with iproute2"))
    with tempfile.TemporaryDirectory(prefix="vigie-trial-") as folder:
        top = Path(folder)
        top.chmod(0o755)  # PostgreSQL runs as an ordinary account
        with tarfile.open(archive) as packed:
            packed.extractall(top, filter="data")
        root = top / archive.name.removesuffix(".tar.gz")
        path = _programs(top / "bin")
        script = INSIDE.format(ip=ip, path=path, seconds=seconds)
        say(f"« make demo » dans / in {root}, sans réseau / without a network")
        started = time.monotonic()
        done = subprocess.run((unshare, "--net", "sh", "-c", script), cwd=root, env=_environment(top), check=False)
        say(f"code {done.returncode}, {time.monotonic() - started:.0f} s")
    return done.returncode


def _programs(folder: Path) -> Path:
    """A folder for PATH that holds nothing else."""
    folder.mkdir()
    for name in PROGRAMS:
        found = shutil.which(name)
        if found is None:
            raise StackError(missing_tool(name, f"installez {name}", f"install {name}"))
        (folder / name).symlink_to(found)
    (folder / "python3").symlink_to(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}")
    return folder


def _environment(top: Path) -> dict[str, str]:
    for name in ("home", "tmp"):
        (top / name).mkdir()
    (top / "tmp").chmod(0o1777)
    return {
        "HOME": str(top / "home"),
        "TMPDIR": str(top / "tmp"),
        "PATH": "/usr/bin:/bin",  # for the lines before make's own
        "LANG": "C.UTF-8",
        "PIP_INDEX_URL": NOWHERE,
        "NPM_CONFIG_REGISTRY": NOWHERE,
    }
