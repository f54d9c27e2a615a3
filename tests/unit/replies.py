"""What services say in binary protocols, made by hand after their specifications: for tests of what reads it."""

import struct
from collections.abc import Mapping

from probes.services import dicom_wire, kafka_wire, mongodb_wire
from probes.services.dialogues import dubbo

NATS = (
    b'INFO {"server_id":"NAK","server_name":"NAK","version":"2.9.10","proto":1,"go":"go1.19","host":"127.0.0.1",'
    b'"port":4222,"headers":true,"max_payload":1048576,"client_id":4} \r\n'
)
Field = float | int | str | list[str]


def document(fields: Mapping[str, Field]) -> bytes:
    """BSON: doubles, 32-bit numbers, texts, and lists of documents with a name each."""
    body = b""
    for name, value in fields.items():
        key = name.encode() + b"\0"
        match value:
            case float():
                body += b"\x01" + key + struct.pack("<d", value)
            case int():
                body += b"\x10" + key + value.to_bytes(4, "little", signed=True)
            case str():
                body += b"\x02" + key + _counted(value.encode() + b"\0")
            case list():
                items = b"".join(
                    b"\x03" + str(at).encode() + b"\0" + document({"name": one}) for at, one in enumerate(value)
                )
                body += b"\x04" + key + _counted(items + b"\0", beyond=4)
    return _counted(body + b"\0", beyond=4)


def mongodb(fields: Mapping[str, Field], *, message: bool = False) -> bytes:
    """A reply: by OP_REPLY, or by OP_MSG."""
    body = bytes(4) + b"\0" + document(fields) if message else bytes(20) + document(fields)
    code = mongodb_wire.MESSAGE if message else mongodb_wire.REPLY
    numbers = (16 + len(body), 1, mongodb_wire.REQUEST_ID, code)
    return b"".join(number.to_bytes(4, "little") for number in numbers) + body


def cassandra(operation: int, body: bytes = b"", version: int = 4) -> bytes:
    """A response on stream 0."""
    return bytes((0x80 | version, 0, 0, 0, operation)) + len(body).to_bytes(4, "big") + body


def kafka_versions(known: Mapping[int, tuple[int, int]], error: int = 0) -> bytes:
    """An ApiVersions response of version 0."""
    rows = b"".join(struct.pack(">hhh", key, *limits) for key, limits in known.items())
    return kafka(struct.pack(">hi", error, len(known)) + rows)


def kafka_metadata(hosts: list[str], version: int) -> bytes:
    """A Metadata response with brokers and no topics (the fields up to them)."""
    rows = b"".join(
        struct.pack(">ih", at, len(host)) + host.encode() + struct.pack(">i", 9092) + b"\xff\xff"
        for at, host in enumerate(hosts)
    )
    return kafka((bytes(4) if version >= 3 else b"") + struct.pack(">i", len(hosts)) + rows + b"\xff\xff" + bytes(8))


def kafka(body: bytes) -> bytes:
    """A response to our number."""
    return (4 + len(body)).to_bytes(4, "big") + kafka_wire.NUMBER + body


def amqp_start(**properties: bytes) -> bytes:
    """Connection.Start with these server properties."""
    table = b"".join(bytes([len(key)]) + key.encode() + b"S" + _long(value) for key, value in properties.items())
    body = b"\x00\x0a\x00\x0a\x00\x09" + _long(table) + _long(b"PLAIN AMQPLAIN") + _long(b"en_US")
    return b"\x01\x00\x00" + _long(body) + b"\xce"


def dubbo_heartbeat() -> bytes:
    """The response to a heartbeat."""
    return dubbo.MAGIC + bytes([dubbo.RESPONSE, dubbo.OK]) + dubbo.NUMBER + (1).to_bytes(4, "big") + b"N"


def dicom_accepted(result: int = 0) -> bytes:
    """A-ASSOCIATE-AC with one presentation context."""
    context = b"\x01\x00" + bytes([result]) + b"\x00\x40\x00\x00\x11" + dicom_wire.IMPLICIT_LITTLE_ENDIAN
    items = b"\x10\x00" + _short(dicom_wire.APPLICATION) + b"\x21\x00" + _short(context)
    return dicom_pdu(2, b"\x00\x01\x00\x00" + bytes(64) + items)


def dicom_echoed(status: int = 0) -> bytes:
    """A C-ECHO-RSP."""
    command = b"\0\0\x00\x01\x02\0\0\0\x30\x80" + b"\0\0\x00\x09\x02\0\0\0" + status.to_bytes(2, "little")
    value = b"\x01\x03" + command
    return dicom_pdu(4, _long(value))


def dicom_pdu(kind: int, body: bytes) -> bytes:
    return bytes([kind, 0]) + _long(body)


def _counted(content: bytes, beyond: int = 0) -> bytes:
    return (len(content) + beyond).to_bytes(4, "little") + content


def _long(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content


def _short(content: bytes) -> bytes:
    return len(content).to_bytes(2, "big") + content
