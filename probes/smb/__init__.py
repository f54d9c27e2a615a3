"""Probes of one area: smb."""
