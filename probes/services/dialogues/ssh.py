"""SSH as it greets: the identification string. What it offers is asked by `ssh.algorithms`."""

import re

from probes.services.dialogue import Dialogue, Further
from probes.services.identity import Identity, named
from probes.ssh.frame import framed
from probes.ssh.packets import goodbye

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


GOODBYE = b"SSH-2.0-Yuanjian\r\n" + framed(goodbye())
"""Our version and SSH_MSG_DISCONNECT: who closes without a word leaves an error in OpenSSH's log."""


def farewell(identity: Identity) -> bytes | None:
    """None for a server that speaks version 1 alone."""
    return GOODBYE if identity.banner.startswith(("SSH-2.", "SSH-1.99-")) else None


def unchanged(identity: Identity, data: bytes) -> Identity:
    """Nothing is learnt from the answer; what the server offers is asked by `ssh.algorithms`."""
    return identity


DIALOGUE = Dialogue("ssh", recognise, ports=(22, 2222, 22222), further=Further(farewell, unchanged, bool))
