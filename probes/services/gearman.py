"""Whether Gearman's administrative protocol answers a stranger: its version. No function and no worker is listed."""

from probes.services.dialogues.gearman import VERSION, question, recognise
from probes.services.openness import Answer, open_probe
from scanner.model.network import Network
from scanner.model.target import Target

PORTS = (4730,)


async def ask(target: Target, net: Network) -> Answer:
    """An echo tells that it is Gearman; then `version` tells whether the administrative protocol answers."""
    async with net.connect(tls=target.tls is True) as stream:
        sent = question("")
        await stream.send(sent)
        echo = await stream.receive_exactly(len(sent))
        if recognise(echo) is None:
            return Answer(None, "ECHO_REQ: nothing of Gearman's")
        await stream.send(b"version\r\n")
        return describe(await stream.receive_until(b"\n", 256))


def describe(line: bytes) -> Answer:
    """A version: answered. An error in the protocol's form: kept from strangers."""
    if found := VERSION.fullmatch(line):
        return Answer(True, f"version: {found[1].decode('ascii')}")
    return Answer(False if line.startswith(b"ERR ") else None, "version: " + line.decode("utf-8", "replace"))


PROBE = open_probe("gearman", PORTS, ask)
