"""`vigie dead-letters list | show | replay | discard`."""

import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import psycopg
import typer
from confluent_kafka import KafkaException

from cli.dead_letters.acts import Act, Acts
from cli.dead_letters.reading import Found, dead_topics, letters
from cli.dead_letters.replaying import obstacle, send_back
from cli.exit_codes import ExitCode
from cli.reaching import Database, Json, actor, database, fail, kafka_config
from services.chassis.producer import DeliveryFailed

group = typer.Typer(
    help="Messages illisibles mis de côté. / Unreadable messages that were set aside.", no_args_is_help=True
)
Ids = Annotated[list[str], typer.Argument(metavar="ID…", help="Identifiants donnés par « list ». / Ids as listed.")]
Topic = Annotated[
    str | None, typer.Option("--topic", metavar="TOPIC", help="Topic d'origine. / Source topic, such as signals.")
]
All = Annotated[bool, typer.Option("--all", help="Aussi rejoués et écartés. / Also replayed and discarded ones.")]
Last = Annotated[int, typer.Option("--last", min=1, help="Les plus récents de chaque topic. / The newest of each.")]
Again = Annotated[bool, typer.Option("--again", help="Même déjà rejoué. / Even if replayed before.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXTE", help="Pourquoi, obligatoire. / Why, required.")]


@group.command("list")
def list_(
    topic: Topic = None, everything: All = False, last: Last = 50, as_json: Json = False, url: Database = None
) -> None:
    """Liste les messages mis de côté, sans leur contenu. / List what was set aside, without contents.

    Exemple / Example: ./vigie dead-letters list --topic signals
    """
    with _reached():
        settled = Acts.at(database(url)).settled()
        shown = 0
        for name in _names(topic):
            for found in deque(_open(kafka_config(), name, settled, everything), maxlen=last):
                shown += 1
                typer.echo(_json_line(found, settled) if as_json else _line(found, settled))
    if not shown and not as_json:
        typer.echo("Rien de mis de côté. / Nothing was set aside.")


@group.command("show")
def show(letter_id: Annotated[str, typer.Argument(metavar="ID")], url: Database = None) -> None:
    """Montre un message entier, données personnelles comprises ; cela est noté. / Show one whole; this is recorded."""
    with _reached():
        [found] = _wanted(kafka_config(), [letter_id])
        Acts.at(database(url)).write(Act.SHOWN, [found], actor())
    content = found.letter.model_dump(mode="json") | {"text": found.raw.decode("utf-8", "replace")}
    typer.echo(json.dumps(content, ensure_ascii=False, indent=1))


@group.command("replay")
def replay(letter_ids: Ids, again: Again = False, url: Database = None) -> None:
    """Renvoie des messages à leur topic d'origine, tels quels ; cela est noté. / Send back as they were; recorded.

    À faire une fois la cause corrigée : sinon ils reviennent ici.
    / Once the cause is mended: otherwise they come back here.

    Codes : 0 fait, 1 refusé (rien n'est parti), 3 Kafka ou base injoignable.
    / 0 done, 1 refused (nothing was sent), 3 Kafka or database out of reach.
    """
    with _reached():
        acts, config = Acts.at(database(url)), kafka_config()
        found = _wanted(config, letter_ids)
        settled = {} if again else acts.settled()
        refused = [
            f"{each.letter.id} : {why}" for each in found if (why := _done(settled, each) or obstacle(each)) is not None
        ]
        if refused:
            fail("\n".join(["Rien n'est parti. / Nothing was sent.", *refused]), ExitCode.REFUSED)
        send_back(config, found)
        acts.write(Act.REPLAYED, found, actor())
    typer.echo(f"{len(found)} renvoyé(s) / sent back: " + ", ".join(sorted({each.letter.topic for each in found})))


@group.command("discard")
def discard(letter_ids: Ids, reason: Reason, url: Database = None) -> None:
    """Écarte des messages pour de bon, avec un motif ; cela est noté. / Set aside for good, with a reason; recorded.

    Ils restent lisibles (--all) jusqu'à la fin de leur durée de conservation.
    / They stay readable (--all) until their retention ends.
    """
    if not reason.strip():
        fail("--reason est vide. / --reason is empty.", ExitCode.USAGE)
    with _reached():
        found = _wanted(kafka_config(), letter_ids)
        Acts.at(database(url)).write(Act.DISCARDED, found, actor(), reason.strip())
    typer.echo(f"{len(found)} écarté(s) / discarded")


def _names(topic: str | None) -> list[str]:
    try:
        return dead_topics(topic)
    except KeyError:
        fail(f"Topic {topic} inconnu. / Topic {topic} is not known.", ExitCode.USAGE)


def _open(config: dict[str, Any], name: str, settled: dict[str, Act], everything: bool) -> Iterator[Found]:
    return (found for found in letters(config, [name]) if everything or found.letter.id not in settled)


def _wanted(config: dict[str, Any], ids: list[str]) -> list[Found]:
    """The letters of these ids, each once. Ends the command if one is not there."""
    left, found = dict.fromkeys(ids), list[Found]()
    for each in letters(config, dead_topics()):
        if each.letter.id in left:
            del left[each.letter.id]
            found.append(each)
            if not left:
                break
    if left:
        fail(f"Inconnu(s) / not found: {', '.join(left)} (./vigie dead-letters list --all)", ExitCode.REFUSED)
    return found


def _done(settled: dict[str, Act], found: Found) -> str | None:
    act = settled.get(found.letter.id)
    words = {Act.REPLAYED: "déjà renvoyé (--again) / sent back before", Act.DISCARDED: "écarté / was discarded"}
    return words.get(act) if act else None


def _line(found: Found, settled: dict[str, Act]) -> str:
    letter = found.letter
    act = settled.get(letter.id, "")
    at = letter.at.astimezone().isoformat(timespec="seconds")
    place = f"{letter.topic}/{letter.partition}@{letter.offset}"
    return f"{letter.id}  {at}  {place}  {letter.reader}  {len(found.raw)} o  {letter.reason[:120]}  {act}".rstrip()


def _json_line(found: Found, settled: dict[str, Act]) -> str:
    kept = found.letter.model_dump(
        mode="json", include={"id", "topic", "partition", "offset", "reader", "reason", "at"}
    )
    return json.dumps(kept | {"bytes": len(found.raw), "act": settled.get(found.letter.id)}, ensure_ascii=False)


@contextmanager
def _reached() -> Iterator[None]:
    """Ends the command with one sentence where Kafka or PostgreSQL is out of reach."""
    try:
        yield
    except (KafkaException, DeliveryFailed, TimeoutError) as error:
        fail(f"Kafka ne répond pas : {error}. / Kafka does not answer. ./vigie doctor")
    except psycopg.Error as error:
        fail(f"PostgreSQL : {type(error).__name__}. ./vigie doctor (base à jour ? / is the database migrated?)")
