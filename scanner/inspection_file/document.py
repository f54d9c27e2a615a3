"""The bytes of an inspection file as text. Knows encodings and sizes, nothing of what the text means."""

import codecs
import os
import stat
from pathlib import Path

from scanner.inspection_file.fault import Fault

LARGEST = 8 * 1024 * 1024
"""Bytes; 65,536 addresses written one by one are under 1 MiB."""

WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(path: Path) -> str | Fault:
    """The text of a regular UTF-8 file, or the one fault that keeps it from being read."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            return Fault("file-directory")
        if not stat.S_ISREG(status.st_mode):
            return Fault("file-special")
        if status.st_size > LARGEST:
            return Fault("file-large", values={"size": f"{status.st_size:,}", "most": f"{LARGEST:,}"})
        content = path.read_bytes()
    except FileNotFoundError:
        return Fault("file-missing")
    except (OSError, ValueError) as error:
        number = getattr(error, "errno", None)
        return Fault("file-unreadable", values={"problem": os.strerror(number) if number else str(error)})
    return decode(content)


def decode(content: bytes) -> str | Fault:
    """UTF-8, with or without a byte-order mark. Any other encoding is named where it can be told."""
    if content.startswith(WIDE):
        return Fault("file-encoding", line=1, values={"encoding": "UTF-16"})
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        try:
            content.decode("gb18030")
        except UnicodeDecodeError:
            return Fault("file-not-text", line=line)
        return Fault("file-encoding", line=line, values={"encoding": "GB18030"})
    return text if text.strip() else Fault("file-empty", line=1)
