"""GNU telnetd in the laboratory, behind a super-server of a few lines: it takes its connection from standard input."""

import contextlib
import os
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.server import needs


class _Handler(socketserver.BaseRequestHandler):
    """One connection, one telnetd, as inetd would (nowait)."""

    def handle(self) -> None:
        command = ["/usr/sbin/telnetd", "-h", "-E", "/bin/sh -c 'echo -n \"laboratory login: \"; read name'"]
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(command, stdin=self.request, stdout=self.request, stderr=subprocess.DEVNULL, timeout=15)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


@contextlib.contextmanager
def telnetd(folder: Path, address: str, *, port: int = 23) -> Iterator[None]:
    """Serve telnetd with a prompt that leads nowhere. `folder` is made, for the form's sake."""
    needs("telnetd")
    if os.geteuid() != 0:
        pytest.skip("laboratory: telnetd wants a terminal that only root gives it")
    folder.mkdir(parents=True, exist_ok=True)
    with _Server((address, port), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
