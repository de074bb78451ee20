"""Prepare a child process, then become the command: `launch.py OPTIONS -- COMMAND…`.

A program of its own, because what it does must happen in the child between fork and exec, where
running Python in a copy of a larger process is unsafe. It is run by its path with `python -I -S`
and imports nothing of the project, so it costs about 15 ms.

`--user-namespace` hides that the user is root: Postgres refuses to run as root, and in a user
namespace without a mapping the user id shows as 65534 while files are still reached as root's.
`--account UID:GID` is for places where namespaces are forbidden, such as most containers: the
process becomes that user for good and keeps one capability, to pass folders that are closed to it.
"""

import argparse
import ctypes
import os
import sys

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE = 1

libc = ctypes.CDLL(None, use_errno=True)


def check(result: int, what: str) -> None:
    """Raise OSError with the reason if a call of libc failed."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def enter_user_namespace() -> None:
    """Appear as the overflow user (65534) from now on, while root's files stay accessible."""
    check(libc.unshare(CLONE_NEWUSER), "unshare")


def become_account(uid: int, gid: int) -> None:
    """Become an unprivileged user that may still open files and folders that are closed to it."""
    check(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "keep capabilities")
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    bit = 1 << CAP_DAC_OVERRIDE
    # Two records of effective, permitted, inheritable; the second is for capabilities above 31.
    sets = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    check(libc.capset(header, sets), "capset")
    check(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0), "ambient")


def die_with_parent(signal_number: int, parent: int) -> None:
    """Have the kernel send the signal when the parent ends, however it ends."""
    check(libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0), "parent death signal")
    # The parent may have ended before the request was made.
    if os.getppid() != parent:
        sys.exit("the parent process has ended")


def main() -> None:
    """Apply the options in the only order that works, then exec the command."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--death-signal", type=int, required=True)
    parser.add_argument("--niceness", type=int, required=True)
    identity = parser.add_mutually_exclusive_group()
    identity.add_argument("--user-namespace", action="store_true")
    identity.add_argument("--account")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = options.command[1:]
    if options.user_namespace:
        enter_user_namespace()
    if options.account:
        uid, gid = options.account.split(":")
        become_account(int(uid), int(gid))
    os.nice(options.niceness)
    # Last, because a change of identity makes the kernel forget it.
    die_with_parent(options.death_signal, options.parent)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
