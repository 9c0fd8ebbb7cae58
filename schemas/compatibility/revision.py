"""The contract of a git revision, and the present one."""

import json
import subprocess
from pathlib import Path

import yaml

from schemas.compatibility.contract import Contract, topic_of
from schemas.generate.json_schemas import json_schemas
from schemas.topics.files import topics

ROOT = Path(__file__).resolve().parents[2]
JSON_FOLDER = "schemas/json/"
TOPIC_FOLDER = "schemas/topics/"


class UnknownRevision(Exception):
    """Git does not know it, or this is not a git checkout; the message says what git said."""


def present() -> Contract:
    """What the models and topic files say now."""
    return Contract(json_schemas(), {name: topic_of(file.model_dump()) for name, file in topics().items()})


def at_revision(revision: str, root: Path = ROOT) -> Contract:
    """What was committed then; empty where nothing was generated yet. Raises UnknownRevision."""
    files = _git(root, "ls-tree", "-r", "--name-only", revision, JSON_FOLDER, TOPIC_FOLDER).split()
    texts = {Path(file): _git(root, "show", f"{revision}:{file}") for file in files}
    return Contract(
        schemas={path.stem: json.loads(text) for path, text in texts.items() if path.suffix == ".json"},
        topics={path.stem: topic_of(yaml.safe_load(text)) for path, text in texts.items() if path.suffix == ".yaml"},
    )


def default_base(root: Path = ROOT) -> str:
    """The last tag, since that is what runs somewhere; else the commit before this one."""
    try:
        return _git(root, "describe", "--tags", "--abbrev=0").strip()
    except UnknownRevision:
        return "HEAD~1"


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    except FileNotFoundError as missing:
        raise UnknownRevision("git is not installed") from missing
    except subprocess.CalledProcessError as failed:
        raise UnknownRevision(failed.stderr.strip()) from failed
    return done.stdout
