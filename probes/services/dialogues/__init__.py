"""One protocol, one file: its question, and what its words look like. Pure; nothing here touches the wire."""
