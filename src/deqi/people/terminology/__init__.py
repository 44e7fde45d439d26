"""Codes, names, sites, systems, units, value sets: what a record means."""
