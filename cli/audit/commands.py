"""`vigie audit verify`: options, words and exit codes."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from cli.exit_codes import Compared
from cli.replay.commands import Database, found_database

if TYPE_CHECKING:
    from services.dispatch.audit import Mark

group = typer.Typer(help="Registre des accès. / The access register.", no_args_is_help=True)
WORDS = {
    "missing": ("une ligne manque avant celle-ci", "an entry is missing before this one"),
    "changed": ("cette ligne a été modifiée", "this entry was changed"),
    "detached": ("cette ligne ne suit pas la précédente", "this entry does not follow the one before"),
    "unsigned": (
        "cet effacement n'est pas signé, ou par une autre clé",
        "this destruction is not signed, or by another key",
    ),
    "cut_off": ("des lignes connues ont disparu", "entries that were known are gone"),
}
Marks = Annotated[
    list[str] | None,
    typer.Option(
        "--mark",
        metavar="POSITION:HASH",
        help="Repère noté plus tôt, répétable. / A mark that was noted earlier, repeatable.",
    ),
]
Key = Annotated[
    str | None,
    typer.Option("--key", metavar="HEX", help="Clé publique attendue des effacements. / Public key of destructions."),
]
Json = Annotated[bool, typer.Option("--json", help="Un objet JSON. / One JSON object.")]


@group.callback()
def audit() -> None:
    """Registre des accès. / The access register."""


@group.command("verify")
def verify_register(mark: Marks = None, key: Key = None, database: Database = None, as_json: Json = False) -> None:
    """Vérifie la chaîne du registre. / Check the register's chain.

    Notez la tête affichée hors de la base : donnée plus tard par --mark, elle
    prouve que rien d'antérieur n'a été réécrit.
    / Note the head that is shown outside the database: given later as --mark,
    it proves that nothing before it was written anew.

    Codes : 0 intact, 1 des défauts, 2 usage ou base. / 0 intact, 1 faults, 2 usage or database.
    """
    from services.dispatch.audit import NotReadable, verify

    marks = [_mark(text) for text in mark or []]
    try:
        verdict = verify(found_database(database), marks, None if key is None else _key(key))
    except NotReadable as error:
        typer.echo(f"Base illisible : {error}. / The database cannot be read.", err=True)
        raise typer.Exit(Compared.TROUBLE) from error
    head = f"{verdict.head.position}:{verdict.head.hash.hex()}"
    if as_json:
        faults = [{"position": found.position, "fault": found.fault} for found in verdict.faults]
        typer.echo(
            json.dumps({"entries": verdict.entries, "head": head, "faults": faults, "keys": sorted(verdict.keys)})
        )
    else:
        for found in verdict.faults:
            french, english = WORDS[found.fault]
            typer.echo(f"{found.position:>10}  {french} / {english}")
        said = f"{len(verdict.faults)} défaut(s) / faults" if verdict.faults else "intact"
        typer.echo(f"{verdict.entries} lignes / entries, {said}\ntête / head  {head}")
        for public in sorted(verdict.keys):
            typer.echo(f"effacements signés par / destructions signed by  {public}")
    raise typer.Exit(Compared.DIFFERENT if verdict.faults else Compared.SAME)


def _mark(text: str) -> "Mark":
    from services.dispatch.audit import Mark

    position, _, digest = text.partition(":")
    try:
        return Mark(int(position), bytes.fromhex(digest))
    except ValueError:
        typer.echo(f"--mark {text!r} : POSITION:HASH attendu. / expected.", err=True)
        raise typer.Exit(Compared.TROUBLE) from None


def _key(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        typer.echo("--key : hexadécimal attendu. / hexadecimal expected.", err=True)
        raise typer.Exit(Compared.TROUBLE) from None
