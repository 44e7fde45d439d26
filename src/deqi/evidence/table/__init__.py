"""Anybody's table of studies, read without trust and pooled."""
