"""RabbitMQ in the laboratory: one node without a distribution of its own, in the clear and inside TLS."""

import contextlib
import os
import pwd
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.server import needs, running

RELEASE = Path("/usr/lib/rabbitmq")


@contextlib.contextmanager
def rabbitmq(folder: Path, address: str, *, certificate: tuple[Path, Path] | None = None) -> Iterator[None]:
    """Run a broker on 5672, and on 5671 where a certificate and its key are given. `folder` is made."""
    needs("rabbitmq-server", "erl")
    if os.geteuid() != 0:
        pytest.skip("laboratory: RabbitMQ's node wants ports of its own, which only root may keep free of others")
    folder.mkdir(parents=True, exist_ok=True)
    tls: list[str] = []
    if certificate:
        for source, name in zip(certificate, ("cert", "key"), strict=True):
            shutil.copy(source, folder / name)
            tls.append(f"ssl_options.{name}file = {folder / name}")
        tls.append(f"listeners.ssl.default = {address}:5671")
    config = folder / "rabbitmq.conf"
    config.write_text("\n".join([f"listeners.tcp.default = {address}:5672", *tls, ""]), encoding="utf-8")
    user = pwd.getpwnam("rabbitmq")
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid)
    for above in (folder, *folder.parents):
        if above != Path("/") and above.stat().st_uid == os.geteuid():
            above.chmod(above.stat().st_mode | 0o011)
    script = next(iter(sorted(RELEASE.glob("lib/rabbitmq_server-*/sbin/rabbitmq-server"))))
    settings = {
        "HOME": folder,
        "RABBITMQ_BASE": folder,
        "RABBITMQ_CONFIG_FILE": config,
        "RABBITMQ_LOG_BASE": folder,
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_MNESIA_BASE": folder / "mnesia",
        "RABBITMQ_ENABLED_PLUGINS_FILE": folder / "plugins",
        "RABBITMQ_PID_FILE": folder / "pid",
        "RABBITMQ_NODENAME": "laboratory@localhost",
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1",
    }
    words = [f"{name}={value}" for name, value in settings.items()]
    command = ["/sbin/runuser", "-u", "rabbitmq", "--", "/usr/bin/env", *words, script]
    with _names(folder), running(command, address=address, ports=[5672], folder=folder, seconds=90):
        yield
    shutil.rmtree(folder / "mnesia", ignore_errors=True)


@contextlib.contextmanager
def _names(folder: Path) -> Iterator[None]:
    """Erlang's port mapper, in the foreground: a node would leave one behind that outlives it."""
    with running(["/usr/bin/epmd", "-address", "127.0.0.1"], address="127.0.0.1", ports=[4369], folder=folder):
        yield
