"""How the operators' tools reach Kafka and PostgreSQL: the environment first, else the stack of this machine."""

import getpass
import os
from typing import Annotated, Any, NoReturn

import typer

from cli.exit_codes import ExitCode
from cli.stack_record import database_url, folder, kafka_servers
from services.chassis.settings import ProcessSettings

Database = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        metavar="URL",
        envvar="DATABASE_URL",
        help="Base de dispatch ; par défaut celle de stack.json. / Dispatch's database (default: stack.json).",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Une ligne JSON par résultat. / One JSON line a result.")]


def kafka_config() -> dict[str, Any]:
    """librdkafka's settings, TLS and SASL as the services have them. Ends the command where no broker is known."""
    servers = os.environ.get("KAFKA_BOOTSTRAP_SERVERS") or kafka_servers()
    if servers is None:
        fail(
            f"Aucun Kafka : rien ne tourne dans {folder()}. Lancez « make up » ou posez KAFKA_BOOTSTRAP_SERVERS.\n"
            f"No Kafka: nothing runs in {folder()}. Run `make up`, or set KAFKA_BOOTSTRAP_SERVERS."
        )
    return {**ProcessSettings().kafka(), "bootstrap.servers": servers, "log_level": 0}


def database(given: str | None) -> str:
    """The database's URL, password included: never printed. Ends the command where none is known."""
    url = given or database_url()
    if url is None:
        fail(
            f"Aucune base : rien ne tourne dans {folder()}. Lancez « make up » ou donnez --database-url.\n"
            f"No database: nothing runs in {folder()}. Run `make up`, or give --database-url."
        )
    return url


def actor() -> str:
    """Who stands in the record of what a tool did: the machine's account."""
    return f"cli:{getpass.getuser()}"


def fail(message: str, code: int = ExitCode.UNREACHABLE) -> NoReturn:
    """Says what is wrong and what to do, and ends the command."""
    typer.echo(message, err=True)
    raise typer.Exit(code)
