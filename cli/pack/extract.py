"""Whether the street map that a pack names lies on this machine; only a warning, for it may lie elsewhere."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from schemas.pack.pack import CityPack

REPOSITORY = Path(__file__).resolve().parents[2]


def extract_warning(pack: CityPack, environ: Mapping[str, str] = os.environ) -> list[str]:
    """Where the extract is absent, or another file of that name: one sentence, French first; else nothing."""
    named = pack.centre.street_extract
    if named is None:
        return []
    path = extracts_dir(environ) / named.file
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return [
            f"attention : carte {named.file} absente de {path.parent} ; déposez-la sur chaque machine de dispatch, "
            "sinon les rues du pack ou la ligne droite la remplacent\n"
            f"    warning: extract {named.file} is not in {path.parent}; put it on each dispatch machine, else the "
            "pack's streets or straight lines stand in"
        ]
    if found == named.sha256:
        return []
    return [
        f"attention : {path} a le SHA-256 {found}, le pack en demande un autre ; corrigez l'un des deux\n"
        f"    warning: {path} has SHA-256 {found}, the pack names another; correct one of them"
    ]


def extracts_dir(environ: Mapping[str, str]) -> Path:
    """VIGIE_EXTRACTS_DIR, else as a dispatch with this VIGIE_STATE_DIR has it, else the local stack's."""
    if environ.get("VIGIE_EXTRACTS_DIR"):
        return Path(environ["VIGIE_EXTRACTS_DIR"])
    if environ.get("VIGIE_STATE_DIR"):
        return Path(environ["VIGIE_STATE_DIR"]) / "extracts"
    return Path(environ.get("VIGIE_VAR") or REPOSITORY / "var") / "extracts"
