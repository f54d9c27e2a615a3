"""DICOM as it answers a request for an association, which is let go at once. Nothing is echoed, found or stored."""

import re

from probes.services.dialogue import Dialogue
from probes.services.dicom_wire import (
    ABORT,
    ASSOCIATE_AC,
    ASSOCIATE_RJ,
    RELEASE,
    associate,
    implementation,
    kind,
    whole,
)
from probes.services.hearing import Heard
from probes.services.identity import Identity, named

TITLE = b"ANY-SCP"
DCMTK = re.compile(r"OFFIS_DCMTK_(\d)(\d)(\d)(\d?)")
WORDS = {ASSOCIATE_AC: "A-ASSOCIATE-AC", ASSOCIATE_RJ: "A-ASSOCIATE-RJ", ABORT: "A-ABORT"}


def question(host: str) -> bytes:
    """For verification alone (PS3.8 section 9.3.2)."""
    return associate(TITLE)


def suspects(heard: Heard) -> bool:
    """It aborts what is no request of its own."""
    return kind(heard.data[:4096]) == ABORT


def recognise(data: bytes) -> Identity | None:
    """Taken, rejected or aborted in the protocol's form."""
    told = kind(data[:4096])
    if told not in WORDS:
        return None
    name = implementation(data[:4096]) if told == ASSOCIATE_AC else ""
    if dcmtk := DCMTK.fullmatch(name):
        return named("dicom", f"{WORDS[told]}: {name}", "DCMTK", ".".join(part for part in dcmtk.groups() if part))
    return named("dicom", f"{WORDS[told]}: {name}" if name else WORDS[told], name)


DIALOGUE = Dialogue(
    "dicom",
    recognise,
    ports=(104, 2761, 2762, 4242, 11112),
    tls_ports=(2762,),
    question=question,
    own_reply_only=True,
    suspects=suspects,
    complete=whole,
    goodbye=RELEASE,
)
