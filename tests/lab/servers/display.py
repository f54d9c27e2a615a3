"""A display number that no X server of this machine has: its lock and its socket are files that all share."""

import secrets
from pathlib import Path


def free_display(first: int = 100, last: int = 899) -> int:
    """One of the numbers, at random; up to 9 where a display's TCP port has to be X11's usual one."""
    while True:
        number = first + secrets.randbelow(last - first + 1)
        if not Path(f"/tmp/.X{number}-lock").exists() and not Path(f"/tmp/.X11-unix/X{number}").exists():
            return number
