"""Mosquitto in the laboratory: for anybody, or for clients with a name alone; in the clear or inside TLS."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running


@contextlib.contextmanager
def mosquitto(
    folder: Path, address: str, *, port: int = 1883, anonymous: bool = True, tls: tuple[Path, Path] | None = None
) -> Iterator[None]:
    """Run a broker without persistence; `tls` is a certificate and its key. `folder` is made."""
    needs("mosquitto", "mosquitto_passwd")
    folder.mkdir(parents=True, exist_ok=True)
    passwords = folder / "passwords"
    subprocess.run(["/usr/bin/mosquitto_passwd", "-c", "-b", passwords, "device", "laboratory"], check=True)
    lines = [
        "user root",
        f"listener {port} {address}",
        f"allow_anonymous {'true' if anonymous else 'false'}",
        f"password_file {passwords}",
        *([f"certfile {tls[0]}", f"keyfile {tls[1]}"] if tls else []),
    ]
    config = folder / "mosquitto.conf"
    config.write_text("\n".join([*lines, ""]), encoding="utf-8")
    with running(["/usr/sbin/mosquitto", "-c", config], address=address, ports=[port], folder=folder):
        yield
