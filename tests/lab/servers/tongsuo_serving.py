"""A TLS server over the library inside the wheel of tongsuopy (BabaSSL 8.3): a process of its own, by ctypes.

Usage: tongsuo_serving.py LIBRARY ADDRESS PORT OPTION=VALUE ...
sign=CERTIFICATE:KEY, encrypt=CERTIFICATE:KEY   the two pairs of TLCP (PEM); with them TLCP is spoken
leaf=CERTIFICATE:KEY                            the pair of TLS
ciphers=LIST, suites=LIST                       up to TLS 1.2 and of TLCP; of TLS 1.3
lowest=NUMBER, highest=NUMBER                   versions of TLS
"""

import contextlib
import ctypes
import socket
import sys
import threading

PEM = 1
SET_LOWEST, SET_HIGHEST = 123, 124  # SSL_CTRL_SET_MIN_PROTO_VERSION, SSL_CTRL_SET_MAX_PROTO_VERSION


class Library:
    """The few functions used, each with `pointer` results as such. A failing call ends the process."""

    def __init__(self, path: str) -> None:
        self._library = ctypes.CDLL(path)

    def pointer(self, name: str, *words: object) -> ctypes.c_void_p:
        function = getattr(self._library, name)
        function.restype = ctypes.c_void_p
        return ctypes.c_void_p(function(*words))

    def call(self, name: str, *words: object) -> int:
        return int(getattr(self._library, name)(*words))

    def must(self, name: str, *words: object) -> None:
        if self.call(name, *words) != 1:
            function = self._library.ERR_error_string
            function.restype = ctypes.c_char_p
            sys.exit(f"{name}: {function(ctypes.c_ulong(self._library.ERR_get_error()), None).decode()}")


def context(library: Library, options: dict[str, str]) -> ctypes.c_void_p:
    """SSL_CTX as the options say; TLCP and TLS are told apart by the hello's version."""
    made = library.pointer("SSL_CTX_new", library.pointer("TLS_server_method"))
    for option, kind in (("sign", "sign_"), ("encrypt", "enc_"), ("leaf", "")):
        if option in options:
            certificate, key = (path.encode() for path in options[option].split(":"))
            library.must(f"SSL_CTX_use_{kind}certificate_file", made, certificate, PEM)
            library.must(f"SSL_CTX_use_{kind}PrivateKey_file", made, key, PEM)
    if "sign" in options:
        library.call("SSL_CTX_enable_ntls", made)
    if "ciphers" in options:
        library.must("SSL_CTX_set_cipher_list", made, options["ciphers"].encode())
    if "suites" in options:
        library.must("SSL_CTX_set_ciphersuites", made, options["suites"].encode())
    for option, command in (("lowest", SET_LOWEST), ("highest", SET_HIGHEST)):
        if option in options:
            library.must("SSL_CTX_ctrl", made, command, ctypes.c_long(int(options[option], 0)), None)
    return made


def serve(library: Library, made: ctypes.c_void_p, accepted: socket.socket) -> None:
    """One handshake, one read, one answer."""
    with accepted:
        session = library.pointer("SSL_new", made)
        library.call("SSL_set_fd", session, accepted.fileno())
        if library.call("SSL_accept", session) == 1:
            said = ctypes.create_string_buffer(4096)
            if library.call("SSL_read", session, said, 4096) > 0:
                answer = b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"
                library.call("SSL_write", session, answer, len(answer))
            library.call("SSL_shutdown", session)
        library.call("SSL_free", session)
        with contextlib.suppress(OSError):
            accepted.shutdown(socket.SHUT_RDWR)


def main(path: str, address: str, port: str, *options: str) -> None:
    library = Library(path)
    made = context(library, dict(option.split("=", 1) for option in options))
    with socket.create_server((address, int(port))) as listening:
        while True:
            accepted, _ = listening.accept()
            accepted.settimeout(None)
            threading.Thread(target=serve, args=(library, made, accepted), daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
