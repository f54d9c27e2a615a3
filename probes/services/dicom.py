"""Whether a DICOM node talks to a stranger: a C-ECHO by a common title. Nothing is looked for, moved or stored."""

from probes.services.dicom_wire import (
    ASSOCIATE_AC,
    ASSOCIATE_RJ,
    DATA,
    MOST,
    RELEASE,
    accepts_context,
    associate,
    echo,
    echo_status,
    kind,
)
from probes.services.hearing import farewell
from probes.services.openness import Answer, open_probe
from scanner.model.errors import Malformed
from scanner.model.network import Network, Stream
from scanner.model.probe import Impact, Profile
from scanner.model.target import Target

PORTS = (104, 2761, 2762, 4242, 11112)
TITLES = (b"ANY-SCP", b"STORESCP", b"ORTHANC", b"DCM4CHEE")
"""What toolkits and open archives are called as they come."""
CALLED_UNKNOWN = (1, 7)
"""Source and reason of a rejection: the title is not known here (PS3.8 table 9-21)."""


async def ask(target: Target, net: Network) -> Answer:
    """Title by title until one is known here."""
    answer = Answer(None, "")
    for title in TITLES:
        async with net.connect(tls=target.tls is True) as stream:
            answer, unknown = await _echoed(stream, title)
        if not unknown:
            return answer
    return Answer(False, f"A-ASSOCIATE-RJ for each of {len(TITLES)} common titles")


async def _echoed(stream: Stream, title: bytes) -> tuple[Answer, bool]:
    """What came of one title, and whether it is merely not the node's."""
    await stream.send(associate(title))
    told = await _pdu(stream)
    if kind(told) != ASSOCIATE_AC:
        return rejected(told), kind(told) == ASSOCIATE_RJ and (told[8], told[9]) == CALLED_UNKNOWN
    if not accepts_context(told):
        await farewell(stream, RELEASE)
        return Answer(None, "A-ASSOCIATE-AC without verification"), False
    await stream.send(echo())
    answer = echoed(await _pdu(stream), title)
    await farewell(stream, RELEASE)
    return answer, False


def rejected(pdu: bytes) -> Answer:
    """A rejection is a no; anything else is not understood."""
    if kind(pdu) == ASSOCIATE_RJ:
        return Answer(False, f"A-ASSOCIATE-RJ: source {pdu[8]}, reason {pdu[9]}")
    return Answer(None, "A-ASSOCIATE-RQ: neither taken nor rejected")


def echoed(pdu: bytes, title: bytes) -> Answer:
    """Success is status 0 (PS3.7 section 9.3.5.2)."""
    status = echo_status(pdu) if kind(pdu) == DATA else None
    if status is None:
        return Answer(None, "C-ECHO: no response in the protocol's form")
    return Answer(status == 0, f"C-ECHO by the title {title.decode('ascii')}: status 0x{status:04x}")


async def _pdu(stream: Stream) -> bytes:
    head = await stream.receive_exactly(6)
    length = int.from_bytes(head[2:], "big")
    if length > MOST:
        raise Malformed(f"a PDU of {length} bytes")
    return head + await stream.receive_exactly(length)


PROBE = open_probe("dicom", PORTS, ask, connections=2 * len(TITLES), impact=Impact.MARKED, profile=Profile.THOROUGH)
