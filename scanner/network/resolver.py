"""Which resolver answers for us: from the system's file or the command line. It asks nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from scanner.model.said import Said

DNS_PORT = 53
SYSTEM = Path("/etc/resolv.conf")


@dataclass(frozen=True, slots=True)
class ResolverPlace:
    """One address and port. On loopback a port of its own is a laboratory's (R28)."""

    address: str
    port: int = DNS_PORT

    def zone_port(self, server: str) -> int:
        """The port of a zone's server: a laboratory's servers on loopback share the resolver's port."""
        return self.port if ip_address(server).is_loopback else DNS_PORT


def read_place(written: str) -> ResolverPlace:
    """`ADDRESS`, `ADDRESS:PORT` or `[ADDRESS]:PORT`; InputError for a name, or a port anywhere but on loopback."""
    address, port = _split(written)
    try:
        host = ip_address(address)
    except ValueError:
        raise Said("resolver-address", written=written) from None
    if not 0 < port < 65536:
        raise Said("resolver-port", written=written)
    if port != DNS_PORT and not host.is_loopback:
        raise Said("resolver-laboratory", written=written)
    return ResolverPlace(str(host), port)


def system_places(file: Path = SYSTEM) -> Sequence[ResolverPlace]:
    """The name servers of resolv.conf(5), in order; none where there is no such file."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    places = []
    for line in lines:
        words = line.split()
        if len(words) >= 2 and words[0] == "nameserver":
            try:
                ip_address(words[1])
            except ValueError:
                continue
            places.append(ResolverPlace(words[1]))
    return places


def _split(written: str) -> tuple[str, int]:
    if written.startswith("["):
        address, _, rest = written[1:].partition("]")
        return address, _number(rest.removeprefix(":")) if rest else DNS_PORT
    if written.count(":") == 1:
        address, _, port = written.partition(":")
        return address, _number(port)
    return written, DNS_PORT


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
