"""HTTP as it answers GET /: the status line and the Server header. The rest is the web probes' matter."""

import re

from probes.services.dialogue import Dialogue
from probes.services.dialogues import mongodb, rtsp
from probes.services.identity import Identity, named

STATUS = re.compile(rb"HTTP/(?:0\.9|1\.[01]|2|3) (\d{3})\b[^\r\n]*")
SERVER = re.compile(rb"(?:^|\n)server:[ \t]*([^\r\n]+)", re.I)
TOKEN = re.compile(r"([^\s/(]+(?: (?!\()[A-Za-z][\w-]*)*)(?:/v?(\d[\w.+-]*))?")
FRAME = b"\x00\x00"
"""An HTTP/2 SETTINGS frame begins so; it comes unasked to nobody."""
PORTS = (80, 81, 82, 83, 84, 85, 88, 443, 591, 631, 800, 808, 888, 2020, 2082, 2083, 2375, 2376, 2379, 3000, 3001,
         3128, 4443, 5000, 5001, 5601, 5984, 6443, 6984, 7001, 7002, 8000, 8001, 8008, 8010, 8080, 8081, 8082, 8083,
         8085, 8086, 8088, 8090, 8123, 8161, 8180, 8181, 8443, 8444, 8500, 8501, 8529, 8848, 8880, 8888, 8899, 8983,
         9000, 9043, 9080, 9090, 9200, 9443, 9870, 10000, 10250, 10255, 10443, 15672, 18080, 50070)  # fmt: skip
TLS_PORTS = (443, 2083, 2376, 4443, 6443, 6984, 7002, 8443, 8444, 8501, 9043, 9443, 10250, 10443)
PATH = "/"


def request(host: str, path: str = PATH) -> bytes:
    """RFC 9112 section 3: one GET; the connection ends with it."""
    lines = (f"GET {path} HTTP/1.1", f"Host: {host}", "User-Agent: Yuanjian", "Accept: */*", "Connection: close")
    return "\r\n".join((*lines, "", "")).encode("ascii", "replace")


def recognise(data: bytes) -> Identity | None:
    """A status line; product and version are the first ones that Server names."""
    status = STATUS.match(data[:512])
    if status is None or mongodb.is_hint(data) or rtsp.is_tunnel(data):
        return None
    headers = re.split(rb"\r?\n\r?\n", data[:4096], maxsplit=1)[0]
    server = SERVER.search(headers)
    text = server[1].decode("latin-1").strip() if server else ""
    product = TOKEN.match(text)
    line = status[0].decode("latin-1") + (f" | Server: {text}" if text else "")
    known = named("http", line, product[1] if product else "", (product[2] or "") if product else "")
    return Identity(known.protocol, known.product, known.version, known.banner, known.discloses_version, int(status[1]))


DIALOGUE = Dialogue(
    "http", recognise, ports=PORTS, tls_ports=TLS_PORTS, question=request, elsewhere=10, inside_tls=True
)
