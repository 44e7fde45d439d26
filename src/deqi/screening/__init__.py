"""Everything that handles many people."""
