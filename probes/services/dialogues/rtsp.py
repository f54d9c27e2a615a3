"""RTSP as it answers OPTIONS (RFC 2326 section 10.1): the status line and the Server header. No stream is described."""

import re

from probes.services.dialogue import Dialogue
from probes.services.hearing import Heard
from probes.services.identity import Identity, named

STATUS = re.compile(rb"RTSP/[12]\.\d (\d{3})\b[^\r\n]*")
TUNNEL = re.compile(rb"HTTP/1\.[01] \d{3}[^\r\n]*\r\n(?:[^\r\n]+\r\n)*?server:[^\r\n]*\brtsp\b", re.I)
"""An answer to HTTP, by which RTSP may be carried, from a server that calls itself one of RTSP."""
SERVER = re.compile(rb"(?:^|\n)(?:server|user-agent):[ \t]*([^\r\n]+)", re.I)
TOKEN = re.compile(r"([^\s/(,]+(?: (?!\()[A-Za-z][\w-]*)*)(?:[/ ][vV]?(\d[\w.+-]*))?")


def request(method: str, url: str, number: int) -> bytes:
    """One request without a body; `number` is its CSeq."""
    lines = (f"{method} {url} RTSP/1.0", f"CSeq: {number}", "User-Agent: Yuanjian")
    return "\r\n".join((*lines, "", "")).encode("ascii", "replace")


def question(host: str) -> bytes:
    """The server as a whole: `*`."""
    return request("OPTIONS", "*", 1)


def status(data: bytes) -> int | None:
    """The status of an answer; None for anything else."""
    found = STATUS.match(data[:512])
    return int(found[1]) if found else None


def is_tunnel(data: bytes) -> bool:
    """Whether RTSP answered in HTTP's form."""
    return TUNNEL.match(data[:2048]) is not None


def suspects(heard: Heard) -> bool:
    """It is asked in its own words then."""
    return is_tunnel(heard.data)


def recognise(data: bytes) -> Identity | None:
    """A status line; product and version are the first that Server names."""
    found = STATUS.match(data[:512])
    if found is None:
        return None
    server = SERVER.search(data[:4096].partition(b"\r\n\r\n")[0])
    text = server[1].decode("latin-1").strip() if server else ""
    product = TOKEN.match(text)
    line = found[0].decode("latin-1") + (f" | Server: {text}" if text else "")
    return named("rtsp", line, product[1] if product else "", (product[2] or "") if product else "")


DIALOGUE = Dialogue(
    "rtsp",
    recognise,
    ports=(554, 8554, 10554),
    question=question,
    suspects=suspects,
    complete=lambda data: b"\r\n\r\n" in data,
)
