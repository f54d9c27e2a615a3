"""Newer tables of what grows old, taken in from files and the operator's sources: signed, or refused."""
