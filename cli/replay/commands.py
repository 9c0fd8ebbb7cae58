"""`vigie replay`: reads options, runs, prints, and chooses the exit code."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from cli.exit_codes import Compared
from cli.pack.summary import errors_found
from cli.stack_record import database_url, folder
from schemas.pack.files import load_pack
from schemas.pack.findings import PackInvalid
from schemas.pack.pack import CityPack

From = Annotated[
    str,
    typer.Option(
        "--from", metavar="INSTANT", help="Début, compris : 2026-11-22T18:00, +01:00 ou Z possible. / Begin, included."
    ),
]
To = Annotated[str, typer.Option("--to", metavar="INSTANT", help="Fin, non comprise. / End, excluded.")]
Pack = Annotated[
    Path | None,
    typer.Option("--pack", metavar="DOSSIER", help="Pack aux consignes changées. / Pack with changed run cards."),
]
Overlays = Annotated[
    list[Path] | None,
    typer.Option("--overlay", metavar="DOSSIER", help="Surcouche du pack, répétable. / Overlay, repeatable."),
]
Database = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        metavar="URL",
        envvar="DATABASE_URL",
        help="Base de dispatch ; par défaut celle de stack.json. / Dispatch's database (default: stack.json).",
    ),
]
Incident = Annotated[
    str | None, typer.Option("--incident", metavar="ID", help="Un seul événement. / One incident only.")
]
Json = Annotated[bool, typer.Option("--json", help="Une ligne JSON par écart, puis le bilan. / JSON lines.")]


def replay(
    begin: From,
    end: To,
    pack: Pack = None,
    overlay: Overlays = None,
    database: Database = None,
    incident: Incident = None,
    as_json: Json = False,
) -> None:
    """Réévalue les décisions enregistrées, montre les écarts. / Evaluate recorded decisions again, show differences.

    Sans --pack, rien ne doit différer. Avec --pack, chaque décision est
    réévaluée avec les consignes de ce pack ; les équipages restent où et
    comme ils étaient.

    Without --pack nothing must differ. With --pack each decision is evaluated
    with that pack's run cards; units stay where and as they were.

    Un instant sans décalage est à l'heure de cette machine.
    / An instant without an offset is this machine's local time.

    Exemples / Examples:

      ./vigie replay --from 2026-11-22T18:00 --to 2026-11-23T06:00

      ./vigie replay --from 2026-11-01 --to 2026-12-01 --pack mon-pack --json

    Après une démonstration / After a demo: make up ONLY=postgres

    Codes : 0 rien ne diffère, 1 des écarts, 2 usage, pack ou base.
    / 0 nothing differs, 1 differences, 2 usage, pack or database.
    """
    # Here, not above: it loads all of dispatch's decisions, which the other commands do without.
    from cli.replay.running import Wanted, run

    wanted = Wanted(
        begin=_instant(begin, "--from"),
        end=_instant(end, "--to"),
        incident=incident,
        changed=_changed(pack, overlay or []),
        as_json=as_json,
    )
    if wanted.end <= wanted.begin:
        _fail("--to doit être après --from. / --to must be after --from.")
    raise typer.Exit(run(found_database(database), wanted))


def _instant(said: str, option: str) -> datetime:
    try:
        return datetime.fromisoformat(said).astimezone()
    except (ValueError, OverflowError):
        _fail(
            f"{option} {said!r} n'est pas un instant ISO 8601, par exemple 2026-11-22T18:00+01:00.\n"
            f"{option} {said!r} is not an ISO 8601 instant, such as 2026-11-22T18:00+01:00."
        )


def _changed(pack: Path | None, overlays: list[Path]) -> CityPack | None:
    if pack is None:
        if overlays:
            _fail("--overlay demande --pack. / --overlay needs --pack.")
        return None
    try:
        return load_pack(pack, overlays)
    except PackInvalid as invalid:
        _fail(errors_found(invalid))


def found_database(given: str | None) -> str:
    """The address given, else that of the running stack; ends the command where there is none."""
    url = given or database_url()
    if url is None:
        var = folder()
        _fail(
            f"Aucune base : rien ne tourne dans {var}. « make up ONLY=postgres » la démarre (les données d'une "
            "démonstration finie y sont encore), ou donnez --database-url URL.\n"
            f"No database: nothing runs in {var}. `make up ONLY=postgres` starts it (the data of a demo that ended are "
            "still there), or give --database-url URL."
        )
    return url


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(Compared.TROUBLE)
