"""What an SSH server offers before any login, on one connection: versions, offers, its host key. Nobody logs in.

Where the marked check of log-ins is chosen, the method `none` is asked on the same connection (R6).
"""

from probes.ssh import login
from probes.ssh.agreement import Agreement, Choice, agree, choose, own_offer
from probes.ssh.description import SshFacts, Told, describe, offers_2
from probes.ssh.host_key import host_key
from probes.ssh.kex_init import Identification, identification, kex_init
from probes.ssh.packets import Packets
from scanner.model.errors import Malformed, NetworkError
from scanner.model.network import Network, Stream
from scanner.model.observation import Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

OWN_VERSION = b"SSH-2.0-Yuanjian"
USUAL_PORT = 22
MOST_LINES = 20
LOGIN_CHECK = "ssh.password-auth"
OURS = (Reason.INTERRUPTED, Reason.BLOCKED)
"""Ends that are not the server's doing, and end the observation."""


async def observe(target: Target, net: Network) -> Seen[SshFacts]:
    """One connection: versions, offers, the host key; the method `none` where it was chosen; goodbye."""
    async with net.connect(tls=target.tls is True) as stream:
        told = Told(await _identification(stream))
        try:
            await _converse(stream, told, asks_methods=net.is_chosen(LOGIN_CHECK))
        except NetworkError as error:
            if error.reason in OURS:
                raise
            told.why = error.reason
    return describe(told, asked_methods=net.is_chosen(LOGIN_CHECK))


async def _identification(stream: Stream) -> Identification:
    for _ in range(MOST_LINES):
        found = identification(await stream.receive_until(b"\n", 1024))
        if found is not None:
            return found
    raise Malformed(f"no identification string in {MOST_LINES} lines")


async def _converse(stream: Stream, told: Told, *, asks_methods: bool) -> None:
    if not offers_2(told.server):
        return
    await stream.send(OWN_VERSION + b"\r\n")
    packets = Packets(stream)
    told.offer = kex_init(await packets.receive())
    if told.offer is None:
        return
    choice = choose(told.offer)
    if choice is None:
        told.why = Reason.NO_VANTAGE  # it offers nothing that we can speak
    else:
        await _exchange(packets, told, choice, asks_methods=asks_methods)
    await packets.leave()


async def _exchange(packets: Packets, told: Told, choice: Choice, *, asks_methods: bool) -> None:
    offer = told.offer
    if offer is None:
        return
    own = own_offer(choice)
    await packets.send(own)
    agreement: Agreement = await agree(packets, choice, (OWN_VERSION, told.server.raw, own, offer.payload))
    told.key = host_key(agreement.host_key)
    if asks_methods:
        told.methods = await login.methods(packets, agreement)
        told.let_in = told.methods is None


def wants(target: Target) -> bool:
    """SSH, and what says nothing where SSH usually lives; by name only TLS and HTTP are asked (R2)."""
    silent = target.protocol == "unknown" and target.port == USUAL_PORT and target.transport == "tcp"
    return (target.protocol == "ssh" or silent) and target.name is None


PROBE = Probe(
    "ssh.algorithms",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    SshFacts,
    observe,
    cost=Cost(connections=1, seconds=60),
    wants=wants,
    address_bound=True,
)
