"""NATS in the laboratory: for anybody, or with a password; in the clear, or with a step into TLS."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running


@contextlib.contextmanager
def nats(
    folder: Path, address: str, *, port: int = 4222, password: str | None = None, tls: tuple[Path, Path] | None = None
) -> Iterator[None]:
    """Run nats-server; `tls` is a certificate and its key. `folder` is made."""
    needs("nats-server")
    folder.mkdir(parents=True, exist_ok=True)
    command: list[str | Path] = ["/usr/sbin/nats-server", "-a", address, "-p", str(port)]
    command += ["--user", "device", "--pass", password] if password else []
    command += ["--tls", "--tlscert", tls[0], "--tlskey", tls[1]] if tls else []
    with running(command, address=address, ports=[port], folder=folder):
        yield
