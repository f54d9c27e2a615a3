"""Dialogues that come before a hello: one module, one protocol, each described without a network."""
