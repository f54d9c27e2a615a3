"""A process that sweeps: orders come over a pipe from the scan that started it, answers go back. No test of scope here.

`python -m scanner.network.sweep_process FD`, by `far_sweeper.py` alone: the gate is on the other side of the pipe.
"""

import asyncio
import contextlib
import signal
import socket
import sys

from scanner.model.errors import NetworkError
from scanner.network.connects import Connects
from scanner.network.far_sweeper import Answer, Forget, Order, framed, read
from scanner.network.sweeper import Sweeper


class Serving:
    """One sweeper, and the connects of every address that was ordered and not yet forgotten."""

    def __init__(self, sweeper: Sweeper, writer: asyncio.StreamWriter) -> None:
        self._sweeper = sweeper
        self._writer = writer
        self._connects: dict[str, Connects] = {}

    async def sweep(self, order: Order) -> None:
        """Do it, and answer."""
        connects = self._connects.get(order.address) or Connects(order.address)
        self._connects[order.address] = connects
        connects.patience = order.patience
        try:
            told = await self._sweeper.send(
                connects,
                order.ports,
                rate=order.rate,
                half_open=order.half_open,
                seconds=order.seconds,
                drain=order.drain,
            )
        except NetworkError:
            told = None
        self._writer.write(framed(Answer(order.number, told, connects.round_trip, connects.deviation)))

    def forget(self, address: str) -> None:
        """Close what is in flight."""
        if (connects := self._connects.pop(address, None)) is not None:
            self._sweeper.forget(connects)


async def serve(pipe: socket.socket) -> None:
    """Until the pipe ends: then the scan has ended, and so does this."""
    reader, writer = await asyncio.open_unix_connection(sock=pipe)
    under_way: set[asyncio.Task[None]] = set()
    with Sweeper() as sweeper:
        serving = Serving(sweeper, writer)
        while (message := await read(reader)) is not None:
            if isinstance(message, Order):
                task = asyncio.create_task(serving.sweep(message))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
            elif isinstance(message, Forget):
                serving.forget(message.address)
        for task in under_way:
            task.cancel()


if __name__ == "__main__":
    # Ctrl-C reaches the whole group of processes: it is the scan's to end, and the pipe tells of that.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with contextlib.suppress(BrokenPipeError, ConnectionError):
        asyncio.run(serve(socket.socket(fileno=int(sys.argv[1]))))
