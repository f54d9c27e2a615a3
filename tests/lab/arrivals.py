"""When connects arrive, by the kernel's own clock: a packet socket on loopback. Not a listener's idea of it."""

import os
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

SO_TIMESTAMPNS = 35
SO_RCVBUFFORCE = 33
IPV4 = 0x0800
SYN = 0x02


class Arrivals:
    """Seconds at which SYNs to some IPv4 addresses arrived; read once at the end."""

    def __init__(self, tap: socket.socket, addresses: Iterable[str]) -> None:
        self._tap = tap
        self._addresses = {socket.inet_aton(address) for address in addresses}

    def times(self) -> list[float]:
        found: list[float] = []
        while True:
            try:
                packet, notes, _, _ = self._tap.recvmsg(64, 256)
            except BlockingIOError:
                return found
            if packet[16:20] in self._addresses and packet[9] == socket.IPPROTO_TCP and packet[33] == SYN:
                seconds, nanoseconds = (int.from_bytes(notes[0][2][at : at + 8], sys.byteorder) for at in (0, 8))
                found.append(seconds + nanoseconds / 1e9)


@contextmanager
def arrivals(*addresses: str) -> Iterator[Arrivals]:
    """Watch loopback for connects to these addresses; root only."""
    if os.geteuid() != 0:
        pytest.skip("laboratory: root is needed to see packets")
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(IPV4)) as tap:
        tap.bind(("lo", IPV4))
        tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
        tap.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        tap.setblocking(False)
        yield Arrivals(tap, addresses)


def most_in_a_second(times: list[float]) -> int:
    """The most arrivals in any sliding second."""
    times = sorted(times)
    most = first = 0
    for last, at in enumerate(times):
        while times[first] <= at - 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most
