"""`python -m cli …`, or `./vigie …` at the root of the project."""

import typer

from cli.audit.commands import group as audit
from cli.backup.commands import backup, hash_now, restore
from cli.dead_letters.commands import group as dead_letters
from cli.doctor.commands import doctor
from cli.pack.commands import group as pack
from cli.reconcile.commands import reconcile
from cli.replay.commands import replay
from cli.retention.commands import group as retention
from cli.trace.commands import trace

app = typer.Typer(
    name="vigie",
    help="Commande de l'exploitant de Vigie. / The Vigie operator's command.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(pack, name="pack")
app.add_typer(audit, name="audit")
app.add_typer(retention, name="retention")
app.add_typer(dead_letters, name="dead-letters")
app.command("replay")(replay)
app.command("reconcile")(reconcile)
app.command("doctor")(doctor)
app.command("trace")(trace)
app.command("backup")(backup)
app.command("restore")(restore)
app.command("state-hash")(hash_now)


@app.callback()
def vigie() -> None:
    """Commande de l'exploitant de Vigie. / The Vigie operator's command."""


if __name__ == "__main__":
    app(prog_name="vigie")
