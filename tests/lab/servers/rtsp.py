"""RTSP in the laboratory: GStreamer's server with a test picture, for anybody or with a password.

Run by Debian's Python (`python3-gi`): `python3 rtsp.py ADDRESS PORT PATH [USER PASSWORD]`.
"""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PICTURE = "( videotestsrc is-live=true ! video/x-raw,format=I420,width=64,height=48 ! rtpvrawpay name=pay0 pt=96 )"
PYTHON = "/usr/bin/python3"


@contextlib.contextmanager
def rtsp(
    folder: Path, address: str, *, port: int = 554, path: str = "/", password: str | None = None
) -> Iterator[None]:
    """Serve one stream at `path`. `folder` is made."""
    import pytest

    from tests.lab.server import running

    looked = [PYTHON, "-c", "import gi; gi.require_version('GstRtspServer', '1.0')"]
    if not Path(PYTHON).exists() or subprocess.run(looked, capture_output=True, check=False).returncode:
        pytest.skip("laboratory: gir1.2-gst-rtsp-server-1.0 not installed")
    folder.mkdir(parents=True, exist_ok=True)
    login = ["viewer", password] if password else []
    command = [PYTHON, Path(__file__), address, str(port), path, *login]
    with running(command, address=address, ports=[port], folder=folder, seconds=40):
        yield


def serve(address: str, port: str, path: str, *login: str) -> None:
    """The server itself; it ends when it is killed."""
    import gi  # type: ignore[import-not-found]

    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtspServer  # type: ignore[import-not-found]

    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address(address)
    server.set_service(port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(PICTURE)
    factory.set_shared(True)
    if login:
        auth, token = GstRtspServer.RTSPAuth(), GstRtspServer.RTSPToken()
        token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "viewer")
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(*login), token)
        server.set_auth(auth)
        permissions = GstRtspServer.RTSPPermissions()
        for permission in ("access", "construct"):
            permissions.add_permission_for_role("viewer", f"media.factory.{permission}", True)
        factory.set_permissions(permissions)
    server.get_mount_points().add_factory(path, factory)
    server.attach(None)
    GLib.MainLoop().run()


if __name__ == "__main__":
    serve(*sys.argv[1:])
