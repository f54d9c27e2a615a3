"""A name server that does not keep to its protocol, one way at a time, over UDP and TCP. Serves no zone."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rrset

Answering = Callable[[bytes], bytes]


def silent(query: bytes) -> bytes:
    """Nothing at all."""
    return b""


def garbage(query: bytes) -> bytes:
    """Bytes that are no DNS."""
    return b"\xff" * 40


def other_number(query: bytes) -> bytes:
    """A well-formed answer to a question that nobody asked."""
    return bytes([query[0] ^ 0xFF]) + answered(query)[1:]


def truncating(query: bytes) -> bytes:
    """Always cut short, over TCP too."""
    response = _response(query)
    response.flags |= dns.flags.TC
    return bytes(response.to_wire())


def refusing(query: bytes) -> bytes:
    return _coded(query, dns.rcode.REFUSED)


def failing(query: bytes) -> bytes:
    return _coded(query, dns.rcode.SERVFAIL)


def answered(query: bytes) -> bytes:
    """An empty NOERROR without a SOA."""
    return bytes(_response(query).to_wire())


def catching_all(query: bytes) -> bytes:
    """The same address for every question of whatever kind, many times over, as captive portals do."""
    response = _response(query)
    name = response.question[0].name
    response.answer.append(dns.rrset.from_text(name, 60, "IN", "A", *(f"198.51.100.{n}" for n in range(1, 68))))
    return bytes(response.to_wire())


@contextlib.contextmanager
def misbehaving(answering: Answering, address: str, port: int = 5353) -> Iterator[None]:
    """Serve until the end of the block."""
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    streams = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    streams.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    over = threading.Event()
    for listener in (datagrams, streams):
        listener.bind((address, port))
        listener.settimeout(0.05)
    streams.listen(16)
    threads = [
        threading.Thread(target=_serve_datagrams, args=(datagrams, answering, over)),
        threading.Thread(target=_serve_streams, args=(streams, answering, over)),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()
        datagrams.close()
        streams.close()


def _serve_datagrams(listener: socket.socket, answering: Answering, over: threading.Event) -> None:
    while not over.is_set():
        with contextlib.suppress(OSError):
            query, sender = listener.recvfrom(4096)
            if answer := answering(query):
                listener.sendto(answer, sender)


def _serve_streams(listener: socket.socket, answering: Answering, over: threading.Event) -> None:
    kept: list[socket.socket] = []
    while not over.is_set():
        with contextlib.suppress(OSError):
            stream, _ = listener.accept()
            stream.settimeout(0.5)
            kept.append(stream)  # open until the end: a closed stream would be an answer of its own
            query = stream.recv(4096)[2:]
            if len(query) > 12 and (answer := answering(query)):
                stream.sendall(len(answer).to_bytes(2, "big") + answer)
    for stream in kept:
        stream.close()


def _response(query: bytes) -> dns.message.Message:
    return dns.message.make_response(dns.message.from_wire(query))


def _coded(query: bytes, code: dns.rcode.Rcode) -> bytes:
    response = _response(query)
    response.set_rcode(code)
    return bytes(response.to_wire())
