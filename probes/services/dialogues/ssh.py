"""SSH as it greets: the identification string. What it offers is asked by `ssh.algorithms`."""

import re

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

STRING = re.compile(rb"(?:^|\n)(SSH-\d\.\d+-([^\s\x00-\x1f\x7f-\xff]*)[^\r\n]*)")
SOFTWARE = re.compile(r"^(?:([A-Za-z][A-Za-z. ]*?)[_-]v?(\d[\w.]*)|([^\d_]+))")


def recognise(data: bytes) -> Identity | None:
    """RFC 4253 section 4.2: other lines may come before; the software version is demanded."""
    found = STRING.search(data[:4096])
    if found is None or (found.start() and b"\0" in data[: found.start()]):
        return None
    software = SOFTWARE.match(found[2].decode("ascii"))
    product, version = (software[1] or software[3] or "", software[2] or "") if software else ("", "")
    return named("ssh", found[1], product, version, demanded=True)


DIALOGUE = Dialogue("ssh", recognise, ports=(22, 2222, 22222))
