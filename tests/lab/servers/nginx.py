"""nginx in the laboratory: one process for the server blocks it is given, on their own addresses."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.lab.server import needs, running


def server(address: str, *lines: str, port: int = 80, certificate: tuple[Path, Path] | None = None) -> str:
    """One server block; with TLS where a certificate and its key are given."""
    tls = f"ssl_certificate {certificate[0]}; ssl_certificate_key {certificate[1]};" if certificate else ""
    listen = f"listen {address}:{port}{' ssl' if certificate else ''};"
    return "server {\n  " + "\n  ".join([listen, tls, *lines]) + "\n}"


@contextlib.contextmanager
def nginx(folder: Path, address: str, *servers: str, ports: Sequence[int] = (80,)) -> Iterator[None]:
    """Run nginx with whole server blocks; ready once `address` accepts on all `ports`. `folder` is made."""
    needs("nginx")
    folder.mkdir(parents=True, exist_ok=True)
    paths = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    http = "default_type application/octet-stream; types { text/html html; text/plain txt; application/json json; }"
    config = folder / "nginx.conf"
    config.write_text(
        f"user root; daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr;\nevents {{}}\n"
        f"http {{ access_log off; {http} {paths}\n" + "\n".join(servers) + "\n}\n",
        encoding="utf-8",
    )
    command: list[str | Path] = ["/usr/sbin/nginx", "-p", folder, "-c", config]
    with running(command, address=address, ports=ports, folder=folder):
        yield
