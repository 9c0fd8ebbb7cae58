"""`vigie backup`, `vigie restore`, `vigie state-hash`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import psycopg
import typer

from cli.backup.binaries import NoBinary
from cli.backup.saving import Refused, ToolFailed, hash_of
from cli.backup.saving import backup as save
from cli.backup.saving import restore as put_back
from cli.backup.state_hash import StateHash
from cli.exit_codes import ExitCode
from cli.reaching import Database, Json, database, fail

File = Annotated[Path, typer.Argument(metavar="FICHIER", help="Le fichier de sauvegarde. / The backup file.")]
Force = Annotated[bool, typer.Option("--force", help="Écrase ce qui est là. / Replaces what is there.")]


def backup(file: File, force: Force = False, url: Database = None, as_json: Json = False) -> None:
    """Sauvegarde toute la base en un instant, services en marche. / Save the whole database while services run.

    Le fichier contient des données personnelles : mode 0600, à chiffrer s'il
    quitte la machine. Les positions de lecture de Kafka en font partie.

    The file holds personal data: mode 0600, encrypt it if it leaves the
    machine. Dispatch's Kafka offsets are part of it.

    Exemple / Example: ./vigie backup vigie-2026-11-22.dump
    """
    if file.exists() and not force:
        fail(f"{file} existe déjà (--force). / {file} exists (--force).", ExitCode.REFUSED)
    with _told():
        _show(save(database(url), file), as_json, f"{file} : {file.stat().st_size / 1e6:.1f} Mo")


def restore(file: File, force: Force = False, url: Database = None, as_json: Json = False) -> None:
    """Restaure une sauvegarde dans une base vide, services arrêtés. / Restore into an empty database, services stopped.

    Ensuite relancez dispatch : il relit Kafka depuis la sauvegarde et refait
    les mêmes fiches. Les gestes humains d'après la sauvegarde sont perdus.

    Then start dispatch: it reads Kafka on from the backup and makes the same
    incidents again. What people did after the backup is gone.

    Codes : 0 fait, 1 refusé, 3 base injoignable ou outil absent.
    / 0 done, 1 refused, 3 database out of reach or a program missing.
    """
    if not file.is_file():
        fail(f"{file} : pas de tel fichier. / no such file.", ExitCode.USAGE)
    with _told():
        _show(put_back(database(url), file, force=force), as_json, "Restauré. / Restored.")


def hash_now(url: Database = None, as_json: Json = False) -> None:
    """Empreinte des fiches, missions et engagements, pour comparer. / Hash of incidents, tasks and assignments."""
    with _told():
        _show(hash_of(database(url)), as_json, None)


def _show(found: StateHash, as_json: bool, done: str | None) -> None:
    if as_json:
        typer.echo(json.dumps({"hash": found.whole, "parts": found.parts, "counts": found.counts}))
        return
    if done:
        typer.echo(done)
    typer.echo(f"{found.whole}  ({', '.join(f'{name} {number}' for name, number in found.counts.items())})")


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        fail(str(refused), ExitCode.REFUSED)
    except NoBinary as missing:
        fail(str(missing))
    except ToolFailed as failed:
        fail(f"PostgreSQL a refusé. / PostgreSQL refused.\n{failed}", ExitCode.REFUSED)
    except psycopg.Error as error:
        fail(f"PostgreSQL : {type(error).__name__}. ./vigie doctor")
