"""Probes of one area: ldap."""
