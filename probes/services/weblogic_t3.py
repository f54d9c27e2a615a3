"""Whether WebLogic answers a stranger's T3 hello, beside the HTTP that the same port speaks. No object is asked for."""

from probes.services.dialogues.weblogic_t3 import FILTERED, HELLO, recognise
from probes.services.hearing import hear
from probes.services.openness import Answer, open_probe
from scanner.model.errors import TimedOut
from scanner.model.network import Network
from scanner.model.target import Target

PORTS = (7001, 7002)
PATIENCE = 10.0


async def ask(target: Target, net: Network) -> Answer:
    """One hello; what else lives there answers in its own way, or hangs up."""
    async with net.connect(tls=target.tls is True) as stream:
        await stream.send(HELLO)
        heard = await hear(stream, PATIENCE, lambda data: data.endswith(b"\n\n"))
    if not heard.data and not heard.closed:
        raise TimedOut("t3 hello: no answer")
    return describe(heard.data)


def describe(data: bytes) -> Answer:
    """HELO; a filter's refusal; or another protocol's words, in which no T3 is offered."""
    if (known := recognise(data)) is not None:
        return Answer(True, known.banner)
    if FILTERED.match(data[:512]):
        return Answer(False, "t3 hello: rejected by the connection filter")
    if data.startswith(b"HTTP/"):
        return Answer(False, "t3 hello: answered by HTTP alone")
    return Answer(None, "t3 hello: nothing of WebLogic's")


PROBE = open_probe("weblogic-t3", PORTS, ask, beside="http")
