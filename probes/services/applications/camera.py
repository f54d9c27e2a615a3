"""A camera or a video recorder: its log-in page, ONVIF's time, or RTSP in its maker's name. No picture is asked for."""

import re
from dataclasses import replace

from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import (
    Answer,
    ApplicationFacts,
    Inquiry,
    Outcome,
    asks_for,
    described,
    inquiry,
    probe_of,
)
from probes.services.applications.root import ENOUGH, Root, root_of
from probes.services.applications.rtsp_maker import maker
from probes.services.dialogues.rtsp import question
from scanner.model.network import Network, Response
from scanner.model.observation import Seen
from scanner.model.target import Target

RTSP = "rtsp"
TIME = (
    b'<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
    b'<GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>'
)
"""What a device tells everybody before any login (ONVIF Core Specification, access class PRE_AUTH)."""
CONTENT = (("content-type", "application/soap+xml; charset=utf-8"),)
ANSWER = re.compile(rb"<(?:[\w-]{1,20}:)?GetSystemDateAndTimeResponse\b")
REALM = re.compile(
    r'(?i)realm="?(?:AXIS_[0-9A-F]{12}|[^"]{0,40}\b(?:IP ?Camera|Network Camera|IPCAM|DVR|NVR)\b[^"]{0,40})'
)


def _sign(
    product: str, *, server: str = "(?!)", title: str = "(?!)", body: str = "(?!)"
) -> tuple[str, re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    return product, re.compile(server), re.compile(title), re.compile(body)


SIGNS = (
    _sign(
        "Hikvision",
        server=r"^(?:App-webs/|DNVRS-Webs|DVRDVS-Webs|Hikvision-Webs)",
        body=r"/doc/page/login\.asp|seajs\.use\([^)]{0,99}doc/script/",
    ),
    _sign("Dahua", body=r"/jsCore/rpcCore\.js|js/loginEx\.js|/RPC2_Login"),
    _sign("Uniview", body=r"/cgi-bin/main-cgi\?|UniviewNVR|LAPI/V1\.0/"),
    _sign("Xiongmai", title=r"^NETSurveillance WEB$"),
    _sign("TP-Link camera", title=r"^(?:TP-LINK|TL-(?:IPC|NVR))\S{0,20}$", body=r"(?i)\bIPC\b.{0,200}camera"),
    _sign("Axis", body=r"/axis-cgi/", title=r"^(?:Live view\s+-\s+)?AXIS [A-Z]?\d{3,4}\b"),
    _sign("Foscam", title=r"^IPCam Client$"),
    _sign("Reolink", title=r"^Reolink$"),
    _sign("Tiandy", title=r"^Tiandy$"),
    _sign("Kedacom", title=r"^Kedacom$"),
    _sign("Motion", title=r"^Motion$", body=r"camera_click\("),
    _sign("", title=r"(?i)^(?:network camera|ip ?camera|ipcam|net(?:work)? ?(?:dvr|nvr)|(?:web ?)?(?:dvr|nvr)(?: (?:login|web client|web viewer))?|网络摄像机|网络视频录像机|硬盘录像机)$"),
)  # fmt: skip
"""How makers' own pages are known: their web server, their title, a path of theirs that the root names or leads to."""
BOTH = ("Motion", "TP-Link camera")
"""Here a title alone might be another thing's: the body must say so too."""
STREAM = "multipart/x-mixed-replace"


def made_by(root: Root) -> str | None:
    """The maker whose sign the root bears, "" where it is a camera of nobody named; None where it is none."""
    inside = f"{root.header('location')}\n{root.body}"
    for product, server, title, body in SIGNS:
        if product in BOTH:
            if title.search(root.title) and body.search(inside):
                return product
        elif server.search(root.header("server")) or title.search(root.title) or body.search(inside):
            return product
    return "" if REALM.search(root.header("www-authenticate")) else None


def page(response: Response) -> Told | None:
    """The page, the login that it asks for, or the pictures themselves."""
    root = root_of(response)
    if root is None or (root.status >= 400 and root.status != 401):
        return None
    maker = made_by(root)
    if maker is not None:
        return Told(True, "a log-in page of a camera or recorder", maker)
    moving = root.header("content-type").startswith(STREAM) and "image/jpeg" in root.body[:4096]
    return Told(True, "moving pictures at the root, of which none was kept") if moving else None


def time(response: Response) -> Told | None:
    """ONVIF's answer; the time itself is not kept."""
    if response.status != 200 or not ANSWER.search(response.body):
        return None
    return Told(True, "ONVIF GetSystemDateAndTime answered", "ONVIF device")


def root_tells(root: Root) -> bool:
    return made_by(root) is not None or root.header("content-type").startswith(STREAM)


APPLICATION = Application(
    "camera",
    "camera",
    (2020, 8899, 34567, 37777),
    (
        (Question("/", page, most=ENOUGH, start_only=True),),
        (Question("/onvif/device_service", time, method="POST", headers=CONTENT, body=TIME, most=16 * 1024),),
    ),
    root_tells,
    by_number=True,
    apart=True,
)


async def observe(target: Target, net: Network) -> Seen[ApplicationFacts]:
    """Where RTSP is spoken its name is asked for, twice; else what HTTP says."""
    if target.protocol != RTSP:
        return described(APPLICATION, await inquiry(APPLICATION, net))
    first = await _options(target, net)
    again = await _options(target, net) if first.outcome is Outcome.GIVEN else None
    return described(APPLICATION, Inquiry([[first]], again))


async def _options(target: Target, net: Network) -> Answer:
    async with net.connect(tls=target.tls is True) as stream:
        await stream.send(question(""))
        told = maker(await stream.receive_until(b"\r\n\r\n", 4096))
    line = f"OPTIONS *: {told.words}" if told else "OPTIONS *: no device is named"
    return Answer(Outcome.GIVEN if told else Outcome.OTHER, line, told)


def wants(target: Target) -> bool:
    """As every application; and by address, what speaks RTSP."""
    return asks_for(APPLICATION)(target) or (target.protocol == RTSP and target.name is None)


PROBE = replace(probe_of(APPLICATION), observe=observe, wants=wants)
