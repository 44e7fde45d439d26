"""A population in columns: large files read in parts, into a few tables."""
