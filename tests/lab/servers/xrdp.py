"""xrdp in the laboratory: a Remote Desktop server, with TLS or with RDP's own encryption. No session behind it."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.server import needs, running


@contextlib.contextmanager
def xrdp(
    folder: Path, address: str, *, port: int = 3389, certificate: tuple[Path, Path] | None = None
) -> Iterator[None]:
    """Run xrdp in the foreground. `folder` is made."""
    needs("xrdp")
    if os.geteuid() != 0:
        pytest.skip("laboratory: xrdp wants to be started as root")
    folder.mkdir(parents=True, exist_ok=True)
    tls = f"certificate={certificate[0]}\nkey_file={certificate[1]}\n" if certificate else ""
    config = folder / "xrdp.ini"
    config.write_text(
        f"[Globals]\nini_version=1\nfork=false\nport=tcp://{address}:{port}\n"
        f"security_layer={'tls' if certificate else 'rdp'}\ncrypt_level=high\n{tls}"
        f"[Logging]\nLogFile={folder}/xrdp.log\nLogLevel=INFO\nEnableSyslog=false\n",
        encoding="utf-8",
    )
    with running(["/usr/sbin/xrdp", "--nodaemon", "--config", config], address=address, ports=[port], folder=folder):
        yield
