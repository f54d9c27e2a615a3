"""InfluxDB 1 in the laboratory: open to everybody, or with users."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running


@contextlib.contextmanager
def influxdb(folder: Path, address: str, *, port: int = 8086, users: bool = False) -> Iterator[None]:
    """Run influxd with empty data."""
    needs("influxd")
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "influxdb.conf"
    lines = [
        "reporting-disabled = true",
        f'bind-address = "{address}:{port + 2}"',
        "[meta]",
        f'dir = "{folder}/meta"',
        "[data]",
        f'dir = "{folder}/data"',
        f'wal-dir = "{folder}/wal"',
        "[monitor]",
        "store-enabled = false",
        "[http]",
        f'bind-address = "{address}:{port}"',
        f"auth-enabled = {str(users).lower()}",
        "log-enabled = false",
    ]
    config.write_text("\n".join([*lines, ""]), encoding="utf-8")
    with running(["/usr/bin/influxd", "-config", config], address=address, ports=[port], folder=folder):
        yield
