"""Whether beanstalkd gives its statistics to a stranger. No tube is listed, no job looked at."""

from probes.services.dialogues.beanstalkd import complete, question, recognise
from probes.services.hearing import farewell, hear
from probes.services.openness import Answer, open_probe
from scanner.model.errors import TimedOut
from scanner.model.network import Network
from scanner.model.target import Target

PORTS = (11300,)


async def ask(target: Target, net: Network) -> Answer:
    """stats, and quit."""
    async with net.connect(tls=target.tls is True) as stream:
        await stream.send(question(""))
        heard = await hear(stream, 10.0, complete)
        if not heard.data and not heard.closed:
            raise TimedOut("stats: no answer")
        answer = describe(heard.data)
        if answer.open:
            await farewell(stream, b"quit\r\n")
        return answer


def describe(data: bytes) -> Answer:
    """Open where the statistics came; it has no way to refuse a stranger."""
    known = recognise(data)
    return Answer(True if known else None, f"{known.banner}, version {known.version}" if known else "stats: no list")


PROBE = open_probe("beanstalkd", PORTS, ask)
