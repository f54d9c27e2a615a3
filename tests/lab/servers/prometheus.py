"""Prometheus and its exporter for hosts, in the laboratory: open to everybody, or with a user."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running

KEPT = "basic_auth_users:\n  laboratory: $2b$04$b/Y9XFDKtONuSCew1f1xZOXtaXbG8iuxWZaemJiYYo/mfwkLDJTai\n"
"""A web configuration (exporter-toolkit): user and password are laboratory, its digest of the lowest cost."""


@contextlib.contextmanager
def prometheus(folder: Path, address: str, *, port: int = 9090, users: bool = False) -> Iterator[None]:
    """Run Prometheus, scraping nothing. `users`: a login is asked for."""
    needs("prometheus")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "prometheus.yml").write_text("global: {}\nscrape_configs: []\n", encoding="utf-8")
    command: list[str | Path] = [
        "/usr/bin/prometheus",
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address={address}:{port}",
        "--log.level=error",
    ]
    with running([*command, *_kept(folder, users)], address=address, ports=[port], folder=folder):
        yield


@contextlib.contextmanager
def node_exporter(folder: Path, address: str, *, port: int, users: bool = False) -> Iterator[None]:
    """Run the exporter for hosts, which measures next to nothing."""
    needs("prometheus-node-exporter")
    folder.mkdir(parents=True, exist_ok=True)
    command: list[str | Path] = [
        "/usr/bin/prometheus-node-exporter",
        "--collector.disable-defaults",
        "--collector.time",
        f"--web.listen-address={address}:{port}",
        "--log.level=error",
    ]
    with running([*command, *_kept(folder, users)], address=address, ports=[port], folder=folder):
        yield


def _kept(folder: Path, users: bool) -> list[str]:
    if not users:
        return []
    (folder / "web.yml").write_text(KEPT, encoding="utf-8")
    return [f"--web.config.file={folder}/web.yml"]
