"""AsyncSSH in the laboratory: a maintained SSH server that still speaks what OpenSSH and Dropbear have dropped."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncssh
from asyncssh.connection import SSHServerConnection


class _NotStrict(SSHServerConnection):
    """As it was before December 2023: without the strict key exchange (CVE-2023-48795)."""

    def _get_extra_kex_algs(self) -> list[bytes]:
        return [b"ext-info-s"]


class _Server(asyncssh.SSHServer):
    def __init__(self, asks: bool) -> None:
        self._asks = asks

    def begin_auth(self, username: str) -> bool:
        return self._asks

    def password_auth_supported(self) -> bool:
        return True


@asynccontextmanager
async def asyncssh_server(
    address: str,
    *,
    port: int = 22,
    kex: Sequence[str] = (),
    ciphers: Sequence[str] = (),
    macs: Sequence[str] = (),
    key: str = "ssh-ed25519",
    bits: int = 0,
    lets_in: bool = False,
    strict: bool = True,
) -> AsyncIterator[None]:
    """Serve with these lists (its own where empty), and a host key of this kind; `lets_in` asks nobody for proof."""
    options = asyncssh.SSHServerConnectionOptions(
        server_host_keys=[asyncssh.generate_private_key(key, **({"key_size": bits} if bits else {}))],
        server_factory=lambda: _Server(not lets_in),
        kex_algs=list(kex) or (),
        encryption_algs=list(ciphers) or (),
        mac_algs=list(macs) or (),
    )
    made = SSHServerConnection if strict else _NotStrict
    loop = asyncio.get_running_loop()
    connections: list[SSHServerConnection] = []

    def connected() -> SSHServerConnection:
        connections.append(made(loop, options))
        return connections[-1]

    server = await loop.create_server(connected, address, port)
    try:
        yield
    finally:
        server.close()
        for connection in connections:
            connection.abort()
            await connection.wait_closed()
