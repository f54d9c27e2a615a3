"""BSD's remote services in the laboratory: netkit's rexecd, rlogind and rshd, behind a super-server."""

import contextlib
from collections.abc import Iterator

from tests.lab.server import needs
from tests.lab.super_server import super_server

PORTS = {"rexec": 512, "rlogin": 513, "rsh": 514}


@contextlib.contextmanager
def rservice(service: str, address: str) -> Iterator[None]:
    """Serve one of the three on its own port."""
    program = f"in.{service}d"
    needs(program)
    with super_server((f"/usr/sbin/{program}",), address, PORTS[service]):
        yield
