"""GNU telnetd in the laboratory, behind a super-server: it takes its connection from standard input."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.server import needs
from tests.lab.super_server import super_server

COMMAND = ("/usr/sbin/telnetd", "-h", "-E", "/bin/sh -c 'echo -n \"laboratory login: \"; read name'")


@contextlib.contextmanager
def telnetd(folder: Path, address: str, *, port: int = 23) -> Iterator[None]:
    """Serve telnetd with a prompt that leads nowhere. `folder` is made, for the form's sake."""
    needs("telnetd")
    if os.geteuid() != 0:
        pytest.skip("laboratory: telnetd wants a terminal that only root gives it")
    folder.mkdir(parents=True, exist_ok=True)
    with super_server(COMMAND, address, port):
        yield
