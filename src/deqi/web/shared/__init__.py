"""The frame around every page, its style and its script."""
