"""Motion, a camera's software, in the laboratory: a camera that is not there, and pages for everybody or for users."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.lab.server import needs, running


@contextlib.contextmanager
def motion(folder: Path, address: str, *, port: int = 18180, users: bool = False) -> Iterator[None]:
    """Run motion; its web control answers on `port`, pictures on the next. It binds every address of the machine."""
    needs("motion")
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        "daemon off",
        "setup_mode off",
        f"webcontrol_port {port}",
        "webcontrol_localhost off",
        f"stream_port {port + 1}",
        "stream_localhost off",
        f"target_dir {folder}",
        *(["webcontrol_auth_method 1", "webcontrol_authentication laboratory:laboratory"] if users else []),
    ]
    config = folder / "motion.conf"
    config.write_text("\n".join([*lines, ""]), encoding="utf-8")
    with running(["/usr/bin/motion", "-n", "-c", config], address=address, ports=[port], folder=folder):
        yield
