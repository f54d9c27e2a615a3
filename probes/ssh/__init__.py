"""Probes of one area: ssh."""
