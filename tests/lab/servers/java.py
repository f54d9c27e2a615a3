"""Java in the laboratory: class paths of Debian's libraries, and virtual machines that start quickly."""

import contextlib
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.lab.server import needs, running

JARS = Path("/usr/share/java")
LIGHT = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m", "-Djava.net.preferIPv4Stack=true")


def class_path(*jars: str) -> str:
    """Debian's libraries by name, or the test is skipped by name."""
    missing = [jar for jar in jars if not (JARS / f"{jar}.jar").exists()]
    if missing:
        pytest.skip(f"laboratory: {', '.join(missing)} not installed")
    return ":".join(str(JARS / f"{jar}.jar") for jar in jars)


@contextlib.contextmanager
def java(folder: Path, address: str, ports: Sequence[int], *arguments: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a virtual machine until `address` accepts on `ports`. `folder` is made."""
    needs("java")
    folder.mkdir(parents=True, exist_ok=True)
    with running(["/usr/bin/java", *LIGHT, *arguments], address=address, ports=ports, folder=folder, seconds=60) as one:
        yield one


@contextlib.contextmanager
def registry(folder: Path, address: str, *, port: int = 1099, debugger: int | None = None) -> Iterator[None]:
    """An RMI registry, which listens on every address; with a debugger's port on `address` where one is given."""
    debug = (
        ()
        if debugger is None
        else (f"-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address={address}:{debugger}",)
    )
    ports = [port]  # a look at the debugger's port would be taken for a debugger that fails
    modules = ("--add-exports", "java.rmi/sun.rmi.registry=ALL-UNNAMED", "-m", "java.rmi/sun.rmi.registry.RegistryImpl")
    with java(folder, address, ports, *debug, f"-Djava.rmi.server.hostname={address}", *modules, str(port)):
        yield
