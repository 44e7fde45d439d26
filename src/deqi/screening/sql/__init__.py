"""The rules in SQL: everybody at once."""
