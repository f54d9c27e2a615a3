"""Well-kept servers, asked everything of impact ordinary, and what they wrote to the system's log. Prints JSON.

Run as root by `unshare --net --mount`; not a test itself.
"""

import asyncio
import dataclasses
import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.lab.certificates import issue
from tests.lab.servers.dovecot import dovecot
from tests.lab.servers.dropbear import dropbear
from tests.lab.servers.openssh import openssh
from tests.lab.servers.postfix import postfix
from tests.lab.servers.rsyncd import rsyncd
from tests.lab.servers.slapd import slapd
from tests.lab.servers.vsftpd import vsftpd
from tests.lab.service_inspection import inspected
from tests.lab.system_log import system_log

PLACES = {
    "sshd": ("127.32.20.1", 22),
    "dropbear": ("127.32.20.2", 22),
    "vsftpd": ("127.32.20.3", 21),
    "postfix": ("127.32.20.4", 25),
    "dovecot": ("127.32.20.5", 143),
    "slapd": ("127.32.20.6", 389),
    "rsyncd": ("127.32.20.7", 873),
}
MARKED = {"ssh.password-auth"}


def main() -> None:
    marked = "marked" in sys.argv[1:]
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        log = stack.enter_context(system_log())
        certificate = issue("gentle.example").write(folder)
        both = folder / "both.pem"
        both.write_bytes(b"".join(part.read_bytes() for part in certificate))
        at = {program: place[0] for program, place in PLACES.items()}
        stack.enter_context(openssh(folder / "sshd", at["sshd"], syslog=True))
        stack.enter_context(dropbear(folder / "dropbear", at["dropbear"], syslog=True))
        stack.enter_context(vsftpd(folder / "vsftpd", at["vsftpd"], certificate=both, syslog=True))
        stack.enter_context(postfix(folder / "postfix", at["postfix"], certificate=certificate, syslog=True))
        stack.enter_context(dovecot(folder / "dovecot", at["dovecot"], certificate=certificate, syslog=True))
        stack.enter_context(slapd(folder / "slapd", at["slapd"], access="kept"))
        stack.enter_context(rsyncd(folder / "rsyncd", at["rsyncd"], {"kept": ("auth users = backup",)}, syslog=True))
        log.settled()
        log.entries.clear()  # what starting them brought, and our own looking whether they serve
        told = {}
        for program, (address, port) in PLACES.items():
            found = asyncio.run(inspected(address, port, chosen=MARKED if marked else ()))
            lines = [dataclasses.asdict(one) for one in log.settled()]
            log.entries.clear()
            told[program] = {"protocol": found.identity["protocol"], "lines": lines}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
