"""Probes of one area: web."""
