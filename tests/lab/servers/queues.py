"""Job queues in the laboratory: beanstalkd and gearmand, neither of which knows a login."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running


@contextlib.contextmanager
def beanstalkd(folder: Path, address: str, *, port: int = 11300) -> Iterator[None]:
    """Run beanstalkd without a journal. `folder` is made."""
    needs("beanstalkd")
    folder.mkdir(parents=True, exist_ok=True)
    with running(["/usr/bin/beanstalkd", "-l", address, "-p", str(port)], address=address, ports=[port], folder=folder):
        yield


@contextlib.contextmanager
def gearmand(folder: Path, address: str, *, port: int = 4730) -> Iterator[None]:
    """Run gearmand with one thread. `folder` is made."""
    needs("gearmand")
    folder.mkdir(parents=True, exist_ok=True)
    command: list[str | Path] = ["/usr/sbin/gearmand", "-L", address, "-p", str(port), "-l", "stderr", "-t", "1"]
    with running(command, address=address, ports=[port], folder=folder):
        yield
