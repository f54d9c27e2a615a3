"""InspIRCd in the laboratory: one server without links, with STARTTLS or without."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.server import needs, running


@contextlib.contextmanager
def inspircd(
    folder: Path, address: str, *, port: int = 6667, certificate: tuple[Path, Path] | None = None
) -> Iterator[None]:
    """Run InspIRCd in the foreground as its own user. `folder` is made."""
    needs("inspircd")
    if os.geteuid() != 0:
        pytest.skip("laboratory: InspIRCd refuses to be root, and only root may become its user")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.chown(folder, "irc")
    for above in (folder, *folder.parents):
        if above != Path("/") and above.stat().st_uid == os.geteuid():
            above.chmod(above.stat().st_mode | 0o011)
    tls = ""
    if certificate is not None:
        shutil.chown(certificate[1], "irc")
        tls = (
            '<module name="ssl_gnutls"><module name="starttls">\n'
            f'<sslprofile name="lab" provider="gnutls" certfile="{certificate[0]}" keyfile="{certificate[1]}">\n'
            '<starttls provider="lab">\n'
        )
    config = folder / "inspircd.conf"
    config.write_text(
        f"""
<server name="irc.school.example" description="laboratory" network="laboratory">
<admin name="lab" email="lab@school.example" nick="lab">
<bind address="{address}" port="{port}" type="clients">
<module name="cap">
{tls}
<connect allow="*">
<options>
<path configdir="{folder}" logdir="{folder}" datadir="{folder}">
<pid file="{folder}/inspircd.pid">
<log method="file" type="*" level="default" target="{folder}/inspircd.log">
""",
        encoding="utf-8",
    )
    command: list[str | Path] = [
        "/sbin/runuser",
        "-u",
        "irc",
        "--",
        "/usr/sbin/inspircd",
        "--nofork",
        "--config",
        config,
    ]
    with running(command, address=address, ports=[port], folder=folder):
        yield
