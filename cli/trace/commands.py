"""`vigie trace`: finds the trace, reads, draws."""

import re
from pathlib import Path
from typing import Annotated, NoReturn

import psycopg
import typer
from rich.console import Console

from cli.exit_codes import ExitCode
from cli.picture import save_svg
from cli.stack_record import database_url, folder
from cli.trace.drawing import drawn
from cli.trace.spans import place, read

TRACE_ID = re.compile(r"[0-9a-f]{32}")
What = Annotated[
    str,
    typer.Argument(metavar="TRACE|INCIDENT", help="Numéro de trace, ou d'incident. / A trace's or an incident's id."),
]
Traces = Annotated[
    Path | None, typer.Option("--traces", metavar="DOSSIER", help="Où sont les *.jsonl. / Where the *.jsonl are.")
]
Svg = Annotated[Path | None, typer.Option("--svg", metavar="FICHIER", help="Garde l'image. / Keeps the picture.")]
Database = Annotated[
    str | None, typer.Option("--database-url", envvar="DATABASE_URL", help="Base de dispatch. / Dispatch's database.")
]


def trace(what: What, traces: Traces = None, svg: Svg = None, database: Database = None) -> None:
    """Le chemin d'une alarme à travers les services. / An alarm's way through the services.

    Lit ce que les services ont écrit sur cette machine ; avec un collecteur, regardez plutôt dans Grafana.
    Reads what the services wrote on this machine; with a collector, look into Grafana instead.
    """
    trace_id = what if TRACE_ID.fullmatch(what) else _of_incident(what, database or database_url())
    where = traces or folder() / "traces"
    found = read(sorted(where.glob("*.jsonl")), trace_id)
    if not found:
        _end(
            ExitCode.REFUSED,
            f"Rien de la trace {trace_id} dans {where} : elle n'a pas été gardée, ou ailleurs.",
            f"Nothing of trace {trace_id} in {where}: it was not recorded, or elsewhere.",
        )
    console = Console(record=svg is not None, width=140 if svg else None)
    console.print(f"trace {trace_id}", highlight=False)
    console.print(drawn(place(found)))
    if svg is not None:
        save_svg(console, svg, f"vigie trace {trace_id}")


def _of_incident(incident: str, url: str | None) -> str:
    if url is None:
        _end(
            ExitCode.UNREACHABLE,
            "Base inconnue : donnez --database-url, ou le numéro de trace qui est sur la fiche.",
            "Database unknown: give --database-url, or the trace's id that stands on the card.",
        )
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            query = "SELECT traceparent FROM dispatch.incidents WHERE id::text = %s"
            row = connection.execute(query, (incident,)).fetchone()
    except psycopg.OperationalError as error:
        _end(ExitCode.UNREACHABLE, "PostgreSQL ne répond pas.", f"PostgreSQL does not answer ({type(error).__name__}).")
    if row is None or row[0] is None:
        _end(ExitCode.REFUSED, f"Pas d'incident tracé {incident}.", f"No traced incident {incident}.")
    return str(row[0]).split("-")[1]


def _end(code: ExitCode, french: str, english: str) -> NoReturn:
    typer.echo(f"{french}\n{english}", err=True)
    raise typer.Exit(code)
