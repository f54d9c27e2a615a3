"""Redis in the laboratory: open to everybody, with a password, or in its protected mode."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running


@contextlib.contextmanager
def redis(
    folder: Path,
    address: str,
    *,
    port: int = 6379,
    password: str | None = None,
    protected: bool = False,
    settings: tuple[str, ...] = (),
) -> Iterator[None]:
    """Run redis-server without persistence; `settings` are further lines. `folder` is made.

    Protected mode trusts 127.0.0.1 itself, so that it only shows to clients from elsewhere: see `from_elsewhere`.
    """
    needs("redis-server")
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"bind {address}",
        f"port {port}",
        f"protected-mode {'yes' if protected else 'no'}",
        'save ""',
        "appendonly no",
        *([f"requirepass {password}"] if password else []),
        *settings,
    ]
    config = folder / "redis.conf"
    config.write_text("\n".join([*lines, ""]), encoding="utf-8")
    with running(["/usr/bin/redis-server", config], address=address, ports=[port], folder=folder):
        yield


@contextlib.contextmanager
def from_elsewhere(folder: Path, address: str, behind: str, source: str, *, port: int = 6379) -> Iterator[None]:
    """A door at `address` to the server at `behind`, whose client then has the address `source`."""
    needs("socat")
    folder.mkdir(parents=True, exist_ok=True)
    here, there = f"TCP-LISTEN:{port},bind={address},reuseaddr,fork", f"TCP:{behind}:{port},bind={source}"
    with running(["/usr/bin/socat", here, there], address=address, ports=[port], folder=folder):
        yield
