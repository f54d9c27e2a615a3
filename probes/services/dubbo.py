"""Whether Dubbo answers a stranger: a heartbeat of its protocol, or the prompt of its telnet. No `ls`, no call."""

from probes.services.dialogues.dubbo import PROMPT, answers_heartbeat, heartbeat
from probes.services.hearing import hear
from probes.services.length import told
from probes.services.openness import Answer, open_probe
from scanner.model.errors import TimedOut
from scanner.model.network import Network
from scanner.model.target import Target

PORTS = (20880, 20881)
PATIENCE = 8.0


async def ask(target: Target, net: Network) -> Answer:
    """The heartbeat; an empty line where that is not answered."""
    async with net.connect(tls=target.tls is True) as stream:
        await stream.send(heartbeat())
        heard = await hear(stream, PATIENCE, told(12, 4, beyond=16))
    if answers_heartbeat(heard.data):
        return Answer(True, "heartbeat: answered")
    async with net.connect(tls=target.tls is True) as stream:
        await stream.send(b"\r\n")
        prompt = await hear(stream, PATIENCE, lambda data: PROMPT.match(data) is not None)
    if not (heard.data or heard.closed or prompt.data or prompt.closed):
        raise TimedOut("neither the heartbeat nor an empty line was answered")
    return Answer(True, "telnet: dubbo>") if PROMPT.match(prompt.data) else Answer(None, "neither heartbeat nor prompt")


PROBE = open_probe("dubbo", PORTS, ask, connections=4)
