"""`tagloop owner`: export, erase or exclude everything of one owner."""

from pathlib import Path
from typing import Annotated

import typer

from tagloop.commands.common import DataFolder

app = typer.Typer(
    help="Export or erase one owner's pictures, or exclude them from training.",
    no_args_is_help=True,
)

Owner = Annotated[str, typer.Argument(help="The owner's name, as it was sent with the pictures.")]


@app.command()
def export(
    *,
    name: Owner,
    to: Annotated[Path, typer.Option(help="New folder to write into.", show_default=False)],
    data: DataFolder = None,
) -> None:
    """Write the owner's pictures, tags and corrections to a folder."""
    from tagloop.admin.owners import export_owner
    from tagloop.local.settings import settings_of

    images = export_owner(settings_of(data), name, to)
    print(f"{images:,} pictures of {name!r} are in {to}.")


@app.command()
def erase(
    *,
    name: Owner,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: DataFolder = None,
) -> None:
    """Delete the owner's pictures, with everything that belongs to them, and keys, for good.

    The next fine-tune learns without them.
    """
    from tagloop.admin.owners import count_owner, erase_owner
    from tagloop.local.settings import settings_of

    settings = settings_of(data)
    if not yes:
        typer.confirm(
            f"Delete {count_owner(settings, name):,} pictures of {name!r} for good?", abort=True
        )
    print(f"{erase_owner(settings, name):,} pictures of {name!r} are deleted.")


@app.command()
def exclude(*, name: Owner, data: DataFolder = None) -> None:
    """Exclude the owner's pictures from training; `include` undoes this."""
    from shared.db.connection.engine import transaction
    from shared.db.owners.owners import count_images_of
    from shared.db.owners.owners import exclude as exclude_owner
    from tagloop.local.settings import open_database

    with transaction(open_database(data)) as connection:
        exclude_owner(connection, name)
        images = count_images_of(connection, name)
    print(f"Pictures of {name!r} are excluded from training; there are {images:,}.")


@app.command()
def include(*, name: Owner, data: DataFolder = None) -> None:
    """Include the owner's pictures in training again."""
    from shared.db.connection.engine import transaction
    from shared.db.owners.owners import include as include_owner
    from tagloop.local.settings import open_database

    with transaction(open_database(data)) as connection:
        include_owner(connection, name)
    print(f"Pictures of {name!r} are included in training again.")
