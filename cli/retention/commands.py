"""`vigie retention run | holds`: options, words and exit codes."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from cli.exit_codes import ExitCode
from cli.replay.commands import Database, found_database

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
group = typer.Typer(help="Durées de conservation. / How long data are kept.", no_args_is_help=True)
DryRun = Annotated[bool, typer.Option("--dry-run", help="Compte seulement. / Only counts.")]
Json = Annotated[bool, typer.Option("--json", help="Un objet JSON. / One JSON object.")]
KEY = "RETENTION_KEY"


@group.callback()
def retention() -> None:
    """Durées de conservation. / How long data are kept."""


@group.command("run")
def run_now(database: Database = None, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Efface maintenant ce qui a dépassé sa durée. / Destroy now what is past its time.

    La clé qui signe (RETENTION_KEY ou RETENTION_KEY_FILE) et les durées
    (RETENTION_DAYS) sont celles de dispatch. Chaque lot laisse une ligne
    signée au registre des accès.
    / The signing key and the days are dispatch's; each batch leaves a signed
    line in the access register.

    Codes : 0 fait, 1 refusé (clé absente, déjà en cours), 2 usage, 3 base. / 0 done, 1 refused, 2 usage, 3 database.
    """
    from services.chassis.settings import load
    from services.dispatch.domain.retention import RULES
    from services.dispatch.retention import Busy, Retention, Seal
    from services.dispatch.settings import RetentionSettings

    settings = load(RetentionSettings)
    if settings.retention_key is None and not dry_run:
        typer.echo(
            f"{KEY} manque : rien n'est effacé sans signature. / {KEY} is missing: unsigned nothing goes.", err=True
        )
        raise typer.Exit(ExitCode.REFUSED)
    seal = Seal(settings.retention_key) if settings.retention_key else None

    async def act(engine: "AsyncEngine") -> dict[str, int]:
        job = Retention(engine, seal, settings.retention_days, by="command")
        return {str(name): number for name, number in (await (job.due() if dry_run else job.destroy())).items()}

    try:
        gone = _over(database, act)
    except Busy as error:
        typer.echo("Un effacement est en cours ailleurs. / Another process is at it.", err=True)
        raise typer.Exit(ExitCode.REFUSED) from error
    if as_json:
        typer.echo(json.dumps({"dry_run": dry_run, "rows": gone, "days": settings.retention_days}))
        return
    head = "à effacer / due" if dry_run else "effacées / gone"
    typer.echo(f"{'classe / class':<20} {'jours / days':>12} {head:>20}")
    for name in RULES:
        typer.echo(f"{name:<20} {settings.retention_days[name]:>12} {gone[name]:>20}")


@group.command("holds")
def list_holds(database: Database = None, as_json: Json = False) -> None:
    """Incidents gardés au-delà de leur durée. / Incidents kept past their time.

    Posés et levés par le chef de salle : POST /v1/legal-holds. / Set and lifted by a shift lead.
    """
    from sqlalchemy import select

    from services.dispatch.actions.holding import view
    from services.dispatch.store.tables import legal_holds

    async def act(engine: "AsyncEngine") -> list[dict[str, object]]:
        query = select(legal_holds).where(legal_holds.c.lifted_at.is_(None)).order_by(legal_holds.c.at)
        async with engine.connect() as conn:
            return [view(dict(row)) for row in (await conn.execute(query)).mappings()]

    found = _over(database, act)
    if as_json:
        typer.echo(json.dumps({"holds": found}))
        return
    for hold in found:
        typer.echo(f"{hold['at']}  {hold['incident_id']}  {hold['set_by']}  {hold['reason']}")
    typer.echo(f"{len(found)} en vigueur / in force")


def _over(database: str | None, act: "Callable[[AsyncEngine], Awaitable[T]]") -> T:
    """Runs over dispatch's database; it being away is one sentence without its password."""
    from sqlalchemy.exc import SQLAlchemyError

    from services.chassis.database import engine as connected

    async def over(url: str) -> T:
        engine = connected(url, "vigie-retention", pool=1)
        try:
            return await act(engine)
        finally:
            await engine.dispose()

    try:
        return asyncio.run(over(found_database(database)))
    except (SQLAlchemyError, OSError, ValueError) as error:
        typer.echo(f"Base illisible : {type(error).__name__}. / The database cannot be read.", err=True)
        raise typer.Exit(ExitCode.UNREACHABLE) from error
