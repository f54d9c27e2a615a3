"""ZooKeeper in the laboratory: as it comes, with no four-letter word, or for clients that log in alone."""

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from tests.lab.servers.java import class_path, java


@contextlib.contextmanager
def zookeeper(
    folder: Path, address: str, *, port: int = 2181, words: str | None = None, logged_in: bool = False
) -> Iterator[None]:
    """Run one server. `words` is the list of four-letter words; `logged_in` wants SASL of every session."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    lines = [
        f"dataDir={folder}/data",
        f"clientPortAddress={address}",
        f"clientPort={port}",
        "admin.enableServer=false",
        "tickTime=2000",
        *([f"4lw.commands.whitelist={words}"] if words is not None else []),
        *(
            [
                "sessionRequireClientSASLAuth=true",
                "authProvider.sasl=org.apache.zookeeper.server.auth.SASLAuthenticationProvider",
            ]
            if logged_in
            else []
        ),
    ]
    config = folder / "zoo.cfg"
    config.write_text("\n".join([*lines, ""]), encoding="utf-8")
    main = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
    with java(folder, address, [port], "-cp", class_path("zookeeper"), main, config):
        _serves(address, port)
        yield


def _serves(address: str, port: int) -> None:
    """It accepts a moment before it serves."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with socket.create_connection((address, port), 5) as stream:
            stream.sendall(b"srvr\n")
            if stream.recv(64).startswith(b"Zookeeper version"):
                return
        time.sleep(0.05)
    raise RuntimeError("ZooKeeper accepts, and does not serve")
