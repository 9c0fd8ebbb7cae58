"""The commands: they read options, call, print, and choose the exit code."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from cli.exit_codes import ExitCode
from cli.pack.delivery import Delivered, NotDelivered, Refused, deliver
from cli.pack.extract import extract_warning
from cli.pack.summary import applied, errors_found, summary
from cli.stack_record import dispatch_urls, service_token
from schemas.pack.files import LoadedPack, load_with_warnings
from schemas.pack.findings import PackInvalid

group = typer.Typer(
    help="Packs de ville : vérifier, montrer, appliquer. / City packs: check, show, apply.",
    no_args_is_help=True,
)

Folder = Annotated[
    Path, typer.Argument(metavar="DOSSIER", help="Dossier du pack. / The pack's folder, e.g. deploy/cities/metz")
]
Overlays = Annotated[
    list[Path] | None,
    typer.Option("--overlay", metavar="DOSSIER", help="Surcouche, répétable. / Overlay folder, repeatable."),
]
Json = Annotated[bool, typer.Option("--json", help="Tout le pack en JSON. / The whole pack as JSON.")]
Dispatch = Annotated[
    str | None,
    typer.Option("--dispatch", metavar="URL", help="Porte de dispatch. / Dispatch door (default: stack.json)."),
]


@group.command("check")
def check(folder: Folder, overlay: Overlays = None) -> None:
    """Vérifie un pack ; code 1 et toutes les erreurs s'il est refusé. / Check a pack; exit 1 with every error."""
    loaded = _loaded(folder, overlay)
    print("\n".join([summary(loaded), *extract_warning(loaded.pack)]))


@group.command("show")
def show(folder: Folder, overlay: Overlays = None, as_json: Json = False) -> None:
    """Montre le pack tel qu'il serait appliqué. / Show the pack as it would be applied."""
    loaded = _loaded(folder, overlay)
    if as_json:
        print(json.dumps(loaded.pack.model_dump(mode="json"), ensure_ascii=False, indent=2))
    else:
        print(summary(loaded))


@group.command("apply")
def apply(folder: Folder, overlay: Overlays = None, dispatch: Dispatch = None) -> None:
    """Applique un pack à un centre en marche, sans redémarrage. / Apply a pack to a running centre, no restart.

    Codes : 0 appliqué ou déjà en vigueur, 1 pack refusé, 3 dispatch injoignable.
    / 0 applied or already in force, 1 pack refused, 3 dispatch cannot be reached.
    """
    loaded = _loaded(folder, overlay)
    for finding in loaded.warnings:
        typer.echo(str(finding), err=True)
    try:
        delivered: Delivered = deliver(loaded.pack, [dispatch] if dispatch else dispatch_urls(), service_token())
    except Refused as refused:
        _fail(str(refused), ExitCode.REFUSED)
    except NotDelivered as problem:
        _fail(str(problem), ExitCode.UNREACHABLE)
    print(applied(loaded.pack, delivered))


def _loaded(folder: Path, overlays: list[Path] | None) -> LoadedPack:
    try:
        return load_with_warnings(folder, overlays or [], datetime.now(UTC))
    except PackInvalid as invalid:
        _fail(errors_found(invalid), ExitCode.REFUSED)


def _fail(message: str, code: ExitCode) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)
