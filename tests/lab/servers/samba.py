"""Samba in the laboratory: smbd in the foreground over a folder of its own, as careless or as strict as you name it.

smbd listens only on addresses that an interface carries, so that the address is added to `lo` (as root).
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.server import carried, needs, running


@contextlib.contextmanager
def samba(
    folder: Path, address: str, *, smb1: bool = False, signing: str = "default", restrict_anonymous: int = 0
) -> Iterator[None]:
    """Run smbd on 445; `signing` is its own word ("mandatory", "default"). `folder` is made."""
    needs("smbd")
    if os.geteuid() != 0:
        pytest.skip("laboratory: smbd wants to be started as root")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("private", "lock", "state", "cache", "ncalrpc", "pid", "share"):
        (folder / name).mkdir(exist_ok=True)
    lines = [
        "[global]",
        f"interfaces = {address}/32",
        "bind interfaces only = yes",
        "smb ports = 445",
        "disable netbios = yes",
        "server role = standalone server",
        f"private dir = {folder / 'private'}",
        f"lock directory = {folder / 'lock'}",
        f"state directory = {folder / 'state'}",
        f"cache directory = {folder / 'cache'}",
        f"ncalrpc dir = {folder / 'ncalrpc'}",
        f"pid directory = {folder / 'pid'}",
        "log level = 1",
        "load printers = no",
        "disable spoolss = yes",
        f"server min protocol = {'NT1' if smb1 else 'SMB2_02'}",
        f"server signing = {signing}",
        f"restrict anonymous = {restrict_anonymous}",
        "map to guest = never",
        "[kept]",
        f"path = {folder / 'share'}",
        "guest ok = no",
        "",
    ]
    config = folder / "smb.conf"
    config.write_text("\n".join(lines), encoding="utf-8")
    command: list[str | Path] = ["/usr/sbin/smbd", "-F", "--debug-stdout", "-s", config]
    with carried(address), running(command, address=address, ports=[445], folder=folder):
        yield
