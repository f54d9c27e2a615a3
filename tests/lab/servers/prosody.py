"""Prosody in the laboratory: XMPP for one host, with STARTTLS or without."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.server import needs, running


@contextlib.contextmanager
def prosody(
    folder: Path, address: str, *, host: str, port: int = 5222, certificate: tuple[Path, Path] | None = None
) -> Iterator[None]:
    """Run Prosody in the foreground for clients on `port`. `folder` is made."""
    needs("prosody")
    if os.geteuid() != 0:
        pytest.skip("laboratory: Prosody runs as a user of its own, which only root may become")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.chown(folder, "prosody")
    for above in (folder, *folder.parents):
        if above != Path("/") and above.stat().st_uid == os.geteuid():
            above.chmod(above.stat().st_mode | 0o011)
    module = '"tls"; ' if certificate else ""
    pair = f'ssl = {{ certificate = "{certificate[0]}"; key = "{certificate[1]}" }}' if certificate else ""
    if certificate:
        shutil.chown(certificate[1], "prosody")
    config = folder / "prosody.cfg.lua"
    config.write_text(
        f"""
modules_enabled = {{ "saslauth"; {module}"disco" }}
modules_disabled = {{ "s2s"; {"" if certificate else '"tls"'} }}
c2s_require_encryption = {"true" if certificate else "false"}
allow_unencrypted_plain_auth = true
c2s_interfaces = {{ "{address}" }}
c2s_ports = {{ {port} }}
data_path = "{folder}"
pidfile = "{folder}/prosody.pid"
log = {{ info = "{folder}/prosody.log" }}
{pair}
VirtualHost "{host}"
{pair}
""",
        encoding="utf-8",
    )
    command: list[str | Path] = ["/sbin/runuser", "-u", "prosody", "--", "/usr/bin/prosody", "--config", config, "-F"]
    with running(command, address=address, ports=[port], folder=folder):
        yield
