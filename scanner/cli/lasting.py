"""A standard stream that outlives its reader: a closed pipe or a lost terminal ends the telling, never the scan."""

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, TextIO

READER_GONE = frozenset({errno.EPIPE, errno.EIO})
"""What writing says where nobody reads any more: `| head`, and a terminal that was closed."""


class Lasting:
    """`stream`, but once its reader is gone what is written goes nowhere; everything else is the stream's own."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        self._while_read(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        self._while_read(self._stream.flush)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _while_read(self, act: Callable[[], object]) -> None:
        try:
            act()
        except OSError as error:
            if error.errno not in READER_GONE:
                raise
            _to_nowhere(self._stream)


def _to_nowhere(stream: TextIO) -> None:
    """Put the null device in the place of the lost reader, for what is still buffered and for all that comes."""
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, stream.fileno())
    finally:
        os.close(null)


@contextlib.contextmanager
def lasting_streams() -> Iterator[None]:
    """Standard output and error as lasting ones, for as long as a command runs."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Lasting(before[0]), Lasting(before[1])
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(ValueError):  # a stream that the caller closed
                stream.flush()
        sys.stdout, sys.stderr = before
