"""Probes of one area: ports."""
