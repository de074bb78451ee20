"""The command line: `tagloop up`, `tag`, `correct`, `retrain` and the other commands."""

import os
import sys

import typer

from shared.errors import TagloopError, Unavailable
from tagloop.commands import connect, labels, pictures, tags, xmp
from tagloop.commands.admin import backup, keys, owner, stack
from tagloop.commands.learning import backbone, models, training
from tagloop.exit_codes import EXIT_SOME_WRONG

app = typer.Typer(
    help="Self-hosted image tagging that learns from its users.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(stack.up)
app.command()(pictures.tag)
app.command()(pictures.add)
app.command()(pictures.search)
app.command()(labels.correct)
app.command()(labels.export)
app.command("import-labels")(labels.import_labels)
app.command()(training.retrain)
app.command()(training.retag)
app.command("learn-words")(training.learn_words)
app.add_typer(tags.app, name="tags")
app.add_typer(models.app, name="models")
app.add_typer(backbone.app, name="backbone")
app.add_typer(keys.app, name="keys")
app.add_typer(owner.app, name="owner")
app.add_typer(xmp.app, name="xmp")
app.add_typer(connect.app, name="connect")
app.command("eval")(pictures.evaluate)
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(stack.doctor)


def main() -> None:
    """Run the command line; an expected error becomes one sentence and exit code 1."""
    try:
        app()
    except TagloopError as error:
        print(error, file=sys.stderr)
        if isinstance(error, Unavailable):
            if "--data" in sys.argv:
                print("If Tagloop does not run there, start it: make up DATA=…", file=sys.stderr)
            elif not _names_database():
                print("The database of a `make up` is in its folder: --data data", file=sys.stderr)
        sys.exit(EXIT_SOME_WRONG)


def _names_database() -> bool:
    settings = ("TAGLOOP_DATABASE_URL", "TAGLOOP_DATABASE_URL_FILE")
    return any(name in os.environ for name in settings)


if __name__ == "__main__":
    main()
