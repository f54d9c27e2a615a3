"""Probes of one area: services."""
