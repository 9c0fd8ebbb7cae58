"""Runs the Dockerfile's steps where there is no Docker: its last two Python stages in a bare Debian root, by chroot.

    mmdebstrap --variant=minbase --include=python3,python3-venv bookworm ROOT
    python -m deploy.image_steps ROOT dispatch [ARGUMENTS …]     as root; ends as the image's process ends

The base images differ in who built Python; everything after FROM is the file's own. The stage `pages` is `make web`,
done before. What .dockerignore leaves out is left out here as far as it matters: __pycache__.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
FROM_OUTSIDE = ("PIP_", "SSL_CERT", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy")

MACHINE = ("etc/resolv.conf", "etc/ssl/certs/ca-certificates.crt")
"""How this machine reaches a package index; the second matters only where a network has a CA of its own."""


@dataclass
class Image:
    """A root folder with what the instructions so far have said."""

    root: Path
    arguments: dict[str, str]
    environ: dict[str, str] = field(default_factory=lambda: {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"})
    folder: str = "/"
    user: str = "0:0"
    entrypoint: list[str] = field(default_factory=list)

    def filled(self, text: str) -> str:
        """With `$NAME` and `${NAME}` of ARG and ENV put in."""
        known = {**self.arguments, **self.environ}
        return re.sub(r"\$\{?(\w+)\}?", lambda found: known.get(found[1], ""), text)

    def copy(self, words: list[str]) -> None:
        """COPY from the repository or the built pages; the other Python stage was made in this same root."""
        origin = words.pop(0).removeprefix("--from=") if words[0].startswith("--from=") else None
        if origin == "packages":
            return
        source = REPOSITORY / (words[0].lstrip("/") if origin is None else "web/dist")
        target = self.root / str(Path(self.folder) / words[1]).lstrip("/")
        if words[1].endswith("/"):
            target /= source.name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)

    def run(self, command: list[str]) -> int:
        """One command inside, as the user and in the folder of now. Exit code."""
        outside = {name: value for name, value in os.environ.items() if name.startswith(FROM_OUTSIDE)}
        inside = ["/bin/sh", "-c", 'cd "$0" && exec "$@"', self.folder, *command]
        known = {**outside, **self.arguments, **self.environ}
        return subprocess.run(["/usr/sbin/chroot", f"--userspec={self.user}", self.root, *inside], env=known).returncode


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Keyword and rest of each instruction, continued lines joined, comments left out."""
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    for line in filter(None, lines.replace("\\\n", " ").splitlines()):
        keyword, _, rest = line.strip().partition(" ")
        yield keyword, rest.strip()


def perform(image: Image, keyword: str, rest: str) -> None:
    """One instruction. Raises SystemExit where its command fails."""
    match keyword:
        case "COPY":
            image.copy(image.filled(rest).split())
        case "ENV":
            image.environ |= {name: image.filled(value) for name, value in re.findall(r'(\w+)="?([^"\s]*)"?', rest)}
        case "WORKDIR":
            image.folder = rest
            (image.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
        case "USER":
            image.user = rest
        case "ENTRYPOINT":
            image.entrypoint = json.loads(rest)
        case "RUN":
            if code := image.run(["/bin/sh", "-c", rest]):
                raise SystemExit(f"RUN ended with {code}: {rest}")


def main(root: Path, service: str, arguments: list[str]) -> int:
    """Exit code of the image's process with these arguments."""
    image = Image(root, {"SERVICE": service})
    (root / "usr/local/bin/python").unlink(missing_ok=True)
    (root / "usr/local/bin/python").symlink_to("/usr/bin/python3")  # where the base image has its own
    for file in MACHINE:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path("/") / file, root / file)
    stage = ""
    for keyword, rest in instructions((REPOSITORY / "deploy" / "Dockerfile").read_text()):
        if keyword == "FROM":
            stage = rest
            image.folder, image.user = "/", "0:0"
        if stage.endswith(" AS pages"):
            continue
        sys.stderr.write(f"{keyword} {rest[:100]}\n")
        perform(image, keyword, rest)
    return image.run([*image.entrypoint, *arguments])


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
