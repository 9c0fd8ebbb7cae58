"""What was done with dead letters, in PostgreSQL: table `dispatch.dead_letter_acts`."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import psycopg

from cli.dead_letters.reading import Found


class Act(StrEnum):
    """What an operator did."""

    SHOWN = "shown"
    REPLAYED = "replayed"
    DISCARDED = "discarded"

    @property
    def settles(self) -> bool:
        """True where nothing is left to do about the letter."""
        return self is not Act.SHOWN


@dataclass(frozen=True, slots=True)
class Acts:
    """The record, over one connection that commits each line at once."""

    connection: psycopg.Connection

    @classmethod
    def at(cls, database_url: str) -> "Acts":
        """Raises psycopg.Error if the database does not answer."""
        return cls(psycopg.connect(database_url, autocommit=True, connect_timeout=5, application_name="vigie-cli"))

    def settled(self) -> dict[str, Act]:
        """The letters that were replayed or discarded, by id, with the last of these acts."""
        query = "SELECT letter_id, act FROM dispatch.dead_letter_acts WHERE act <> 'shown' ORDER BY at"
        return {letter: Act(act) for letter, act in self.connection.execute(query).fetchall()}

    def write(self, act: Act, found: Iterable[Found], actor: str, reason: str | None = None) -> None:
        """Adds one line a letter."""
        rows = [(str(uuid.uuid4()), each.letter.id, each.letter.topic, act.value, actor, reason) for each in found]
        with self.connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO dispatch.dead_letter_acts (id, letter_id, topic, act, actor, reason, at)"
                " VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp())",
                rows,
            )
