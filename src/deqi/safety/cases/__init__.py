"""Conformance cases: a person, perhaps a plan, and what the rules must say."""
