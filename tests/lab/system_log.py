"""A system log of one's own: a /dev of a mount namespace's own whose `log` is read here. Root; not for a shared /dev."""

import contextlib
import os
import re
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

TTY = 0
NODES = {"null": 3, "zero": 5, "full": 7, "random": 8, "urandom": 9, "tty": TTY}
"""Devices of Linux by their minor numbers (Documentation/admin-guide/devices.txt)."""
LINE = re.compile(r"<(\d{1,3})>(?:\w{3} [ \d]\d [\d:]{8} )?(?:([\w./-]+?)(?:\[\d+\])?: )?(.*)", re.S)
NOTICE = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: who wrote it, how bad it is (0 the worst, 5 notice), and its words."""

    program: str
    severity: int
    words: str


@dataclass(slots=True)
class SystemLog:
    entries: list[Entry] = field(default_factory=list)

    def settled(self, quiet: float = 0.7) -> list[Entry]:
        """All lines, once none has come for a while."""
        count = -1
        while count != len(self.entries):
            count = len(self.entries)
            time.sleep(quiet)
        return list(self.entries)


def entry(datagram: bytes) -> Entry | None:
    """Read a line as libc's syslog() writes it."""
    found = LINE.match(datagram.decode("utf-8", "replace").rstrip("\0\n"))
    return Entry(found[2] or "", int(found[1]) & 7, found[3]) if found else None


@contextlib.contextmanager
def system_log() -> Iterator[SystemLog]:
    """Mount a fresh /dev over the old one, for this mount namespace alone, and read what is logged there."""
    if Path("/proc/self/ns/mnt").readlink() == Path(f"/proc/{os.getppid()}/ns/mnt").readlink():
        raise RuntimeError("in the mount namespace of whoever started it: run it by `unshare --mount`")
    _run("mount", "--make-rprivate", "/")
    _run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/dev")
    for name, minor in NODES.items():
        os.mknod(f"/dev/{name}", stat.S_IFCHR | 0o666, os.makedev(1 if minor != TTY else 5, minor))
        Path(f"/dev/{name}").chmod(0o666)
    for name in ("pts", "shm"):
        Path(f"/dev/{name}").mkdir()
    _run("mount", "-t", "devpts", "-o", "newinstance,ptmxmode=0666", "devpts", "/dev/pts")
    Path("/dev/shm").chmod(0o1777)
    Path("/dev/ptmx").symlink_to("pts/ptmx")
    Path("/dev/fd").symlink_to("/proc/self/fd")
    log = SystemLog()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("/dev/log")
        Path("/dev/log").chmod(0o666)
        threading.Thread(target=_read, args=(listener, log), daemon=True).start()
        yield log


def _read(listener: socket.socket, log: SystemLog) -> None:
    with contextlib.suppress(OSError):
        while True:
            if (read := entry(listener.recv(8192))) is not None:
                log.entries.append(read)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
