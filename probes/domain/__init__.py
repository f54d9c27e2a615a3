"""Probes of one area: domain."""
