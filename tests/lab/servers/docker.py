"""The Docker engine in the laboratory: without containers, in a mount namespace with control groups of its own."""

import contextlib
import os
import shutil
import socket
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.server import needs, running

GROUPS = """
[ -e /sys/fs/cgroup/cgroup.controllers ] && exec "$@"
mount -t tmpfs cgroup /sys/fs/cgroup || exit 75
for name in devices memory cpu; do
    mkdir -p /sys/fs/cgroup/$name && mount -t cgroup -o $name cgroup /sys/fs/cgroup/$name || exit 75
done
exec "$@"
"""
"""The engine refuses to start without control groups; those of version 1 are not everywhere mounted whole."""


@contextlib.contextmanager
def docker(folder: Path, address: str, *, port: int, certificate: tuple[Path, Path] | None = None) -> Iterator[None]:
    """Run dockerd on TCP alone, no bridge and no firewall rules. `certificate` turns on TLS and client certificates."""
    needs("dockerd", "containerd", "unshare")
    if os.geteuid() != 0:
        pytest.skip("laboratory: the Docker engine wants root")
    folder.mkdir(parents=True, exist_ok=True)
    sockets = tempfile.mkdtemp(prefix="docker")  # the path of a Unix socket may have 107 characters
    command: list[str | Path] = ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", GROUPS, "sh", "/usr/sbin/dockerd"]
    command += [f"--host=tcp://{address}:{port}", "--iptables=false", "--ip6tables=false", "--bridge=none"]
    command += [f"--data-root={folder}/data", f"--exec-root={sockets}", f"--pidfile={folder}/pid"]
    command += ["--storage-driver=vfs", "--log-level=error", f"--config-file={folder}/none.json"]
    if certificate:
        chain, key = certificate
        command += ["--tlsverify", f"--tlscacert={chain}", f"--tlscert={chain}", f"--tlskey={key}"]
    (folder / "none.json").write_text("{}", encoding="utf-8")
    with contextlib.ExitStack() as held:
        held.callback(shutil.rmtree, sockets, ignore_errors=True)
        try:
            held.enter_context(running(command, address=address, ports=[port], folder=folder, seconds=30))
        except RuntimeError as error:
            if any(words in str(error) for words in ("mount: ", "cgroup")):
                pytest.skip(f"laboratory: no control groups for the Docker engine here: {str(error)[-200:]}")
            raise
        _wait(address, port, tls=certificate is not None)
        yield


def _wait(address: str, port: int, *, tls: bool) -> None:
    """It accepts long before it answers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((address, port), timeout=60) as plain:
        if tls:
            context.wrap_socket(plain).close()
        else:
            plain.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            plain.recv(1024)
