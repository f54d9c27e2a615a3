"""Apache httpd in the laboratory: one process for the virtual hosts it is given, on their own addresses."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.lab.server import needs, running

MODULES = ("mpm_event", "authz_core", "authn_core", "auth_basic", "authn_file", "authz_user", "dir", "mime", "autoindex",
           "headers", "alias", "rewrite", "ssl", "socache_shmcb", "env", "setenvif")  # fmt: skip
FOLDER = Path("/usr/lib/apache2/modules")


def host(address: str, *lines: str, port: int = 80, certificate: tuple[Path, Path] | None = None) -> str:
    """One virtual host; with TLS where a certificate and its key are given."""
    tls = (
        ["SSLEngine on", f"SSLCertificateFile {certificate[0]}", f"SSLCertificateKeyFile {certificate[1]}"]
        if certificate
        else []
    )
    return "\n".join([f"<VirtualHost {address}:{port}>", *tls, *lines, "</VirtualHost>"])


@contextlib.contextmanager
def apache(folder: Path, listen: Sequence[tuple[str, int]], *hosts: str, options: Sequence[str] = ()) -> Iterator[None]:
    """Run httpd listening on (address, port) pairs; ready once the first address accepts. `folder` is made."""
    needs("apache2")
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "httpd.conf"
    lines = [
        f"ServerRoot {folder}",
        f"PidFile {folder}/httpd.pid",
        "ServerName laboratory.example",
        f"ErrorLog {folder}/error.log",
        *(f"LoadModule {name}_module {FOLDER}/mod_{name}.so" for name in MODULES),
        "StartServers 1",
        "ThreadsPerChild 8",
        "MaxRequestWorkers 16",
        "User daemon",
        "TypesConfig /etc/mime.types",
        *(f"Listen {address}:{port}" for address, port in listen),
        *options,
        *hosts,
    ]
    config.write_text("\n".join([*lines, ""]), encoding="utf-8")
    address = listen[0][0]
    ports = [port for listed, port in listen if listed == address]
    with running(["/usr/sbin/apache2", "-f", config, "-D", "FOREGROUND"], address=address, ports=ports, folder=folder):
        yield
