"""Care for the tables: gaps, sign-off, differences between editions, citations."""
