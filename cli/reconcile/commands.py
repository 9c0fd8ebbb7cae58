"""`vigie reconcile`."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Annotated

import typer
from confluent_kafka import KafkaException
from sqlalchemy.exc import SQLAlchemyError

from cli.exit_codes import Compared as Code
from cli.reaching import Database, Json, database, fail, kafka_config

From = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="INSTANT", help="Début, compris ; par défaut il y a 24 h. / Begin (default: 24 h ago)."
    ),
]
To = Annotated[
    str | None, typer.Option("--to", metavar="INSTANT", help="Fin, non comprise ; par défaut maintenant. / End (now).")
]
MOST_SHOWN = 200


def reconcile(begin: From = None, end: To = None, url: Database = None, as_json: Json = False) -> None:
    """Compare les signaux acquittés à leur suite. / Compare acknowledged signals with what became of them.

    Lit « signals » dans Kafka et la base de dispatch ; ne change rien. La même
    comparaison tourne toutes les 5 s dans dispatch et lève une alerte P1.

    Reads `signals` in Kafka and dispatch's database; changes nothing. Dispatch
    makes the same comparison every 5 s and raises a P1 alarm.

    Un signal trouvé sans suite : regardez ./vigie dead-letters list, puis le
    journal de screening à cette heure.
    / A signal without an outcome: see ./vigie dead-letters list, then
    screening's log of that time.

    Codes : 0 rien ne manque, 1 des écarts, 2 Kafka ou base injoignable.
    / 0 nothing is missing, 1 differences, 2 Kafka or database out of reach.
    """
    from cli.reconcile.comparing import Span, compare  # it loads dispatch, which other commands do without

    now = datetime.now().astimezone()
    span = Span(_instant(begin, now - timedelta(days=1)), _instant(end, now + timedelta(seconds=1)))
    if span.end <= span.begin:
        fail("--to doit être après --from. / --to must be after --from.", Code.TROUBLE)
    config, where = kafka_config(), database(url)
    try:
        found = asyncio.run(compare(where, config, span))
    except KafkaException as error:
        fail(f"Kafka ne répond pas : {error}. / Kafka does not answer.", Code.TROUBLE)
    except (SQLAlchemyError, OSError) as error:
        fail(f"PostgreSQL : {type(error).__name__}. ./vigie doctor", Code.TROUBLE)
    for each in found.different[: None if as_json else MOST_SHOWN]:
        line = {
            "signal_id": each.signal_id,
            "standing": each.standing,
            "centre": each.centre,
            "at": each.at.isoformat(),
            "place": f"signals/{each.partition}@{each.offset}",
        }
        typer.echo(json.dumps(line) if as_json else "  ".join(str(value) for value in line.values()))
    counts = {standing.value: number for standing, number in sorted(found.standings.items())}
    summary = {"compared": found.standings.total(), "different": len(found.different), "unreadable": found.unreadable}
    if as_json:
        typer.echo(json.dumps({**summary, "standings": counts}))
    else:
        number, lost, unreadable = summary.values()
        typer.echo(f"{number} signaux comparés, {lost} sans suite, {unreadable} illisibles")
        typer.echo(
            f"{number} signals compared, {lost} without an outcome or incident, {unreadable} unreadable  {counts}"
        )
    raise typer.Exit(Code.DIFFERENT if found.different else Code.SAME)


def _instant(said: str | None, otherwise: datetime) -> datetime:
    if said is None:
        return otherwise
    try:
        return datetime.fromisoformat(said).astimezone()
    except (ValueError, OverflowError):
        fail(f"{said!r} : pas un instant ISO 8601. / not an ISO 8601 instant.", Code.TROUBLE)
