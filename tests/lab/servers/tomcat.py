"""Tomcat in the laboratory: its AJP connector alone, from Debian's libraries."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.lab.servers.java import class_path, java

PARTS = (
    "catalina",
    "coyote",
    "juli",
    "util",
    "util-scan",
    "api",
    "jni",
    "servlet-api",
    "annotations-api",
    "jaspic-api",
)
SERVER = """<Server port="-1"><Service name="Catalina">
<Connector protocol="AJP/1.3" address="{address}" port="{port}" secretRequired="false"/>
<Engine name="Catalina" defaultHost="localhost"><Host name="localhost" appBase="webapps"/></Engine></Service></Server>
"""


@contextlib.contextmanager
def tomcat(folder: Path, address: str, *, port: int = 8009) -> Iterator[None]:
    """Run Catalina with one connector. `folder` is made."""
    for part in ("conf", "webapps", "temp", "logs"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "conf" / "server.xml").write_text(SERVER.format(address=address, port=port), encoding="utf-8")
    (folder / "conf" / "web.xml").write_text("<web-app/>", encoding="utf-8")
    path = class_path(*(f"tomcat9-{part}" for part in PARTS))
    home = [f"-Dcatalina.{kind}={folder}" for kind in ("home", "base")]
    arguments = [
        *home,
        f"-Djava.io.tmpdir={folder}/temp",
        "-cp",
        path,
        "org.apache.catalina.startup.Bootstrap",
        "start",
    ]
    with java(folder, address, [port], *arguments):
        yield
