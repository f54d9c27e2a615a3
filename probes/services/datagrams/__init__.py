"""One protocol over UDP, one file: its questions, and what answers them. Pure; nothing here touches the wire."""
