"""Effects on moderators."""
