"""Proxies in the laboratory: Squid, tinyproxy, microsocks and Dante, for everybody or for nobody."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.server import needs, running


@contextlib.contextmanager
def squid(folder: Path, address: str, *, open_to_all: bool, port: int = 3128) -> Iterator[None]:
    """Run Squid without a cache; CONNECT to all ports where it is open. `folder` is made."""
    needs("squid")
    if os.geteuid() != 0:
        pytest.skip("laboratory: Squid gives up root for its own user")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o777)
    lines = [
        f"http_port {address}:{port}",
        f"http_access {'allow' if open_to_all else 'deny'} all",
        "cache deny all",
        f"pid_filename {folder / 'pid'}",
        "access_log none",
        f"cache_log {folder / 'cache.log'}",
        f"coredump_dir {folder}",
        "shutdown_lifetime 0 seconds",
        "visible_hostname laboratory",
        "pinger_enable off",
        "",
    ]
    config = folder / "squid.conf"
    config.write_text("\n".join(lines), encoding="utf-8")
    with running(["/usr/sbin/squid", "-N", "-f", config], address=address, ports=[port], folder=folder):
        yield


@contextlib.contextmanager
def tinyproxy(folder: Path, address: str, *, open_to_all: bool, port: int = 8888) -> Iterator[None]:
    """Run tinyproxy; else a name and a password are wanted. `folder` is made."""
    needs("tinyproxy")
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"Port {port}",
        f"Listen {address}",
        "Timeout 30",
        *([] if open_to_all else ["BasicAuth clerk not-a-word"]),
    ]
    config = folder / "tinyproxy.conf"
    config.write_text("\n".join([*lines, ""]), encoding="utf-8")
    # It waits for its visitors when it is told to stop, longer than anybody needs.
    command: list[str | Path] = ["/usr/bin/tinyproxy", "-d", "-c", config]
    with running(command, address=address, ports=[port], folder=folder, patience=0.1):
        yield


@contextlib.contextmanager
def microsocks(folder: Path, address: str, *, open_to_all: bool, port: int = 1080) -> Iterator[None]:
    """Run microsocks; else a name and a password are wanted. `folder` is made."""
    needs("microsocks")
    folder.mkdir(parents=True, exist_ok=True)
    login = [] if open_to_all else ["-u", "clerk", "-P", "not-a-word"]
    command = ["/usr/bin/microsocks", "-i", address, "-p", str(port), *login]
    with running(command, address=address, ports=[port], folder=folder):
        yield


@contextlib.contextmanager
def dante(folder: Path, address: str, *, open_to_all: bool, port: int = 1080) -> Iterator[None]:
    """Run Dante, which speaks SOCKS 4 and 5; else its rules let nobody through. `folder` is made."""
    needs("danted")
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"internal: {address} port = {port}",
        "external: lo",
        "clientmethod: none",
        "socksmethod: none",
        "user.privileged: root",
        "user.unprivileged: nobody",
        "logoutput: stderr",
        "client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }",
        f"socks {'pass' if open_to_all else 'block'} {{ from: 0.0.0.0/0 to: 0.0.0.0/0 }}",
        "",
    ]
    config = folder / "danted.conf"
    config.write_text("\n".join(lines), encoding="utf-8")
    with running(["/usr/sbin/danted", "-f", config], address=address, ports=[port], folder=folder):
        yield
