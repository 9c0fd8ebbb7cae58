"""`vigie doctor`."""

import json
import os
from dataclasses import asdict

import psycopg
import typer
from confluent_kafka import KafkaException

from cli.doctor.findings import Area, Finding, Level, problem
from cli.reaching import Database, Json
from cli.stack_record import database_url, folder, kafka_servers, services
from services.chassis.settings import ProcessSettings


def doctor(url: Database = None, as_json: Json = False) -> None:
    """Dit ce qui ne va pas et quoi faire. / Say what is wrong and what to do.

    Kafka (topics, copies, retards), PostgreSQL (schéma, transactions), santé
    des services, disque, horloges, packs, alertes système. Ne change rien.

    Kafka (topics, copies, lag), PostgreSQL (schema, transactions), the
    services' health, disk, clocks, packs, system alarms. Changes nothing.

    Codes : 0 tout va bien, 1 au moins un avertissement ou problème.
    / 0 all is well, 1 at least one warning or problem.
    """
    found = list(_examine(url))
    for each in sorted(found, key=lambda known: list(Level).index(known.level), reverse=True):
        typer.echo(json.dumps(asdict(each), ensure_ascii=False) if as_json else _lines(each))
    raise typer.Exit(0 if all(each.level is Level.OK for each in found) else 1)


def _examine(url: str | None) -> list[Finding]:
    from cli.doctor import kafka, postgres  # they load dispatch, which other commands do without
    from cli.doctor import services as doors

    found: list[Finding] = []
    facts = postgres.Facts()
    where = url or database_url()
    if where is None:
        found.append(_unknown(Area.POSTGRESQL, "DATABASE_URL"))
    else:
        try:
            facts = postgres.ask(where)
            found += postgres.judge(facts)
        except psycopg.Error as error:
            found.append(postgres.away(error))
    servers = os.environ.get("KAFKA_BOOTSTRAP_SERVERS") or kafka_servers()
    if servers is None:
        found.append(_unknown(Area.KAFKA, "KAFKA_BOOTSTRAP_SERVERS"))
    else:
        config = {**ProcessSettings().kafka(), "bootstrap.servers": servers, "log_level": 0}
        try:
            found += kafka.examine(config, facts.read)
        except KafkaException as error:
            found.append(_stopped(error))
    found += doors.examine(services(), facts.packs)
    found.append(doors.judge_disk(folder()))
    return found


def _unknown(area: Area, variable: str) -> Finding:
    return problem(
        area,
        f"{area} : adresse inconnue, rien ne tourne dans {folder()}.",
        f"{area}: address unknown, nothing runs in {folder()}.",
        f"Lancez « make up », ou posez {variable}.",
        f"Run `make up`, or set {variable}.",
    )


def _stopped(error: KafkaException) -> Finding:
    return problem(
        Area.KAFKA,
        f"Kafka a cessé de répondre pendant l'examen ({error.args[0].name()}).",
        "Kafka stopped answering while it was looked at.",
        "Relancez ./vigie doctor ; puis vérifiez les brokers.",
        "Run ./vigie doctor again; then check the brokers.",
    )


def _lines(each: Finding) -> str:
    said = f"{each.level.mark} {each.fr}\n  {each.en}"
    return said if each.level is Level.OK else f"{said}\n    → {each.do_fr}\n    → {each.do_en}"
