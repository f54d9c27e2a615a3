"""etcd in the laboratory: open to everybody, with users, or with client certificates."""

import contextlib
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running


@contextlib.contextmanager
def etcd(
    folder: Path,
    address: str,
    *,
    port: int = 2379,
    users: bool = False,
    certificate: tuple[Path, Path] | None = None,
) -> Iterator[None]:
    """Run etcd with one key in it. `certificate` (chain, key) turns TLS on, and client certificates are demanded."""
    needs("etcd")
    folder.mkdir(parents=True, exist_ok=True)
    scheme = "https" if certificate else "http"
    place = f"{scheme}://{address}:{port}"
    command: list[str | Path] = [
        "/usr/bin/etcd",
        "--data-dir",
        folder / "data",
        f"--listen-client-urls={place}",
        f"--advertise-client-urls={place}",
        f"--listen-peer-urls=http://{address}:{port + 1}",
        f"--initial-advertise-peer-urls=http://{address}:{port + 1}",
        f"--initial-cluster=default=http://{address}:{port + 1}",
        "--log-level=error",
    ]
    if certificate:
        chain, key = certificate
        command += [f"--cert-file={chain}", f"--key-file={key}", f"--trusted-ca-file={chain}", "--client-cert-auth"]
    with running(command, address=address, ports=[port], folder=folder):
        if not certificate:
            _ask(place, "/v3/kv/put", {"key": "cGF5cm9sbA==", "value": "c2VjcmV0"})  # payroll: secret
        if users:
            _ask(place, "/v3/auth/user/add", {"name": "root", "password": "laboratory"})
            _ask(place, "/v3/auth/user/grant", {"user": "root", "role": "root"})
            _ask(place, "/v3/auth/enable", {})
        yield


def _ask(place: str, path: str, body: dict[str, str]) -> None:
    request = urllib.request.Request(place + path, json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        answer.read()
