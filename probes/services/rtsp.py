"""Whether a camera or media server describes a stream to a stranger. No stream is set up; the description is not kept."""

import re

from probes.services.dialogues.rtsp import request, status
from probes.services.openness import Answer, open_probe
from scanner.model.errors import Malformed, OverBudget
from scanner.model.network import Network, Stream
from scanner.model.target import Target

PORTS = (554, 8554, 10554)
PATHS = (
    "/",
    "/Streaming/Channels/101",
    "/cam/realmonitor?channel=1&subtype=0",
    "/media/video1",
    "/stream1",
    "/live",
    "/live.sdp",
    "/axis-media/media.amp",
)
"""The root, and where cameras of the usual makers have their first channel (their manuals); none names an account."""
OK, WANTS_LOGIN, ABSENT = 200, (401, 403), (400, 404, 405, 451, 454, 503)
LENGTH = re.compile(rb"\ncontent-length:[ \t]*(\d{1,7})", re.I)
MOST_HEAD, MOST_BODY = 8192, 65536


async def ask(target: Target, net: Network) -> Answer:
    """DESCRIBE by the usual addresses, on one connection, until one tells."""
    host = target.address or ""
    origin = f"rtsp://[{host}]:{target.port}" if ":" in host else f"rtsp://{host}:{target.port}"
    told: list[int] = []
    async with net.connect(tls=target.tls is True) as stream:
        for number, path in enumerate(PATHS, 1):
            await stream.send(request("DESCRIBE", origin + path, number))
            try:
                code = status(await _head(stream))
            except Malformed:
                if not told:
                    raise
                break  # it hangs up after an address that it does not know
            if code is None:
                return Answer(None, f"DESCRIBE {path}: no reply in the protocol's form")
            if code == OK or code in WANTS_LOGIN:
                return Answer(code == OK, f"DESCRIBE {path}: {code}")
            told.append(code)
    return describe(told)


def describe(codes: list[int]) -> Answer:
    """No usual address gave a stream: closed where each was known to be none."""
    words = f"DESCRIBE by {len(codes)} usual addresses: {', '.join(str(code) for code in dict.fromkeys(codes))}"
    return Answer(False if codes and set(codes) <= set(ABSENT) else None, words)


async def _head(stream: Stream) -> bytes:
    """The head of one answer; its body is read away, so that the next answer begins where it should."""
    head = await stream.receive_until(b"\r\n\r\n", MOST_HEAD)
    length = LENGTH.search(head)
    size = int(length[1]) if length else 0
    if size > MOST_BODY:
        raise OverBudget(f"a description of {size} bytes")
    if size and status(head) != OK:
        await stream.receive_exactly(size)
    return head


PROBE = open_probe("rtsp", PORTS, ask)
