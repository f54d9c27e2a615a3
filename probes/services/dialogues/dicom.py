"""DICOM as it answers a request for an association, which is let go at once. Nothing is echoed, found or stored."""

from probes.services.dialogue import Dialogue
from probes.services.dicom_wire import ABORT, ASSOCIATE_AC, ASSOCIATE_RJ, RELEASE, associate, kind, whole
from probes.services.identity import Identity, named

TITLE = b"ANY-SCP"
WORDS = {ASSOCIATE_AC: "A-ASSOCIATE-AC", ASSOCIATE_RJ: "A-ASSOCIATE-RJ", ABORT: "A-ABORT"}


def question(host: str) -> bytes:
    """For verification alone (PS3.8 section 9.3.2)."""
    return associate(TITLE)


def recognise(data: bytes) -> Identity | None:
    """Taken, rejected or aborted in the protocol's form."""
    told = kind(data[:4096])
    return named("dicom", WORDS[told]) if told in WORDS else None


DIALOGUE = Dialogue(
    "dicom",
    recognise,
    ports=(104, 2761, 2762, 4242, 11112),
    tls_ports=(2762,),
    question=question,
    own_reply_only=True,
    complete=whole,
    goodbye=RELEASE,
)
