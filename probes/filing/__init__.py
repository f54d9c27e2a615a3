"""Probes of one area: filing."""
