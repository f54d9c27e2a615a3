"""Whose camera or recorder speaks RTSP, by the name that its server gives itself. No stream is described."""

import re

from probes.services.applications.application import Told
from probes.services.dialogues.rtsp import recognise

MAKERS = re.compile(
    r"(?i)\b(Hikvision|HiIpcam|Hipcam|Dahua|Uniview|Tiandy|Kedacom|Reolink|Amcrest|Foscam|Axis|H264DVR|H\.?264 ?DVR|DVRDVS"
    r"|IP ?Camera|IPCam(?:era)?|IPC|NVR|DVR|Vivotek|Hanwha|Bosch|Ezviz|XMeye|Xiongmai|TP-?LINK IPC)\b"
)
"""Words of Server headers by which makers name their devices; a media server that is no device has none of them."""


def maker(reply: bytes) -> Told | None:
    """What the answer to OPTIONS tells; None where no device is named."""
    identity = recognise(reply)
    found = MAKERS.search(identity.banner.partition(" | Server: ")[2]) if identity is not None else None
    return Told(True, found[0], f"{found[0]} (RTSP)") if found else None
