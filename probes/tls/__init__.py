"""Probes of one area: tls."""
