"""Servers of the laboratory, one file for each product."""
