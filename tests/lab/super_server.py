"""A super-server of a few lines, as inetd is one (nowait): each connection is a program's input and output."""

import contextlib
import socketserver
import subprocess
import threading
from collections.abc import Iterator, Sequence


class _Handler(socketserver.BaseRequestHandler):
    """One connection, one program."""

    def handle(self) -> None:
        server = self.server
        assert isinstance(server, _Server)
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(server.command, stdin=self.request, stdout=self.request, stderr=self.request, timeout=15)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, place: tuple[str, int], command: Sequence[str]) -> None:
        self.command = list(command)
        super().__init__(place, _Handler)


@contextlib.contextmanager
def super_server(command: Sequence[str], address: str, port: int) -> Iterator[None]:
    """Run `command` for everybody who connects."""
    with _Server((address, port), command) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
