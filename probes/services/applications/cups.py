"""CUPS: whether it tells strangers which printers it has. One at most is asked for, and its name is not kept."""

import re

from probes.services.applications import ipp
from probes.services.applications.application import Application, Question, Told
from probes.services.applications.asking import probe_of
from probes.services.applications.json_answer import version_of
from probes.services.applications.root import Root
from scanner.model.network import Response

PRODUCT = "CUPS"
SERVER = re.compile(r"CUPS/(\d[\d.]*)")
CONTENT = (("content-type", "application/ipp"),)
REFUSALS = (400, 401, 403, 426)
"""400 is for a Host that it was not told to answer to."""
PLAIN = {"attributes-charset", "attributes-natural-language", "status-message"}
QUESTION = ipp.request(ipp.CUPS_GET_PRINTERS, "printer-state")


def printers(response: Response) -> Told | None:
    """A printer, or the word that there is none: either way the question was answered.

    Where CUPS hides its name, what came may hold nothing that was not asked for: some printers answer whatever
    is asked by all that they know of themselves.
    """
    found = SERVER.match(response.header("server") or "")
    version = version_of(found[1]) if found else ""
    reply = ipp.reply(response.body) if response.status == 200 else None
    if reply is None:
        return Told(False, "", PRODUCT, version) if found and response.status in REFUSALS else None
    if not reply.given and reply.status != ipp.NOT_FOUND:
        return Told(False, f"status 0x{reply.status:04x}", PRODUCT, version) if found else None
    if not found and (reply.status == ipp.NOT_FOUND or not reply.texts.keys() <= PLAIN):
        return None
    return Told(True, f"CUPS-Get-Printers answered, status 0x{reply.status:04x}", PRODUCT, version)


def root_tells(root: Root) -> bool:
    return SERVER.match(root.header("server")) is not None


APPLICATION = Application(
    "cups",
    PRODUCT,
    (631,),
    ((Question("/", printers, method="POST", headers=CONTENT, body=QUESTION, most=8192, start_only=True),),),
    root_tells,
    by_number=True,
)
PROBE = probe_of(APPLICATION)
