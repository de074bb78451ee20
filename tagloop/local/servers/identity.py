"""Choose the user that Postgres runs as when root starts the stack: Postgres refuses to be root."""

import os
import pwd
import signal
import subprocess
from pathlib import Path

from tagloop.local.errors import LocalStackError
from tagloop.local.supervisor.child import Program, launch_command

UNPRIVILEGED_ACCOUNT = "nobody"
PROBE_TIMEOUT_SECONDS = 20.0
# As the shell sees it: $0 is the data folder, $1 the program.
PROBE_SCRIPT = 'test -w "$0" && "$1" --version'


def choose_identity(program: Path, folder: Path) -> tuple[str, ...]:
    """Return options of launch.py with which the program runs and can write to the folder.

    For an ordinary user: none. For root: a user namespace, else an unprivileged account; no system
    user is created and no folder is opened. Gives the folder to the chosen user.
    Raises LocalStackError when neither works.
    """
    if os.geteuid() != 0:
        return ()
    for options, uid, gid in candidates():
        give_folder(folder, uid, gid)
        if can_run(program, folder, options):
            return options
    raise LocalStackError(
        f"Postgres refuses to run as root, and neither a user namespace nor the account "
        f"{UNPRIVILEGED_ACCOUNT} can reach {folder}; start Tagloop as an ordinary user."
    )


def candidates() -> list[tuple[tuple[str, ...], int, int]]:
    """Return launch options, each with the user and group id that the files must have."""
    found: list[tuple[tuple[str, ...], int, int]] = [(("--user-namespace",), 0, 0)]
    try:
        account = pwd.getpwnam(UNPRIVILEGED_ACCOUNT)
    except KeyError:
        return found
    ids = f"{account.pw_uid}:{account.pw_gid}"
    return [*found, (("--account", ids), account.pw_uid, account.pw_gid)]


def can_run(program: Path, folder: Path, options: tuple[str, ...]) -> bool:
    """Return whether the program starts with these options and can use the folder."""
    command = ("/bin/sh", "-c", PROBE_SCRIPT, str(folder), str(program))
    trial = Program("probe", command, {}, identity=options, death_signal=signal.SIGKILL)
    finished = subprocess.run(
        launch_command(trial), capture_output=True, timeout=PROBE_TIMEOUT_SECONDS, check=False
    )
    return finished.returncode == 0


def give_folder(folder: Path, uid: int, gid: int) -> None:
    """Make the user the owner of the folder and everything in it."""
    if folder.stat().st_uid == uid:
        return
    for part in (*folder.rglob("*"), folder):
        os.chown(part, uid, gid, follow_symlinks=False)
