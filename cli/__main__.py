"""`python -m cli …`, or `./vigie …` at the root of the project."""

import typer

from cli.pack.commands import group as pack
from cli.replay.commands import replay

app = typer.Typer(
    name="vigie",
    help="Commande de l'exploitant de Vigie. / The Vigie operator's command.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(pack, name="pack")
app.command("replay")(replay)


@app.callback()
def vigie() -> None:
    """Commande de l'exploitant de Vigie. / The Vigie operator's command."""


if __name__ == "__main__":
    app(prog_name="vigie")
