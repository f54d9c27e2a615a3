"""xrdp in the laboratory: a Remote Desktop server without network level authentication, with TLS or without."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running


@contextlib.contextmanager
def xrdp(folder: Path, address: str, *, layer: str, certificate: Path, key: Path, port: int = 3389) -> Iterator[None]:
    """Run xrdp; `layer` is its own word ("tls", "rdp", "negotiate"). `folder` is made."""
    needs("xrdp")
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        "[Globals]",
        "ini_version=1",
        "fork=true",
        f"port=tcp://{address}:{port}",
        f"security_layer={layer}",
        "crypt_level=high",
        f"certificate={certificate}",
        f"key_file={key}",
        "[Logging]",
        f"LogFile={folder / 'xrdp.log'}",
        "LogLevel=INFO",
        "[Channels]",
        "[Xorg]",
        "name=Xorg",
        "lib=libxup.so",
        "",
    ]
    config = folder / "xrdp.ini"
    config.write_text("\n".join(lines), encoding="utf-8")
    with running(["/usr/sbin/xrdp", "--nodaemon", "--config", config], address=address, ports=[port], folder=folder):
        yield
