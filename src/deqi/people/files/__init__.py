"""The files a person writes: person, answers, settings."""
