"""`tagloop backup` and `restore`."""

from pathlib import Path
from typing import Annotated

import typer

from tagloop.commands.common import DataFolder
from tagloop.exit_codes import EXIT_SOME_WRONG


def backup(
    *,
    folder: Annotated[
        Path,
        typer.Argument(help="Folder to write to. A second backup to it copies only new files."),
    ],
    data: DataFolder = None,
) -> None:
    """Write everything to a folder: database, originals, heads, keys.

    The services may run meanwhile.

    Every file is compared with its digest. The exit code is 1 if one could not be backed up.
    """
    from tagloop.admin.backup.place import existing
    from tagloop.admin.backup.save import backup as save

    with existing(data) as place:
        made = save(place, folder)
    print(
        f"{folder} has {made.rows('images'):,} images, {made.rows('corrections'):,} corrections, "
        f"{made.rows('models'):,} versions and {made.rows('api_keys'):,} keys."
    )
    for key in made.missing:
        print(f"{key} is missing from the storage; its row is in the backup.")
    for key in made.damaged:
        print(f"{key} is damaged in the storage; its row is in the backup, the file is not.")
    if made.missing or made.damaged:
        # Nightly jobs check the exit code.
        raise typer.Exit(EXIT_SOME_WRONG)


def restore(
    *,
    folder: Annotated[Path, typer.Argument(help="Folder that `tagloop backup` wrote.")],
    data: DataFolder = None,
) -> None:
    """Restore a backup into an empty database and storage. Start the services afterwards."""
    from tagloop.admin.backup.place import fresh
    from tagloop.admin.backup.restore import restore as bring_back

    with fresh(data) as place:
        made = bring_back(folder, place)
    print(
        f"{made.rows('images'):,} images, {made.rows('corrections'):,} corrections, "
        f"{made.rows('models'):,} versions and {made.rows('api_keys'):,} keys are restored, as of "
        f"{made.made_at}."
    )
