"""Probes of one area: mail."""
