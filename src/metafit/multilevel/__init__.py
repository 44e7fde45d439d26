"""Effects that are not independent."""
