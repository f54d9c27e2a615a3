"""Probes of one area: proxy."""
